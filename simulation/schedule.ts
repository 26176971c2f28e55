import type { Facts } from "./facts.ts";
import { findViolations } from "./oracle/invariants.ts";
import type { Violation } from "./oracle/words.ts";
import { makePlan } from "./world/make-plan.ts";
import type { Profile } from "./world/plan.ts";
import { SeededRandom } from "./world/random.ts";
import { runWorld } from "./world/world.ts";

export interface ScheduleResult {
  readonly seed: number;
  readonly profile: Profile;
  readonly violations: readonly Violation[];
  readonly facts: Facts;
}

/** Plays the schedule of a seed and looks for broken rules. The same seed gives the same schedule. */
export async function runSchedule(seed: number, profile: Profile): Promise<ScheduleResult> {
  const plan = makePlan(seed, profile, new SeededRandom(seed));
  const facts = await runWorld(plan);
  return { seed, profile, violations: findViolations(facts), facts };
}

/** Everything that was seen from outside, line by line: two runs of a seed give the same bytes. */
export function formatLog({ timeline, calls }: Facts): string {
  const lines = timeline.map((entry) => {
    const what = entry.type === "event" ? entry.event : entry.type === "health" ? entry.health : entry.type;
    return `${entry.at} ${JSON.stringify(what)}`;
  });
  for (const { id, seen } of calls) {
    for (const { at, ...what } of seen) lines.push(`${at} call ${id} ${JSON.stringify(what)}`);
  }
  return lines.join("\n");
}

/** One schedule in three is a storm: those are longer. */
export function profileOf(seed: number): Profile {
  return seed % 3 === 0 ? "storm" : "narrow";
}
