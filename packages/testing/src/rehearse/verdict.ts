import type { DrillCall, DrillNumbers } from "./drill-result.ts";
import { FAULTS } from "./faults.ts";
import type { Blow } from "./run-scenario.ts";
import type { Usual } from "./numbers.ts";

/** One sentence: what users saw, who stood in, how soon the chain knew, how soon it was back. */
export function verdictOf(
  calls: readonly DrillCall[],
  numbers: DrillNumbers,
  usual: Usual,
  blow: Blow | undefined,
): string {
  const parts = [effect(numbers), ...standIns(calls, usual), ...reactions(numbers, blow)];
  const what = blow === undefined ? "no outage" : `${blow.strike.name} ${FAULTS[blow.fault]}`;
  return `${what}: ${parts.join("; ")}.`;
}

function effect({ calls, failed, seams, late, firstWords }: DrillNumbers): string {
  const seen = [
    ...(failed === 0 ? [] : [`${failed} of ${calls} calls failed`]),
    ...(seams === 0 ? [] : [`${seams} ${seams === 1 ? "answer" : "answers"} began again in view`]),
    ...(late === 0 ? [] : [`${late} ${late === 1 ? "user" : "users"} waited up to ${duration(firstWords?.max ?? 0)}`]),
  ];
  return seen.length === 0 ? "nobody noticed" : seen.join(", ");
}

function standIns(calls: readonly DrillCall[], { tier: usualTier }: Usual): readonly string[] {
  const others = new Map<string, number>();
  for (const { tier } of calls) {
    if (tier !== undefined && tier !== usualTier) others.set(tier, (others.get(tier) ?? 0) + 1);
  }
  return [...others].map(([tier, count]) => `${tier} answered ${count} of ${calls.length} calls`);
}

function reactions(
  { askedInVain, noticedAfterMs, backAfterMs }: DrillNumbers,
  blow: Blow | undefined,
): readonly string[] {
  if (blow === undefined || askedInVain === 0) return [];
  return [
    noticedAfterMs === undefined ? "never passed over" : `noticed after ${duration(noticedAfterMs)}`,
    backAfterMs === undefined
      ? "not back by the end"
      : backAfterMs === 0
        ? "back at once"
        : `back after ${duration(backAfterMs)}`,
  ];
}

/** Milliseconds, for people. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "without end";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 100) / 10;
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 6) / 10} min`;
}
