import { FAILURE_RULES, type AttemptRecord } from "@understudy/core";
import type { Blueprint } from "./definition.ts";
import type { DrillCall, DrillNumbers, DrillTarget } from "./drill-result.ts";
import { placeOf } from "./numbers.ts";
import type { Blow } from "./run-scenario.ts";
import { duration } from "./verdict.ts";

interface Case {
  readonly blueprint: Blueprint;
  readonly blow: Blow;
  readonly calls: readonly DrillCall[];
  readonly numbers: DrillNumbers;
}

/** What to change, so that users see less of it. Each rule looks for one setting that explains what they saw. */
export function adviceOf(one: Case): readonly string[] {
  return [
    ...stopped(one),
    ...noOneLeft(one),
    ...unable(one),
    ...sharedFate(one),
    ...sameRoute(one),
    ...reallyFailed(one),
    ...outOfAttempts(one),
    ...waited(one),
    ...slowAnswers(one),
    ...seams(one),
    ...lesser(one),
  ];
}

/** Its policy ended calls that another target could have answered. */
function* stopped({ blueprint, calls }: Case): Generator<string> {
  if (blueprint.options.policy === undefined) return;
  const ended = calls.filter((call) => {
    const last = call.trace.attempts.at(-1);
    if (call.mark !== "failed" || last?.class === undefined) return false;
    const isMovable = !["no", "policy"].includes(FAILURE_RULES[last.class].advance);
    return isMovable && isAnyLeft(call, blueprint.targets);
  });
  const last = ended[0]?.trace.attempts.at(-1);
  if (last === undefined) return;
  yield `the policy function ended ${callCount(ended.length)} after ${last.class} at tier ${last.tier}, although another target was left: return \`defaultPolicy(failure, context)\` for what it does not have to decide`;
}

function isAnyLeft({ trace }: DrillCall, targets: readonly DrillTarget[]): boolean {
  const seen = new Set([...trace.attempts, ...trace.skipped].map((record) => placeOf(record, targets)));
  return seen.size < targets.length;
}

/** The outage took everyone that could have answered. */
function* noOneLeft({ blueprint, blow, numbers }: Case): Generator<string> {
  const { targets } = blueprint;
  if (numbers.failed === 0 || blow.strike.kind === "everyone" || blow.strike.targets.length < targets.length) return;
  const vendors = [...new Set(targets.map(({ vendor }) => vendor))];
  const tiers = new Set(targets.map(({ tier }) => tier)).size;
  yield vendors.length === 1 && tiers > 1
    ? `every tier is of ${vendors[0]}, so its outage takes all of them: add a tier of another vendor`
    : `nobody takes over from ${targets[0]?.tier}: add a tier of another vendor`;
}

/** Tiers that were well and could not take the request. */
function* unable({ calls, numbers }: Case): Generator<string> {
  if (numbers.failed === 0) return;
  const tiers = new Map<string, { count: number; what: string }>();
  for (const { mark, trace } of calls) {
    for (const { tier, reason, detail } of mark === "failed" ? trace.skipped : []) {
      if (reason !== "unsupported" && reason !== "window-too-small") continue;
      const what = detail ?? (reason === "unsupported" ? "what it needs" : "its length");
      tiers.set(tier, { count: (tiers.get(tier)?.count ?? 0) + 1, what });
    }
  }
  for (const [tier, { count, what }] of tiers) {
    yield `tier ${tier} was passed over by ${callCount(count)} because it does not take the request (${what}): put a model behind the first that takes it, or change the request by the tier's \`requestOverrides\``;
  }
}

/** Tiers that fail together with the one that was struck. */
function* sharedFate({ calls }: Case): Generator<string> {
  const tiers = new Map<string, { count: number; what: string }>();
  for (const { mark, trace } of calls) {
    for (const { tier, reason, detail = "scope" } of mark === "failed" ? trace.skipped : []) {
      if (reason === "scope-failed") tiers.set(tier, { count: (tiers.get(tier)?.count ?? 0) + 1, what: detail });
    }
  }
  for (const [tier, { count, what }] of tiers) {
    yield `tier ${tier} was passed over by ${callCount(count)} because it shares the ${what} of a target that failed: give it another one, or add a tier that shares nothing`;
  }
}

/** Tiers that are no other model at no other endpoint: a call asks one of those only so often. */
function* sameRoute({ calls }: Case): Generator<string> {
  const passed = calls.filter(
    ({ mark, trace }) => mark === "failed" && trace.skipped.some(({ reason }) => reason === "repeats-used-up"),
  );
  const tiers = new Set(
    passed.flatMap(({ trace }) =>
      trace.skipped.flatMap((skip) => (skip.reason === "repeats-used-up" ? [skip.tier] : [])),
    ),
  );
  const [first, ...more] = tiers;
  if (first === undefined) return;
  const who = more.length === 0 ? `tier ${first}` : `tier ${first} and ${more.length} more`;
  yield `${callCount(passed.length)} passed over ${who}, the same model at the same endpoint as one that had failed: put another vendor's before it`;
}

/** Live only: targets that nothing struck, and that failed for real. */
function* reallyFailed({ blueprint, blow, calls }: Case): Generator<string> {
  const tiers = new Map<string, { count: number; tier: string; what: string }>();
  for (const { mark, trace } of calls) {
    const attempt = mark === "failed" ? trace.attempts.at(-1) : undefined;
    if (attempt?.class === undefined || blow.strike.targets.includes(placeOf(attempt, blueprint.targets))) continue;
    const key = `${attempt.tier} ${attempt.class}`;
    tiers.set(key, { count: (tiers.get(key)?.count ?? 0) + 1, tier: attempt.tier, what: attempt.class });
  }
  for (const { count, tier, what } of tiers.values()) {
    yield `${callCount(count)} failed at tier ${tier} with ${what}, although nothing struck it: see what \`understudy doctor\` says of it`;
  }
}

function* outOfAttempts({ blueprint, calls }: Case): Generator<string> {
  const { maxAttempts } = blueprint.options;
  if (maxAttempts === undefined) return;
  const ended = calls.filter(
    (call) => call.mark === "failed" && call.trace.attempts.length >= maxAttempts && isAnyLeft(call, blueprint.targets),
  );
  if (ended.length === 0) return;
  yield `${callCount(ended.length)} used up \`maxAttempts\` (${maxAttempts}) before every target was asked: leave it out, or raise it to ${blueprint.targets.length + 2}`;
}

const LIMITS = {
  "timeout.first-content": "first",
  "timeout.progress": "progressMs",
  "timeout.liveness": "livenessMs",
} as const satisfies Readonly<Record<string, string>>;

/** Limits that users sat through. */
function* waited({ blueprint, calls }: Case): Generator<string> {
  const limits = new Map<string, { calls: number; waitMs: number; tier: string; option: string }>();
  for (const { mark, trace } of calls) {
    if (mark === "well") continue;
    for (const attempt of trace.attempts) {
      const option = limitOf(attempt, blueprint.targets);
      if (option === undefined) continue;
      const key = `${attempt.tier} ${option}`;
      const known = limits.get(key);
      const waitMs = Math.max(known?.waitMs ?? 0, attempt.endedMs);
      limits.set(key, { calls: (known?.calls ?? 0) + 1, waitMs, tier: attempt.tier, option });
    }
  }
  for (const { calls: count, waitMs, tier, option } of limits.values()) {
    yield `${callCount(count)} waited ${duration(waitMs)} for tier ${tier}: lower \`${option}\` of that tier`;
  }
}

/** Slow answers that no limit cut short. */
function* slowAnswers({ blueprint, calls }: Case): Generator<string> {
  const slow = calls.filter(({ mark, trace }) => mark === "late" && trace.attempts[0]?.outcome === "answered");
  const tier = slow[0]?.tier;
  const target = blueprint.targets.find((one) => one.tier === tier);
  if (tier === undefined || target?.timeoutMs === undefined) return;
  const longest = Math.max(...slow.map(({ firstWordsMs = 0 }) => firstWordsMs));
  const option = longest > target.timeoutMs ? "silentReasoningMs" : "timeoutMs";
  yield `${callCount(slow.length)} waited up to ${duration(longest)} for tier ${tier}, less than its \`${option}\` (${duration(target[option] ?? 0)}): lower it, so that the next one is asked sooner`;
}

function limitOf(attempt: AttemptRecord, targets: readonly DrillTarget[]): string | undefined {
  const kind = Object.entries(LIMITS).find(([name]) => name === attempt.class)?.[1];
  if (kind !== "first") return kind;
  const target = targets[placeOf(attempt, targets)];
  // An attempt that is left at its own limit ended there; one of the tier's later targets had less.
  const isSilent = target?.timeoutMs === undefined || attempt.endedMs > target.timeoutMs + 1;
  return isSilent ? "silentReasoningMs" : "timeoutMs";
}

function* seams({ numbers }: Case): Generator<string> {
  if (numbers.seams === 0) return;
  yield `${numbers.seams} ${numbers.seams === 1 ? "answer" : "answers"} began again in view: \`generate\` hides that, and so does \`holdMs\` as far as it reaches`;
}

function* lesser({ blueprint, numbers, blow }: Case): Generator<string> {
  const usual = blueprint.targets.filter((target, index) => !target.degraded && !blow.strike.targets.includes(index));
  if (numbers.degraded === 0 || usual.length > 0) return;
  yield `${callCount(numbers.degraded)} got an answer of a lesser tier: put an equal model of another vendor before it`;
}

function callCount(count: number): string {
  return `${count} ${count === 1 ? "call" : "calls"}`;
}
