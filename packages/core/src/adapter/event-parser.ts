import type { createParser } from "eventsource-parser";

export type CreateParser = typeof createParser;

let loading: Promise<{ readonly createParser: CreateParser }> | undefined;

/** The parser of server-sent events, loaded with a process's first request: half of the time an adapter takes to load. */
export function loadEventParser(): Promise<{ readonly createParser: CreateParser }> {
  loading ??= import("eventsource-parser");
  return loading;
}
