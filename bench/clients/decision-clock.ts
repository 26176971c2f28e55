/**
 * When this process's own HTTP client saw a failure, and how long after that it wrote the next request: the decision
 * itself, without the way through the sockets.
 */
import { subscribe } from "node:diagnostics_channel";

let seenAt: bigint | undefined;
let waits: number[] = [];
let untilFetch: number[] = [];
let refusedAt: string[] = [];

function noteFailure(): void {
  seenAt ??= process.hrtime.bigint();
}

function sinceSeen(): number | undefined {
  return seenAt === undefined ? undefined : Number(process.hrtime.bigint() - seenAt) / 1_000_000;
}

/** Starts to watch. Messages of undici's channels are `{ request, response, … }`; only these fields are read. */
export function watchDecisions(): void {
  subscribe("undici:client:connectError", () => {
    refusedAt.push(String(process.hrtime.bigint()));
    noteFailure();
  });
  subscribe("undici:request:headers", (message) => {
    if (Number(Reflect.get(Reflect.get(Object(message), "response"), "statusCode")) >= 400) noteFailure();
  });
  subscribe("undici:request:error", noteFailure);
  subscribe("undici:request:bodyChunkReceived", (message) => {
    const chunk: unknown = Reflect.get(Object(message), "chunk");
    if (chunk instanceof Uint8Array && isErrorEvent(chunk)) noteFailure();
  });
  subscribe("undici:client:sendHeaders", () => {
    const wait = sinceSeen();
    if (wait === undefined) return;
    waits.push(wait);
    seenAt = undefined;
  });
  const own = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const wait = sinceSeen();
    if (wait !== undefined) untilFetch.push(wait);
    return own(input, init);
  };
}

/** Our server sends the error event as a chunk of its own, and no answer of ours has one of these words. */
function isErrorEvent(chunk: Uint8Array): boolean {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return ['"error":{', '"error":"', '"object":"error"', ":exception-type"].some((word) => bytes.includes(word));
}

export interface Decisions {
  /** Milliseconds from a failure seen to the next request written. */
  readonly waits: readonly number[];
  /** The same, until `fetch` is called. */
  readonly untilFetch: readonly number[];
  /** When connections were refused: nanoseconds on the machine's monotonic clock. */
  readonly refusedAt: readonly string[];
}

/** Hands out what was seen and starts anew. */
export function takeDecisions(): Decisions {
  const taken = { waits, untilFetch, refusedAt };
  waits = [];
  untilFetch = [];
  refusedAt = [];
  seenAt = undefined;
  return taken;
}
