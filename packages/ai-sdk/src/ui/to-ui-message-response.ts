import type { AnswerStream } from "@understudy/core";
import { checkOptions, checkStream, misuse } from "../misuse.ts";
import { streamChunks, type UIStreamOptions } from "./to-ui-message-stream.ts";

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-vercel-ai-ui-message-stream": "v1",
  // nginx would collect the messages.
  "x-accel-buffering": "no",
};

/**
 * The UI message stream of a chain's answer as the response that `useChat` reads. `init` may set other headers. Throws
 * `invalid-request`, and lets everything go, when no response can be made with `init`.
 */
export function toUIMessageResponse(stream: AnswerStream, init: ResponseInit & UIStreamOptions = {}): Response {
  checkStream(stream, "toUIMessageResponse");
  checkOptions(init, "toUIMessageResponse");
  const { messageId, dynamic, ...rest } = init;
  const encoder = new TextEncoder();
  const write = (text: string): Uint8Array => encoder.encode(`data: ${text}\n\n`);
  const body = streamChunks(stream, { messageId, dynamic }, (chunk) => write(JSON.stringify(chunk)), write("[DONE]"));
  try {
    const headers = new Headers(rest.headers);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    return new Response(body, { ...rest, headers });
  } catch {
    void body.cancel();
    // What was thrown may repeat a header's value.
    throw misuse("invalid-request", "`init` needs a status that has a body, and valid headers.");
  }
}
