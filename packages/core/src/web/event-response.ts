import { systemClock } from "../engine/system-clock.ts";
import { EventBody, type BodySource } from "./event-body.ts";
import type { AnswerResponseInit } from "./to-response.ts";

const KEEP_ALIVE_MS = 15_000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  // nginx would collect the messages.
  "x-accel-buffering": "no",
};

/** What is asked of a response of server-sent events beside its messages. */
export type EventResponseInit = ResponseInit & Pick<AnswerResponseInit, "keepAliveMs" | "clock">;

/** Throws what `Headers` and `Response` throw. */
export function eventResponse<Item>(
  source: Pick<BodySource<Item>, "items" | "message" | "last">,
  init: EventResponseInit,
): Response {
  const { keepAliveMs = KEEP_ALIVE_MS, clock = systemClock, ...rest } = init;
  const headers = new Headers(rest.headers);
  for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
  const body = new EventBody({ ...source, clock, keepAliveMs: keepAliveMs || Infinity });
  return new Response(new ReadableStream(body), { ...rest, headers });
}
