import { DEPLOY_STEP_MS, isIn, PROCESSES, type Span, type VendorName, type WeekPlan } from "./plan.ts";
import type { Call, Played } from "./play.ts";

/** The same week, for those who have a chain and for those who have the primary alone. */
export interface Week {
  readonly plan: WeekPlan;
  readonly fleet: Played;
  readonly plain: Played;
}

interface Waits {
  readonly p50: number;
  readonly p95: number;
}

/** What users saw in a part of the week. */
export interface Row {
  readonly name: string;
  readonly calls: number;
  readonly by: Readonly<Record<VendorName, number>>;
  /** Of the answers. */
  readonly firstWords: Waits;
  readonly seams: number;
  readonly failed: number;
  /** Requests to the primary. */
  readonly asked: number;
  readonly plain: { readonly failed: number; readonly firstWords: Waits; readonly asked: number };
}

interface Part {
  readonly name: string;
  readonly spans: readonly Span[];
}

/** A row for each event, one for what is left, and one for everything. Events may overlap. */
export function rowsOf(week: Week): readonly Row[] {
  const parts = partsOf(week.plan);
  const row = (name: string, holds: (at: number) => boolean): Row => rowOf(name, week, holds);
  return [
    ...parts.map(({ name, spans }) => row(name, (at) => isInOne(spans, at))),
    row("everything else", (at) => !parts.some(({ spans }) => isInOne(spans, at))),
    row("all", () => true),
  ];
}

function partsOf({ troubles, storeFailures, deploys }: WeekPlan): readonly Part[] {
  const parts: readonly Part[] = [
    ...troubles.map((trouble) => ({ name: trouble.name, spans: [trouble] })),
    { name: "store fails over", spans: storeFailures },
    { name: "deploys", spans: deploys.map((from) => ({ from, to: from + PROCESSES * DEPLOY_STEP_MS })) },
  ];
  return parts.filter(({ spans }) => spans.length > 0);
}

function isInOne(spans: readonly Span[], at: number): boolean {
  return spans.some((span) => isIn(span, at));
}

function rowOf(name: string, { fleet, plain }: Week, holds: (at: number) => boolean): Row {
  const calls = fleet.calls.filter(({ at }) => holds(at));
  const plainCalls = plain.calls.filter(({ at }) => holds(at));
  const countBy = (tier: VendorName): number => calls.filter(({ by }) => by === tier).length;
  return {
    name,
    calls: calls.length,
    by: { primary: countBy("primary"), equivalent: countBy("equivalent"), budget: countBy("budget") },
    firstWords: waitsOf(calls),
    seams: calls.filter(({ hadSeam }) => hadSeam).length,
    failed: calls.filter(({ by }) => by === undefined).length,
    asked: fleet.asked.primary.filter(holds).length,
    plain: {
      failed: plainCalls.filter(({ by }) => by === undefined).length,
      firstWords: waitsOf(plainCalls),
      asked: plain.asked.primary.filter(holds).length,
    },
  };
}

function waitsOf(calls: readonly Call[]): Waits {
  const waits = calls.flatMap(({ by, firstMs }) => (by === undefined ? [] : (firstMs ?? [])));
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
