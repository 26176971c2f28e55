import type { ServerResponse } from "node:http";
import { misuse } from "../model/error.ts";
import { having } from "../model/rules.ts";

/**
 * A signal for the call that a response is waiting for: it aborts when the client leaves before `response.end()` was
 * called, also when it has left already, and never after that. Throws `invalid-request` when it is given something else.
 */
export function leaving(response: ServerResponse): AbortSignal {
  checkNode(response, "leaving");
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableEnded) controller.abort(new DOMException("The client left.", "AbortError"));
  };
  if (response.destroyed) onClose();
  else response.once("close", onClose);
  return controller.signal;
}

/** Frameworks wrap the response; what is needed of it is what counts. */
const NODE = having("the response of node:http, such as `reply.raw` or `ctx.res`", "once", "writeHead", "end");

export function checkNode(response: unknown, name: string): void {
  if (!NODE.test(response)) throw misuse("invalid-request", `What ${name}() is given must ${NODE.must}.`);
}
