/** In the copy: plays schedules with one mutant after the other, and says of each what it breaks. */
import { runSchedule } from "../simulation/schedule.ts";
import type { Profile } from "../simulation/world/plan.ts";
import { activate, isEndless } from "./switch.ts";

export interface Order {
  readonly mutants: readonly number[];
  /** Schedules of each profile. */
  readonly schedules: number;
}

export type Answer =
  | { readonly type: "begins"; readonly mutant: number }
  | { readonly type: "ends"; readonly mutant: number; readonly broken: string | undefined };

const PROFILES: readonly Profile[] = ["narrow", "continued", "hedge", "steered", "ahead", "storm"];

// Nobody looks at the stacks of the many errors that are made here.
Error.stackTraceLimit = 0;

let unhandled: string | undefined;
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, () => {
    unhandled = "nobody handled an error";
  });
}

function send(answer: Answer): void {
  process.send?.(answer);
}

async function play(mutant: number, schedules: number): Promise<string | undefined> {
  for (let seed = 1; seed <= schedules; seed++) {
    for (const profile of PROFILES) {
      activate(mutant);
      unhandled = undefined;
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      const broken = await playOne(seed, profile);
      if (broken !== undefined) return `seed ${seed} of ${profile}: ${broken}`;
    }
  }
  return undefined;
}

async function playOne(seed: number, profile: Profile): Promise<string | undefined> {
  try {
    const { violations } = await runSchedule(seed, profile);
    if (isEndless()) return "a loop has no end";
    return violations[0]?.rule ?? unhandled;
  } catch (error) {
    return `the world breaks down: ${String(error)}`;
  }
}

process.once("message", ({ mutants, schedules }: Order) => {
  void (async () => {
    for (const mutant of mutants) {
      send({ type: "begins", mutant });
      // oxlint-disable-next-line no-await-in-loop -- one mutant at a time
      send({ type: "ends", mutant, broken: await play(mutant, schedules) });
    }
    process.disconnect();
  })();
});
