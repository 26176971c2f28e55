import { setTimeout as sleep } from "node:timers/promises";
import { isUnderstudyError, type AnswerStream, type Chain } from "@understudy/core";
import { answerText } from "../../bench/wires/text.ts";
import type { Random } from "../random.ts";
import { promptFor } from "./vendors.ts";

export type SocketEnd =
  | { readonly type: "answered" | "failed" | "aborted" | "left" | "stopped" }
  | { readonly type: "wrong"; readonly why: string };

export interface SocketPlace {
  readonly chain: Chain;
  readonly random: Random;
  readonly signal: AbortSignal;
}

interface SocketCaller {
  readonly weight: number;
  /** Pieces of the answer. */
  readonly pieces: readonly [least: number, most: number];
  readonly call: (place: SocketPlace, pieces: number) => Promise<SocketEnd>;
}

const SHORT = [1, 30] as const;
/** Longer than everything between the server and a reader that does not read. */
const LONG = [2_000, 4_000] as const;
/** Of a consumer that comes back. */
const PAUSE_MS = 300;

function ended(text: string, pieces: number): SocketEnd {
  return text === answerText(pieces) ? { type: "answered" } : { type: "wrong", why: "half an answer, or two" };
}

/** What an abort or a consumer that left is called, is looked at by whoever did that. */
function failed(error: unknown): SocketEnd {
  if (!isUnderstudyError(error)) return { type: "wrong", why: `an error of a strange kind: ${String(error)}` };
  if (error.reason === "consumer-idle") return { type: "stopped" };
  if (error.code === "aborted") return { type: "aborted" };
  const isExpected = error.code !== "config" && error.code !== "invalid-request" && error.code !== "adapter-error";
  return isExpected ? { type: "failed" } : { type: "wrong", why: error.message };
}

const unless = (types: readonly string[], end: SocketEnd): SocketEnd =>
  types.includes(end.type) ? end : { type: "wrong", why: `${end.type}, and nobody did that` };

const generate = async ({ chain, signal }: SocketPlace, pieces: number): Promise<SocketEnd> =>
  chain.generate(promptFor(pieces), { signal }).then(({ text }) => ended(text, pieces), failed);

async function read(stream: AnswerStream, pieces: number): Promise<SocketEnd> {
  let text = "";
  for await (const event of stream) {
    if (event.type === "failover") text = "";
    else if (event.type === "text-delta") text += event.delta;
  }
  return ended(text, pieces);
}

const stream = async ({ chain, signal }: SocketPlace, pieces: number): Promise<SocketEnd> =>
  chain
    .stream(promptFor(pieces), { signal })
    .then((begun) => read(begun, pieces))
    .catch(failed);

async function abort({ chain, random }: SocketPlace, pieces: number): Promise<SocketEnd> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), random.between(0, 1_200));
  const ask = random.chance(0.5) ? generate : stream;
  const end = await ask({ chain, random, signal: controller.signal }, pieces);
  clearTimeout(timer);
  return unless(controller.signal.aborted ? ["aborted", "answered", "failed"] : ["answered", "failed"], end);
}

async function leave({ chain, random, signal }: SocketPlace, pieces: number): Promise<SocketEnd> {
  try {
    let left = Math.floor(random.next() * 4);
    for await (const _ of await chain.stream(promptFor(pieces), { signal })) if (left-- <= 0) break;
    return { type: "left" };
  } catch (error) {
    return unless(["failed"], failed(error));
  }
}

/** Reads a little, then not for a while: for less, or for longer than the chain allows. */
async function pause({ chain, random, signal }: SocketPlace, pieces: number): Promise<SocketEnd> {
  const isForgetful = random.chance(0.5);
  try {
    const begun = await chain.stream(promptFor(pieces), { signal });
    const events = begun[Symbol.asyncIterator]();
    let text = "";
    for (let reads = 0; ; reads++) {
      // oxlint-disable no-await-in-loop -- one event after the other
      if (reads === 2) await (isForgetful ? begun.result : sleep(PAUSE_MS));
      const { done, value: event } = await events.next();
      // oxlint-enable no-await-in-loop
      if (done === true) return unless(["answered"], ended(text, pieces));
      if (event.type === "failover") text = "";
      else if (event.type === "text-delta") text += event.delta;
    }
  } catch (error) {
    return unless(isForgetful ? ["stopped", "failed"] : ["failed"], failed(error));
  }
}

export const SOCKET_CALLERS: readonly [SocketCaller, ...SocketCaller[]] = [
  {
    weight: 42,
    pieces: SHORT,
    call: async (place, pieces) => unless(["answered", "failed"], await stream(place, pieces)),
  },
  {
    weight: 41,
    pieces: SHORT,
    call: async (place, pieces) => unless(["answered", "failed"], await generate(place, pieces)),
  },
  { weight: 10, pieces: SHORT, call: abort },
  { weight: 5, pieces: SHORT, call: leave },
  { weight: 2, pieces: LONG, call: pause },
];
