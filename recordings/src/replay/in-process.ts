import { isDeepStrictEqual } from "node:util";
import type { AdaptedWire } from "../adapters.ts";
import { readText } from "../recordings.ts";
import { comparable, type ReplayCase } from "./cases.ts";
import { cutsOf, piecesOf, splitAt } from "./cuts.ts";
import { framingsOf } from "./framings.ts";
import { contractFaults, isSameRun, outcomeOf } from "./outcome.ts";
import { Playback, runTarget, type Run } from "./run.ts";

/** How often recordings were read. */
export interface RunCounts {
  bytewise: number;
  split: number;
  truncated: number;
  framed: number;
}

/**
 * Reads one recording in every way its bytes may come or stay away. Each run is compared with what is expected of the
 * bytes it got: with the whole run, which is compared with the independent reading, or with the reading of a part.
 */
export async function replayInProcess(wire: AdaptedWire, one: ReplayCase, counts: RunCounts): Promise<string[]> {
  const playback = new Playback(one.headers);
  const target = wire.inProcess(one.model, () => playback.respond());
  const run = (pieces: readonly Uint8Array[]): Promise<Run> => {
    playback.load(pieces);
    return runTarget(target);
  };
  const faults: string[] = [];
  const whole = await run([one.body]);
  faults.push(...contractFaults(whole));
  if (!isDeepStrictEqual(comparable(one.expected, outcomeOf(whole)), comparable(one.expected, one.expected))) {
    faults.push("the whole answer is not as expected");
  }
  const same = async (what: string, pieces: readonly Uint8Array[]): Promise<void> => {
    if (!isSameRun(await run(pieces), whole)) faults.push(`${what} changes the answer`);
  };

  await same("one byte per read", piecesOf(one.body, 1));
  counts.bytewise += 1;

  const { splits, truncations } = cutsOf(one.body, one.isStream);
  // One target gives one answer at a time: runs follow each other.
  // oxlint-disable-next-line no-await-in-loop
  for (const offset of splits) await same(`a split at ${offset}`, splitAt(one.body, offset));
  counts.split += splits.length;

  for (const offset of truncations) {
    const expected = one.expectedOf(offset);
    // oxlint-disable-next-line no-await-in-loop
    const cut = await run([one.body.subarray(0, offset)]);
    faults.push(...contractFaults(cut).map((fault) => `cut at ${offset}: ${fault}`));
    if (!isDeepStrictEqual(comparable(expected, outcomeOf(cut)), comparable(expected, expected))) {
      faults.push(`cut at ${offset}, the answer is not as expected: ${cut.failure?.class ?? "it seems complete"}`);
    }
    counts.truncated += 1;
  }

  for (const [name, text] of Object.entries(one.isStream ? framingsOf(readText(one.file)) : {})) {
    const bytes = new TextEncoder().encode(text);
    // oxlint-disable-next-line no-await-in-loop
    await same(name, [bytes]);
    // oxlint-disable-next-line no-await-in-loop
    await same(`${name}, seven bytes per read,`, piecesOf(bytes, 7));
    counts.framed += 2;
  }
  return faults;
}
