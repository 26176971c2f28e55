import type { AttemptRecord, SkipRecord, Trace } from "@understudy/core";
import type { CallMark, DrillCall, DrillNumbers, DrillTarget, FirstWords, Strike } from "./drill-result.ts";
import type { RawCall } from "./run-scenario.ts";

/** More than this above the healthy run is noticed. */
const LATE_MS = 2_000;

/** What the healthy run looks like. */
export interface Usual {
  /** The tier that answers. */
  readonly tier: string | undefined;
  readonly p95: number;
  readonly max: number;
  /** What a request is billed that was read and not answered. */
  readonly inputTokens: number;
}

export function usualOf(calls: readonly RawCall[], inputTokens: number): Usual {
  const { p95 = 0, max = 0 } = waits(calls, 0) ?? {};
  return { tier: calls[0]?.tier, p95, max, inputTokens };
}

export function markCalls(calls: readonly RawCall[], usual: Usual): readonly DrillCall[] {
  return calls.map(({ hadSeam, ...call }) => ({ ...call, mark: markOf(call, hadSeam, usual) }));
}

function markOf({ code, firstWordsMs = 0 }: Omit<RawCall, "hadSeam">, hadSeam: boolean, { p95 }: Usual): CallMark {
  if (code !== undefined) return "failed";
  if (hadSeam) return "seam";
  return firstWordsMs > p95 + LATE_MS ? "late" : "well";
}

interface Outage {
  readonly strike: Strike;
  readonly targets: readonly DrillTarget[];
  readonly fromMs: number;
  readonly toMs: number;
}

export function numbersOf(calls: readonly DrillCall[], usual: Usual, outage: Outage | undefined): DrillNumbers {
  const count = (mark: CallMark): number => calls.filter((call) => call.mark === mark).length;
  const attempts = calls.flatMap(({ trace }) => trace.attempts);
  const failed = attempts.filter(({ outcome }) => outcome === "failed");
  const inVain = outage === undefined ? [] : failed.filter((attempt) => isStruck(attempt, outage));
  const firstWords = waits(calls, usual.max);
  const cost = calls.some((call) => call.cost !== undefined) && sum(calls, (call) => call.cost ?? 0);
  return {
    calls: calls.length,
    failed: count("failed"),
    seams: count("seam"),
    late: count("late"),
    degraded: calls.filter(({ degraded }) => degraded).length,
    ...(firstWords === undefined ? {} : { firstWords }),
    askedInVain: inVain.length,
    attempts: attempts.length,
    tokens: sum(attempts, (attempt) => (attempt.stoppedBy === undefined ? tokensOf(attempt) : usual.inputTokens)),
    tokensInVain: sum(failed, tokensOf),
    moved: movedIn(calls),
    ...(cost !== false && { cost }),
    ...(outage === undefined ? {} : times(calls, usual, outage)),
  };
}

function sum<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}

function tokensOf({ usage }: AttemptRecord): number {
  return (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
}

/** Turns whose conversation was answered by another target before. */
function movedIn(calls: readonly DrillCall[]): number {
  const last = new Map<number, string>();
  return sum(calls, ({ conversation, trace }) => {
    const by = trace.attempts.find(({ outcome }) => outcome === "answered");
    if (by === undefined) return 0;
    const name = `${by.tier} ${by.sibling ?? ""}`;
    const before = last.get(conversation) ?? name;
    last.set(conversation, name);
    return before === name ? 0 : 1;
  });
}

function times(
  calls: readonly DrillCall[],
  { tier }: Usual,
  outage: Outage,
): Pick<DrillNumbers, "noticedAfterMs" | "backAfterMs"> {
  const noticed = calls.find((call) => call.startedAtMs >= outage.fromMs && isPassedOver(call.trace, outage));
  const back = calls.find((call) => call.startedAtMs >= outage.toMs && call.tier === tier && tier !== undefined);
  return {
    ...(noticed === undefined ? {} : { noticedAfterMs: Math.round(noticed.startedAtMs - outage.fromMs) }),
    ...(back === undefined ? {} : { backAfterMs: Math.round(back.startedAtMs - outage.toMs) }),
  };
}

function isPassedOver({ skipped }: Trace, outage: Outage): boolean {
  return skipped.some((skip) => (skip.reason === "breaker" || skip.reason === "cooldown") && isStruck(skip, outage));
}

function isStruck(record: AttemptRecord | SkipRecord, { strike, targets }: Outage): boolean {
  return strike.targets.includes(placeOf(record, targets));
}

/** The place of a record's target in the list of targets. */
export function placeOf(
  { tier, sibling }: Pick<SkipRecord, "tier" | "sibling">,
  targets: readonly DrillTarget[],
): number {
  return targets.findIndex((target) => target.tier === tier && target.sibling === sibling);
}

/** What users waited. `usualMax`: the longest wait of the healthy run. */
export function waits(
  calls: readonly Pick<RawCall, "firstWordsMs">[],
  usualMax: number = Infinity,
): FirstWords | undefined {
  const sorted = calls.flatMap(({ firstWordsMs }) => firstWordsMs ?? []).toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const at = (share: number): number => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return { p50: at(0.5), p95: at(0.95), max: at(1), added: Math.max(0, at(1) - Math.round(usualMax)) };
}
