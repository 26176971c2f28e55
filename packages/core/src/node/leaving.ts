import type { ServerResponse } from "node:http";

/**
 * A signal for the call that a response is waiting for: it aborts when the client leaves before `response.end()` was
 * called, also when it has left already, and never after that.
 */
export function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!response.writableEnded) controller.abort(new DOMException("The client left.", "AbortError"));
  };
  if (response.destroyed) onClose();
  else response.once("close", onClose);
  return controller.signal;
}
