/**
 * Counts what a streamed answer costs and prints it as JSON: `node program.ts anthropic`, or with `bytes` as a second
 * argument what it allocates. Figures for a delta are the difference between a long and a short answer.
 */
import { memoryUsage } from "node:process";
import { isWireName, type WireName } from "../wires/wire.ts";
import type { Reads } from "./canned-fetch.ts";
import { callByHand, callChain, playBare, playChain, playIteration, type Player } from "./players.ts";
import { startTally, type Tally } from "./tally.ts";

export interface Counts {
  readonly promises: number;
  readonly timers: number;
  readonly listeners: number;
}

export interface WireCounts {
  /** For each delta, where one read brings them all. */
  readonly chain: Counts;
  readonly iteration: Counts;
  /** For each read, where every read brings one delta. */
  readonly chainRead: Counts;
  readonly bareRead: Counts;
  /** For each call of a short answer. */
  readonly call: Counts;
  readonly callByHand: Counts;
  /** In one call: the most timers at once while deltas flow, and the listeners that are left behind. */
  readonly timersWhileFlowing: number;
  readonly listenersLeft: number;
}

/** Bytes allocated by code that is not optimised: for each delta, and for each call of a short answer. */
export interface WireBytes {
  readonly call: number;
  readonly callByHand: number;
  readonly chain: number;
  readonly iteration: number;
  readonly bare: number;
}

const SHORT = 200;
const LONG = 2_200;
/** The heap grows by 256 KiB: of so many deltas that is 6 bytes for each. Short enough to need no collection. */
const LONGEST = 44_200;

const COUNTED_CALLS = 20;
/** The heap grows by 256 KiB: of so many calls that is two per cent of what they allocate. */
const WEIGHED_CALLS = 150;

async function perDelta(play: Player, reads: Reads, figure: () => number, long = LONG): Promise<number> {
  // What is made once, and what is compiled after a few runs, is no part of it.
  for (const deltas of [SHORT, SHORT, SHORT, long]) await play(deltas, reads);
  // With a heap just collected, no collection falls into the measurement.
  globalThis.gc?.();
  const start = figure();
  await play(SHORT, reads);
  const middle = figure();
  await play(long, reads);
  return (figure() - middle - (middle - start)) / (long - SHORT);
}

async function perCall(make: (calls: number) => Promise<void>, figure: () => number, calls: number): Promise<number> {
  await make(COUNTED_CALLS);
  globalThis.gc?.();
  const start = figure();
  await make(calls);
  const middle = figure();
  await make(2 * calls);
  return (figure() - middle - (middle - start)) / calls;
}

/** Each figure by itself, from one run of what is counted. */
async function countsOf(measure: (figure: () => number) => Promise<number>, tally: Tally): Promise<Counts> {
  return {
    promises: await measure(() => tally.promises),
    timers: await measure(() => tally.timers),
    listeners: await measure(() => tally.listeners),
  };
}

async function count(wire: WireName): Promise<WireCounts> {
  const { tally, clock } = startTally();
  let timersWhileFlowing = 0;
  const chain = playChain(wire, clock, () => {
    timersWhileFlowing = Math.max(timersWhileFlowing, tally.timersRunning);
  });
  const deltas = (play: Player, reads: Reads) => countsOf((figure) => perDelta(play, reads, figure), tally);
  const calls = (make: (calls: number) => Promise<void>) =>
    countsOf((figure) => perCall(make, figure, COUNTED_CALLS), tally);
  const counts = {
    chain: await deltas(chain, "one"),
    iteration: await deltas(playIteration, "one"),
    chainRead: await deltas(chain, "per-delta"),
    bareRead: await deltas(playBare(wire), "per-delta"),
  };
  const left = tally.listenersLeft;
  await chain(SHORT, "per-delta");
  const listenersLeft = tally.listenersLeft - left;
  return {
    ...counts,
    timersWhileFlowing,
    listenersLeft,
    call: await calls(await callChain(wire, clock)),
    callByHand: await calls(callByHand(wire)),
  };
}

function heap(): number {
  return memoryUsage().heapUsed;
}

async function weigh(wire: WireName): Promise<WireBytes> {
  return {
    chain: Math.round(await perDelta(playChain(wire), "one", heap, LONGEST)),
    iteration: Math.round(await perDelta(playIteration, "one", heap, LONGEST)),
    bare: Math.round(await perDelta(playBare(wire), "one", heap, LONGEST)),
    call: Math.round(await perCall(await callChain(wire), heap, WEIGHED_CALLS)),
    callByHand: Math.round(await perCall(callByHand(wire), heap, WEIGHED_CALLS)),
  };
}

const [, , wire = "", what] = process.argv;
if (!isWireName(wire)) throw new Error(`No wire "${wire}"`);
console.log(JSON.stringify(what === "bytes" ? await weigh(wire) : await count(wire)));
