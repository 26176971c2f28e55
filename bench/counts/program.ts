/**
 * Counts what a streamed answer costs and prints it as JSON: `node program.ts anthropic`, or with `bytes` as a second
 * argument what it allocates. Figures for a delta are the difference between a long and a short answer.
 */
import { memoryUsage } from "node:process";
import { isWireName, type WireName } from "../wires/wire.ts";
import type { Reads } from "./canned-fetch.ts";
import { playBare, playChain, playIteration, type Player } from "./players.ts";
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
  /** In one call: the most timers at once while deltas flow, and the listeners that are left behind. */
  readonly timersWhileFlowing: number;
  readonly listenersLeft: number;
}

/** Bytes allocated for each delta, by code that is not optimised. */
export interface WireBytes {
  readonly chain: number;
  readonly iteration: number;
  readonly bare: number;
}

const SHORT = 200;
const LONG = 2_200;
/** The heap grows by 256 KiB: of so many deltas that is 6 bytes for each. Short enough to need no collection. */
const LONGEST = 44_200;

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

async function countsOf(play: Player, reads: Reads, tally: Tally): Promise<Counts> {
  return {
    promises: await perDelta(play, reads, () => tally.promises),
    timers: await perDelta(play, reads, () => tally.timers),
    listeners: await perDelta(play, reads, () => tally.listeners),
  };
}

async function count(wire: WireName): Promise<WireCounts> {
  const { tally, clock } = startTally();
  let timersWhileFlowing = 0;
  const chain = playChain(wire, clock, () => {
    timersWhileFlowing = Math.max(timersWhileFlowing, tally.timersRunning);
  });
  const counts = {
    chain: await countsOf(chain, "one", tally),
    iteration: await countsOf(playIteration, "one", tally),
    chainRead: await countsOf(chain, "per-delta", tally),
    bareRead: await countsOf(playBare(wire), "per-delta", tally),
  };
  const left = tally.listenersLeft;
  await chain(SHORT, "per-delta");
  return { ...counts, timersWhileFlowing, listenersLeft: tally.listenersLeft - left };
}

function heap(): number {
  return memoryUsage().heapUsed;
}

async function weigh(wire: WireName): Promise<WireBytes> {
  return {
    chain: Math.round(await perDelta(playChain(wire), "one", heap, LONGEST)),
    iteration: Math.round(await perDelta(playIteration, "one", heap, LONGEST)),
    bare: Math.round(await perDelta(playBare(wire), "one", heap, LONGEST)),
  };
}

const [, , wire = "", what] = process.argv;
if (!isWireName(wire)) throw new Error(`No wire "${wire}"`);
console.log(JSON.stringify(what === "bytes" ? await weigh(wire) : await count(wire)));
