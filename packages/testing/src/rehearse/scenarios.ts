import { adviceOf } from "./advice.ts";
import type { Scenario, Strike } from "./drill-result.ts";
import { markCalls, numbersOf, usualOf, type Usual } from "./numbers.ts";
import { runScenario, type Blow, type RawCall, type Stage } from "./run-scenario.ts";
import type { Script } from "./script.ts";
import { verdictOf } from "./verdict.ts";

/** What came of a script. */
export interface Played {
  /** The same calls without any outage. */
  readonly healthy: Scenario;
  /** In the script's order. */
  readonly scenarios: readonly Scenario[];
}

/** Plays a script: the same calls without an outage, then each of its outages. `onDone` is called after each of these. */
export async function playScript({ stage, faults, strikes }: Script, onDone: () => void): Promise<Played> {
  const well = await runScenario(stage, undefined);
  const usual = usualOf(well, stage.healthy.inputTokens);
  const asked = new Set(well.flatMap(({ trace }) => trace.attempts.map(({ tier }) => tier)));
  const scenarios: Scenario[] = [];
  for (const strike of strikes) {
    for (const fault of faults) {
      const blow = { fault, strike };
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on one clock each
      const made = isIdle(strike, stage, asked) ? well : await runScenario(stage, blow);
      scenarios.push(scenarioOf(made, { stage, usual, blow }));
      onDone();
    }
  }
  return { healthy: scenarioOf(well, { stage, usual }), scenarios };
}

/** Whether nobody asks those targets while the others are well: nothing can come of it. */
export function isIdle({ targets }: Strike, { blueprint }: Stage, asked: ReadonlySet<string>): boolean {
  return targets.every((index) => !asked.has(blueprint.targets[index]?.tier ?? ""));
}

function scenarioOf(
  made: readonly RawCall[],
  { stage, usual, blow }: { readonly stage: Stage; readonly usual: Usual; readonly blow?: Blow },
): Scenario {
  const { blueprint, outage } = stage;
  const { targets } = blueprint;
  const calls = markCalls(made, usual);
  const numbers = numbersOf(calls, usual, blow && { strike: blow.strike, targets, ...outage });
  return {
    ...(blow === undefined ? {} : { fault: blow.fault, strike: blow.strike, outage }),
    isSurvivable: blow?.strike.kind !== "everyone",
    targets,
    calls,
    numbers,
    verdict: verdictOf(calls, numbers, usual, blow),
    advice: blow === undefined ? [] : adviceOf({ blueprint, blow, calls, numbers }),
  };
}

/** What users feel most comes first; what is equal keeps its order. */
export function worstFirst(scenarios: readonly Scenario[]): readonly Scenario[] {
  return scenarios.toSorted((a, b) => {
    const [left, right] = [severity(a), severity(b)];
    const index = left.findIndex((value, at) => value !== right[at]);
    return index === -1 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
  });
}

function severity({ isSurvivable, numbers }: Scenario): readonly number[] {
  const { failed, seams, late, firstWords, degraded, askedInVain } = numbers;
  return [isSurvivable ? 1 : 0, failed, seams, late, firstWords?.max ?? 0, degraded, askedInVain];
}
