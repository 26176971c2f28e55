import { isUnderstudyError, type AnswerStream, type CallOptions, type Request } from "@understudy/core";
import type { Random } from "../random.ts";
import type { CallRecord } from "./ledger.ts";
import type { TurningClock } from "./turning-clock.ts";
import type { Venue } from "./venue.ts";

/** How a call ended, as its caller saw it. `wrong`: in a way that nothing explains. */
export type End =
  | { readonly type: "answered" | "failed" | "aborted" | "left" | "timed out" | "forgotten" }
  | { readonly type: "wrong"; readonly why: string };

/** What a call may use. */
export interface Place {
  readonly venue: Venue;
  readonly clock: TurningClock;
  readonly random: Random;
  /** Never aborted, and given to a great many calls. */
  readonly signal: AbortSignal;
}

type Ask = (place: Place, record: CallRecord) => Promise<End>;

interface Caller {
  readonly weight: number;
  readonly ask: Ask;
}

const ABORTED = "aborted, and nobody did that";
const TOOL = { name: "look", inputSchema: { type: "object" } } as const;

function requestOf({ number }: CallRecord): Request {
  const messages = [{ role: "user", content: `call ${number}` }] as const;
  if (number % 10 === 3) return { messages, tools: [TOOL] };
  return number % 10 === 7 ? { messages, output: { type: "json" } } : { messages };
}

/** An answer has to be the last one that was played whole, and nothing else. */
function answered(text: string, { whole }: CallRecord): End {
  if (text === whole) return { type: "answered" };
  return { type: "wrong", why: whole === undefined ? "an answer that nobody gave" : "not the answer that was given" };
}

function failed(error: unknown, record: CallRecord): End {
  if (!isUnderstudyError(error)) return { type: "wrong", why: "an error of a strange kind" };
  if (error.code === "aborted") return { type: "wrong", why: ABORTED };
  if (error.code === "config" || error.code === "invalid-request") return { type: "wrong", why: error.message };
  if (error.attempts.length !== record.asked) return { type: "wrong", why: "a trace that is not what was asked" };
  return record.whole === undefined ? { type: "failed" } : { type: "wrong", why: "a failure behind a whole answer" };
}

const generate: Ask = async ({ venue, signal }, record) =>
  venue.chain.generate(requestOf(record), { signal, pin: venue.pin }).then(
    ({ text, pin }) => {
      venue.pin = pin;
      return answered(text, record);
    },
    (error: unknown) => failed(error, record),
  );

/** Reads to the end, and takes back what a failover does not keep. */
async function read(stream: AnswerStream, record: CallRecord): Promise<End> {
  let text = "";
  let terminals = 0;
  try {
    for await (const event of stream) {
      if (terminals > 0) return { type: "wrong", why: "an event behind the end" };
      if (event.type === "failover") text = event.mode === "continue" ? text.slice(0, event.keeps.textChars) : "";
      else if (event.type === "text-delta") text += event.delta;
      else if (event.type === "finish") terminals++;
    }
  } catch (error) {
    return terminals === 0 ? failed(error, record) : { type: "wrong", why: "an error behind the end" };
  }
  return terminals === 1 ? answered(text, record) : { type: "wrong", why: "no end" };
}

/** Hands the stream over once it begins. */
async function streaming(
  { venue, signal }: Place,
  record: CallRecord,
  use: (stream: AnswerStream) => Promise<End>,
): Promise<End> {
  let stream: AnswerStream;
  try {
    stream = await venue.chain.stream(requestOf(record), { signal, pin: venue.pin });
  } catch (error) {
    return failed(error, record);
  }
  return use(stream);
}

const stream: Ask = (place, record) => streaming(place, record, (begun) => read(begun, record));

const result: Ask = (place, record) =>
  streaming(place, record, ({ result: whole }) =>
    whole.then(
      ({ text }) => answered(text, record),
      (error: unknown) => failed(error, record),
    ),
  );

const slowly: Ask = (place, record) =>
  streaming(place, record, async (begun) => {
    await place.clock.wait(place.random.between(0, 2_000));
    return read(begun, record);
  });

/** Stops reading somewhere, or before the first event. */
const leave: Ask = (place, record) =>
  streaming(place, record, async (begun) => {
    let left = Math.floor(place.random.next() * 5);
    const reads = begun[Symbol.asyncIterator]();
    try {
      while (left-- > 0 && (await reads.next()).done !== true);
    } catch (error) {
      return failed(error, record);
    }
    await reads.return?.();
    return { type: "left" };
  });

/** Takes the stream and does nothing with it. */
const forget: Ask = (place, record) =>
  streaming(place, record, async ({ callId }) => {
    await place.venue.whenEnded(callId);
    return { type: "forgotten" };
  });

/** Aborts at a time that may be too late. */
const abort =
  (ask: Ask): Ask =>
  async (place, record) => {
    const { clock, random } = place;
    const controller = new AbortController();
    const timer = clock.setTimeout(() => controller.abort(), random.between(0, 2_500));
    const end = await ask({ ...place, signal: controller.signal }, record);
    clock.clearTimeout(timer);
    const isAborted = controller.signal.aborted && end.type === "wrong" && end.why === ABORTED;
    return isAborted ? { type: "aborted" } : end;
  };

/** Has not much time. */
const hurry: Ask = async ({ venue, signal, random }, record) => {
  const limitMs = random.between(200, 1_500);
  const options: CallOptions = { signal, [random.chance(0.5) ? "deadlineMs" : "startWithinMs"]: limitMs };
  return venue.chain.generate(requestOf(record), options).then(
    ({ text }) => answered(text, record),
    (error: unknown) => {
      const isDeadline = isUnderstudyError(error) && (error.scope === "total" || error.scope === "start");
      return isDeadline ? { type: "timed out" } : failed(error, record);
    },
  );
};

export const CALLERS: readonly [Caller, ...Caller[]] = [
  { weight: 38, ask: generate },
  { weight: 28, ask: stream },
  { weight: 5, ask: result },
  { weight: 4, ask: slowly },
  { weight: 6, ask: abort(generate) },
  { weight: 6, ask: abort(stream) },
  { weight: 8, ask: leave },
  { weight: 1, ask: forget },
  { weight: 4, ask: hurry },
];
