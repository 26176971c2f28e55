/** What is counted: answers of a given length, read from memory to their end. */
import type { Clock } from "@understudy/core";
import { readEvents } from "../drivers/read-events.ts";
import { readText } from "../drivers/read-text.ts";
import { openChain } from "../drivers/understudy.ts";
import { answerText } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";
import { cannedFetch, type Reads } from "./canned-fetch.ts";

/** Of a short answer. */
const DELTAS = 12;
const TWO_TIERS = ["https://vendor.test", "https://backup.test"];

export type Player = (deltas: number, reads: Reads) => Promise<void>;

/** All events of a chain by `for await`. */
export function playChain(wire: WireName, clock?: Clock, onDelta?: () => void): Player {
  return async (deltas, reads) => {
    const fetch = cannedFetch(wire, deltas, reads);
    // A backup would be prepared meanwhile, which is nothing that a delta costs.
    const baseURLs = ["https://vendor.test"];
    const chain = await openChain(wire, { baseURLs, fetch, holdMs: 0, clock });
    let seen = 0;
    for await (const event of (await chain?.stream("Hi")) ?? []) {
      if (event.type !== "text-delta") continue;
      seen++;
      onDelta?.();
    }
    if (seen !== deltas) throw new Error(`${wire}: read ${seen} deltas of ${deltas}`);
  };
}

/** Calls one after the other, each of a short answer that one read brings. Made ready once, as an application does. */
export async function callChain(wire: WireName, clock?: Clock): Promise<(calls: number) => Promise<void>> {
  const fetch = cannedFetch(wire, DELTAS, "one");
  const chain = await openChain(wire, { baseURLs: TWO_TIERS, transport: "fetch", fetch, clock });
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const { text } = (await chain?.generate("Hi")) ?? {};
      if (text !== answerText(DELTAS)) throw new Error(`${wire}: got another answer than was sent: ${text}`);
    }
  };
}

/** The same by hand. */
export function callByHand(wire: WireName): (calls: number) => Promise<void> {
  const play = playBare(wire);
  return async (calls) => {
    for (let call = 0; call < calls; call++) await play(DELTAS, "one");
  };
}

/** The least: one promise for each read, and a callback for each event. */
export function playBare(wire: WireName): Player {
  return async (deltas, reads) => {
    const response = await cannedFetch(wire, deltas, reads)("https://vendor.test");
    const feed = readEvents(wire, readText[wire]);
    const reader = response.body?.getReader();
    for (;;) {
      const read = await reader?.read();
      if (read?.value === undefined) return;
      feed(read.value);
    }
  };
}

/** What `for await` costs by itself, whatever it reads. */
export const playIteration: Player = async (deltas) => {
  let left = deltas;
  const next = (): Promise<IteratorResult<number, undefined>> =>
    Promise.resolve(left-- > 0 ? { done: false, value: left } : { done: true, value: undefined });
  let seen = 0;
  for await (const number of { [Symbol.asyncIterator]: () => ({ next }) }) seen += Math.sign(number + 1);
  if (seen !== deltas) throw new Error(`iterated ${seen} of ${deltas}`);
};
