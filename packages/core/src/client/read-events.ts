import type { ResponseEvent } from "../web/to-response.ts";

/** Options of `readEvents`. */
export interface ReadEventsOptions {
  /**
   * Asks for the rest of an answer that is resumable, with the id of the last event as the header `last-event-id`. Called when
   * the connection drops in mid-answer: at once, then up to five times more with pauses from 250 ms to 4 s. Default: none, and
   * a dropped connection throws.
   */
  readonly resume?: ((lastEventId: string) => Promise<Response>) | undefined;
}

const FIRST_PAUSE_MS = 250;
const MOST_TRIES = 6;

/**
 * The events of a response that `toResponse()` made, the last one (`done` or `error`) included. Throws an `Error` when the
 * response has no success status, or breaks off before its last event and cannot be resumed. Leaving the loop early closes
 * the connection.
 */
export async function* readEvents(
  response: Response,
  options: ReadEventsOptions = {},
): AsyncGenerator<ResponseEvent, undefined> {
  // Several implementations have a class of this name; a promise of one is an easy slip.
  if (typeof response?.ok !== "boolean") throw new TypeError("readEvents() takes a response, awaited.");
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- plain JavaScript calls with anything
  if (options === null) throw new TypeError("readEvents() takes an object of options, or none.");
  const { resume } = options;
  const place = { id: "" };
  let next: Response | undefined = response;
  let tries = 0;
  for (;;) {
    let problem: unknown = new Error("The answer broke off.");
    try {
      for await (const event of eventsOf(next, place)) {
        tries = 0;
        yield event;
        if (event.type === "done" || event.type === "error") return;
      }
    } catch (error) {
      problem = error;
    }
    const isRefused = next.status === 204 || (next.status >= 400 && next.status < 500);
    if (resume === undefined || place.id === "" || isRefused) throw problem;
    do {
      if (tries === MOST_TRIES) throw problem;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await pause(tries++);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      next = await resume(place.id).catch((error: unknown) => void (problem = error));
    } while (next === undefined);
  }
}

/** The events of one response, as far as they come; `place` keeps the id of the last one. */
async function* eventsOf(response: Response, place: { id: string }): AsyncGenerator<ResponseEvent, undefined> {
  if (!response.ok) throw new Error(`The response has status ${response.status}.`);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a body is read in order
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n?|\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("id: ")) id = line.slice(4);
        // Blank lines stand between messages, comments keep the connection open.
        if (!line.startsWith("data:")) continue;
        const event: ResponseEvent = JSON.parse(line.slice(5));
        place.id = id;
        yield event;
      }
    }
  } finally {
    // A body that is broken, or whole, has nothing left to cancel.
    void reader?.cancel().catch(() => undefined);
  }
}

async function pause(tries: number): Promise<void> {
  // oxlint-disable-next-line no-restricted-globals -- in a browser there is no other clock
  if (tries > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (tries - 1)));
}
