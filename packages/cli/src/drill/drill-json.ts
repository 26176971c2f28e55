import type { DrillResult, Scenario } from "@understudy/testing/rehearse";

/** As `schemas/drill.json` describes it. */
export function drillJson(
  file: string,
  result: DrillResult,
  over: readonly string[],
): Readonly<Record<string, unknown>> {
  const { seed, mode, everyMs, targets, healthy, scenarios, failed, seams, degraded, ahead, asked } = result;
  return {
    schema: "understudy.drill/1",
    file,
    seed,
    mode,
    everyMs,
    targets,
    healthy: { numbers: healthy.numbers, verdict: healthy.verdict },
    scenarios: scenarios.map(scenarioJson),
    failed,
    seams,
    degraded,
    overBudget: over,
    ...(ahead === undefined ? {} : { ahead }),
    ...(asked === undefined ? {} : { asked }),
  };
}

function scenarioJson({ fault, strike, isSurvivable, outage, numbers, verdict, advice }: Scenario): object {
  return { fault, strike, isSurvivable, outage, numbers, verdict, advice };
}
