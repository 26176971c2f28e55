import type { AnswerStream } from "@understudy/core";
import { checkStream, misuse, readOptions } from "../misuse.ts";
import { streamChunks, type UIStreamOptions } from "./to-ui-message-stream.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-vercel-ai-ui-message-stream": "v1",
  // nginx would collect the messages.
  "x-accel-buffering": "no",
};

/** Options of a response beside its own; every one may be left out. */
export interface UIResponseOptions extends UIStreamOptions {
  /** How often a comment keeps the connection from looking idle to a proxy, in milliseconds; 0: never. Default 15,000. */
  readonly keepAliveMs?: number | undefined;
}

/** Longer ones overflow to 1 ms in setInterval. */
const MAX_KEEP_ALIVE_MS = 2_147_483_647;

/**
 * The UI message stream of a chain's answer as the response that `useChat` reads. `init` may set other headers. Throws
 * `invalid-request`, and lets everything go, when no response can be made with `init`.
 */
export function toUIMessageResponse(stream: AnswerStream, init: ResponseInit & UIResponseOptions = {}): Response {
  checkStream(stream, "toUIMessageResponse");
  const { messageId, dynamic, keepAliveMs = 15_000, ...rest } = readOptions(init, "toUIMessageResponse");
  const encoder = new TextEncoder();
  const write = (text: string): Uint8Array =>
    encoder.encode(`data: ${text}

`);
  const isKept = keepAliveMs > 0 && keepAliveMs <= MAX_KEEP_ALIVE_MS;
  const body = streamChunks(
    stream,
    { messageId, dynamic },
    (chunk) => write(JSON.stringify(chunk)),
    write("[DONE]"),
    isKept
      ? async (controller) => (await import("./keep-alive.ts")).keepAlive(controller, stream.result, keepAliveMs)
      : undefined,
  );
  try {
    if (!(keepAliveMs >= 0)) throw new TypeError();
    const headers = new Headers(rest.headers);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    return new Response(body, { ...rest, headers });
  } catch {
    void body.cancel();
    // What was thrown may repeat a header's value.
    const must = "a status that has a body, valid headers, and `keepAliveMs` of at least 0";
    throw misuse("invalid-request", `\`init\` needs ${must}.`);
  }
}
