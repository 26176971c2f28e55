import { systemClock } from "../engine/system-clock.ts";
import type { Clock } from "../model/clock.ts";
import { ALIVE_MS, type KeptMessages } from "./answer-store.ts";
import { eventResponse, type EventResponseInit } from "./event-response.ts";

/** A writer that has said nothing for so long is dead. */
const DEAD_MS = 4 * ALIVE_MS;
const BROKE_OFF = 'data: {"type":"error","code":"interrupted"}\n\n';

type ReadKept = (after: number) => Promise<KeptMessages | undefined>;

/** A kept answer from its message behind `after` on. It ends without a last message where the store fails: try again. */
export function keptResponse(read: ReadKept, after: number, init: EventResponseInit): Response {
  const items = keptMessages(read, after, init.clock ?? systemClock);
  return eventResponse({ items, message: (text) => text, last: () => "" }, init);
}

/** By hand, as a generator that waits would read on behind a client that has left. */
function keptMessages(read: ReadKept, after: number, clock: Clock): AsyncIterator<string, undefined> {
  let at = after;
  let isOver = false;
  const next = async (): Promise<IteratorResult<string, undefined>> => {
    while (!isOver) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      const found = await read(at);
      if (found === undefined) break;
      const { messages, silentMs } = found;
      isOver ||= found.isOver;
      at += messages.length;
      if (messages.length > 0) return { done: false, value: messages.join("") };
      if (isOver) break;
      if (silentMs > DEAD_MS) {
        isOver = true;
        return { done: false, value: BROKE_OFF };
      }
      // A store that does not wait would leave no room for anything else.
      // oxlint-disable-next-line no-await-in-loop -- in order
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 1, true));
    }
    return { done: true, value: undefined };
  };
  const leave = async (): Promise<IteratorReturnResult<undefined>> => {
    isOver = true;
    return { done: true, value: undefined };
  };
  return { next, return: leave };
}
