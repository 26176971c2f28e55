import type { AnswerStream } from "../engine/stream/answer-stream.ts";
import { systemClock } from "../engine/system-clock.ts";
import type { Clock } from "../model/clock.ts";
import { misuse } from "../model/error.ts";
import type { StreamEvent } from "../model/events.ts";
import { isJsonObject } from "../model/json.ts";
import { isThenable, watch } from "../model/promises.ts";
import {
  ANYTHING,
  checkShape,
  duration,
  FUNCTION,
  having,
  listed,
  OBJECT,
  TEXT,
  whole,
  type ShapeOf,
} from "../model/rules.ts";
import { misspelt } from "../model/unknown-names.ts";
import type { AnswerStore } from "./answer-store.ts";
import { leave, type BodyFailure } from "./event-body.ts";
import { eventResponse } from "./event-response.ts";
import { newAnswerId } from "./answer-place.ts";
import { keptResponse } from "./kept-response.ts";
import { Recording } from "./recording.ts";

/** The last message of a response: the stream ended as it should, or with an error's code. */
export type ResponseEvent =
  | StreamEvent
  /** The answer is complete. */
  | { readonly type: "done" }
  /** The call failed; what was sent before stands as it is. */
  | {
      readonly type: "error";
      /** The code of the `UnderstudyError`. */
      readonly code: string;
      /** Milliseconds until trying again can help, where known. */
      readonly retryAfterMs?: number | undefined;
    };

/** What `Response` takes; the status must be one that has a body. */
export interface AnswerResponseInit extends ResponseInit {
  /**
   * What is sent for an event: what it returns, as JSON; `undefined` leaves the event out. It has to answer at once. One that
   * throws ends the response as a failed answer. Default: every event as it is.
   */
  readonly events?: ((event: StreamEvent) => object | undefined) | undefined;
  /**
   * After so many milliseconds without a message a comment is sent, so that no proxy takes the response for dead.
   * 0 or false: never. Default 15,000.
   */
  readonly keepAliveMs?: number | false | undefined;
  /**
   * Keeps what is sent for a short time, so that a client whose connection dropped gets the rest through
   * `resumeResponse()`. The answer then goes on without the client, for the store's `finishMs`. Default: none.
   */
  readonly resumable?: AnswerStore | undefined;
  /**
   * Is given a promise that resolves when a resumable answer is kept to its end, for platforms that freeze a function once
   * it has responded. Default: none.
   */
  readonly waitUntil?: ((kept: Promise<void>) => unknown) | undefined;
  /** The clock and timer behind `keepAliveMs`, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const INIT: ShapeOf<AnswerResponseInit> = {
  status: {
    must: "be a status from 200 to 599 that has a body: none of 204, 205, 304",
    test: (value) => whole(200).test(value) && Number(value) <= 599 && ![204, 205, 304].includes(Number(value)),
  },
  statusText: TEXT,
  headers: ANYTHING,
  keepAliveMs: { must: `${duration(0).must}, or false`, test: (value) => value === false || duration(0).test(value) },
  clock: OBJECT,
  events: FUNCTION,
  resumable: having("a store of answers", "append", "read", "stop"),
  waitUntil: FUNCTION,
};

type Events = AsyncIterableIterator<StreamEvent, undefined>;

/**
 * A released answer as server-sent events for a web handler, which makes the response its one consumer:
 * `data: <JSON event>`, one per message, then `{"type":"done"}` or `{"type":"error","code":…}`. At `failover` a browser
 * drops the parts listed in `discards.ids`, or marks them with `marker`. A client that leaves closes the upstream
 * connection, unless the answer is `resumable`. Throws `invalid-request`, and lets everything go, when no response can be
 * made with `init`.
 */
export function toResponse(stream: AnswerStream, init: AnswerResponseInit = {}): Response {
  if (!isStream(stream)) {
    throw misuse("invalid-request", "toResponse() takes what `await chain.stream(…)` gives.");
  }
  const events = stream[Symbol.asyncIterator]();
  let problems: readonly string[] = ["its status text or headers are not valid"];
  try {
    const wrong = isJsonObject(init) ? initProblems(init) : ["it must be an object"];
    if (wrong.length > 0) problems = wrong;
    else return responseOf(events, init);
  } catch {
    // What was thrown may repeat a header's value.
  }
  leave(events);
  throw misuse("invalid-request", `No response can be made with \`init\`: ${listed(problems)}.`);
}

/** One that throws when it is looked at is none. */
function isStream(value: unknown): boolean {
  try {
    return isJsonObject(value) && Symbol.asyncIterator in value;
  } catch {
    return false;
  }
}

function responseOf(events: Events, init: AnswerResponseInit): Response {
  const { clock = systemClock, events: choose, resumable, waitUntil } = init;
  const source = {
    items: events,
    message: (event: StreamEvent): string | undefined => {
      const sent = choose === undefined ? event : choose(event);
      if (isThenable(sent)) {
        watch(sent, () => undefined);
        throw new TypeError("`events` returned a promise.");
      }
      return sent === undefined ? undefined : toMessage(sent);
    },
    last: (failure: BodyFailure | undefined): string =>
      toMessage(failure === undefined ? { type: "done" } : { type: "error", ...failure }),
  };
  if (resumable === undefined) return eventResponse(source, init);
  const recording = new Recording({ ...source, id: newAnswerId(), store: resumable, clock });
  // What may throw comes before it runs, and leaves nothing behind.
  const response = keptResponse((after) => recording.read(after), 0, init);
  const kept = Promise.withResolvers<void>();
  try {
    waitUntil?.(kept.promise);
  } catch (error) {
    void response.body?.cancel();
    throw error;
  }
  kept.resolve(recording.run());
  return response;
}

/** Runtimes have more fields of their own; only those are unknown that are nearly one of ours. */
function initProblems(init: { readonly [name: string]: unknown }): readonly string[] {
  const names = Object.keys(INIT);
  const known = Object.entries(init).filter(([name]) => names.includes(name) || misspelt(name, names) !== undefined);
  return checkShape(Object.fromEntries(known), INIT, "", "unknown option");
}

function toMessage(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
