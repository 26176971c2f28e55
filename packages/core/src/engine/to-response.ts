import { isUnderstudyError } from "../model/error.ts";
import type { StreamEvent } from "../model/events.ts";

/** The last message of a response: the stream ended as it should, or with an error's code. */
export type ResponseEvent =
  | StreamEvent
  | { readonly type: "done" }
  | { readonly type: "error"; readonly code: string; readonly retryAfterMs?: number | undefined };

/**
 * Server-sent events: `data: <JSON event>`, one per message, then `{"type":"done"}` or
 * `{"type":"error","code":…}`. At `failover` a browser drops the parts listed in `discards.ids`, or marks them with
 * `marker`. A client that leaves closes the upstream connection.
 */
export function toResponse(events: AsyncIterableIterator<StreamEvent, undefined>, init: ResponseInit = {}): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const event = await nextEvent(events);
      controller.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
      if (event.type === "done" || event.type === "error") controller.close();
    },
    async cancel() {
      await events.return?.();
    },
  });
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/event-stream; charset=utf-8");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache, no-transform");
  return new Response(body, { ...init, headers });
}

async function nextEvent(events: AsyncIterator<StreamEvent, undefined>): Promise<ResponseEvent> {
  try {
    const result = await events.next();
    return result.done === true ? { type: "done" } : result.value;
  } catch (error) {
    if (!isUnderstudyError(error)) return { type: "error", code: "adapter-error" };
    return { type: "error", code: error.code, retryAfterMs: error.retryAfterMs };
  }
}
