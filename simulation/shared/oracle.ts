import type { Violation } from "../oracle/words.ts";
import type { Ask, SharedFacts } from "./play.ts";

const MINUTE = 60_000;
/** When somebody else may make the next trial, at the earliest and at the latest. */
const OTHERS_MS = [70_000, 90_000] as const;
/** Until all have heard: a look for news and a quarter, some trips, and what a vendor takes to answer. */
const HEARD_MS = 1_300;
const ANSWER_MS = 450;
/** The slowest pace of the process that is always well, and a hair. */
const PACE_MS = 5_000 * 1.3 + ANSWER_MS;
/** For how long a store that failed is left alone at most. */
const LEFT_ALONE_MS = 5_500;
const EARLY_MS = 50;

/** R11.7, from what the vendor saw. `twice` counts trials that began before one could hear of the other. */
export function findSharedViolations(facts: SharedFacts): { readonly violations: Violation[]; readonly twice: number } {
  const violations: Violation[] = [];
  const violate = (text: string): void => void violations.push({ rule: "R11.7", text });
  const { plan, asks, calls } = facts;
  const blocked = asks.filter(({ at }) => at >= plan.from && at < plan.mendedAt);
  const found = blocked.find((ask) => ask.found === "refused");
  for (const { at, by, tier } of calls) if (tier === undefined) violate(`a call of ${by} at ${at} failed`);
  if (found === undefined) return { violations, twice: 0 };
  const all = found.at + ANSWER_MS + (plan.store === "polled" ? HEARD_MS : 0);
  const trials = blocked.filter((ask) => ask.at > all && !isUninformed(facts, ask));
  for (const [index, { at }] of blocked.entries()) {
    const gap = at - (blocked[index - 1]?.at ?? at);
    if (gap > OTHERS_MS[1] + PACE_MS + HEARD_MS) violate(`nobody tried for ${gap} ms until ${at}`);
  }
  let twice = 0;
  for (const [index, { at, by }] of trials.entries()) {
    const last = trials[index - 1];
    if (last === undefined) continue;
    const gap = at - last.at;
    if (gap >= MINUTE - EARLY_MS) {
      const missed = missedBy(facts, last, at);
      if (missed !== undefined) violate(`${last.by} did not try at ${missed}, and ${by} had to at ${at}`);
      continue;
    }
    // Whoever found the block last is heard long before others may try: two begin at once only where it does not.
    const before = trials.findLast((one) => one.at < at - HEARD_MS);
    const isUnheard = plan.store === "polled" && gap < HEARD_MS;
    if (isUnheard && (before === undefined || at - before.at >= OTHERS_MS[0] - EARLY_MS)) twice++;
    else violate(`${by} tried at ${at}, ${gap} ms after ${last.by}`);
  }
  violations.push(...everybodyIsBack(facts));
  return { violations, twice };
}

/** A call at which the one who found the block last should have tried, long before another did. */
function missedBy({ plan, asks, calls }: SharedFacts, last: Ask, until: number): number | undefined {
  // Of several who found it together nobody knows at once who was the last.
  const near = asks.filter(({ at }) => Math.abs(at - last.at) < HEARD_MS + ANSWER_MS || (at > last.at && at < until));
  if (last.found !== "refused" || near.length > 1) return undefined;
  const isDown = plan.store === "polled" && plan.storeIsDown !== undefined;
  if (isDown && until > (plan.storeIsDown?.from ?? 0)) return undefined;
  const dueAt = last.at + ANSWER_MS + MINUTE + EARLY_MS;
  return calls.find(({ at, by }) => by === last.by && at > dueAt && at < until - EARLY_MS)?.at;
}

/** It began before its process could know: the process was new, or the store failed and was left alone. */
function isUninformed({ plan, asks }: SharedFacts, { at, by }: Ask): boolean {
  if (plan.store === "memory") return false;
  if (at < (plan.processes[by]?.from ?? 0) + HEARD_MS) return true;
  const { storeIsDown } = plan;
  if (storeIsDown === undefined || at < storeIsDown.from) return false;
  // What was tried meanwhile was told to nobody; the first that is told again puts all others off.
  const told = asks.find((one) => one.at >= storeIsDown.to + LEFT_ALONE_MS);
  return told === undefined || at < told.at + HEARD_MS;
}

/** One answer ends the block for all, also where a process that reaches nobody tried first. */
function* everybodyIsBack({ plan, calls }: SharedFacts): Iterable<Violation> {
  // Requests that find out nothing may have opened the breakers.
  if (plan.muteShare > 0) return;
  const known = Math.max(plan.mendedAt, plan.store === "polled" ? (plan.storeIsDown?.to ?? 0) : 0);
  const backAt = known + 2 * (OTHERS_MS[1] + PACE_MS) + HEARD_MS;
  for (const { at, by, tier } of calls) {
    if (at < backAt || tier === "first" || at >= (plan.processes[by]?.sickFrom ?? Infinity)) continue;
    yield { rule: "R11.7", text: `${by} is not back at ${at}, although the key was mended at ${plan.mendedAt}` };
    return;
  }
}
