import type { createParser } from "eventsource-parser";
import { loadOnce } from "../transport/load-once.ts";

export type CreateParser = typeof createParser;

/** The parser of server-sent events, loaded with a process's first request: half of the time an adapter takes to load. */
export const loadEventParser: () => Promise<{ readonly createParser: CreateParser }> = loadOnce(
  () => import("eventsource-parser"),
);
