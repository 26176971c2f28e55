import type { ResponseEvent } from "../web/to-response.ts";

/**
 * The events of a response that `toResponse()` made, the last one (`done` or `error`) included. Throws an `Error` when the
 * response has no success status, or breaks off before its last event. Leaving the loop early closes the connection.
 */
export async function* readEvents(response: Response): AsyncGenerator<ResponseEvent, undefined> {
  if (!response.ok) throw new Error(`The response has status ${response.status}.`);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a body is read in order
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) throw new Error("The answer broke off.");
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n?|\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        // Blank lines stand between messages, comments keep the connection open.
        if (!line.startsWith("data:")) continue;
        const event: ResponseEvent = JSON.parse(line.slice(5));
        yield event;
        if (event.type === "done" || event.type === "error") return;
      }
    }
  } finally {
    // A body that is broken, or whole, has nothing left to cancel.
    void reader?.cancel().catch(() => undefined);
  }
}
