import type { AttemptRecord, EngineEvent } from "@understudy/core";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import { graceFor, EARLY_MS, LATE_MS } from "./tolerance.ts";
import { attemptsOf, eventsOf, isContent, readsOf, sleptWithin, type AttemptFact } from "./words.ts";

type HedgeEvent = Extract<EngineEvent, { type: "hedge" }>;

interface Told {
  readonly at: number;
  readonly call: CallFact;
  readonly event: HedgeEvent;
}

/** When an attempt first showed something. */
function contentOf({ upstream }: AttemptFact): { readonly at: number; readonly turn: number } | undefined {
  return readsOf(upstream).find(({ parts }) => {
    const end = parts.findIndex(({ type }) => type === "end");
    return (end < 0 ? parts : parts.slice(0, end)).some((part) => isContent(part));
  });
}

function recordOf({ record }: AttemptFact): Partial<AttemptRecord> {
  return record ?? {};
}

/** Those of a call's attempts that ran when this one began. */
function runningAt(attempt: AttemptFact): readonly AttemptFact[] {
  const { call, n, startedAt } = attempt;
  return attemptsOf(call).filter((one) => one.n !== n && one.startedAt < startedAt && one.endedAt > startedAt);
}

function told({ calls }: Facts): readonly Told[] {
  return calls
    .flatMap((call) => call.events.flatMap(({ at, event }) => (event.type === "hedge" ? [{ at, call, event }] : [])))
    .toSorted((one, other) => one.at - other.at);
}

/** R14.1: A second attempt begins only as a hedge, after its time without content, and there is never a third. */
export function* hedgesHaveTheirTime(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    for (const attempt of attemptsOf(call)) {
      const others = runningAt(attempt);
      const { n, startedAt } = attempt;
      const isHedge = recordOf(attempt).hedge === true;
      if (others.length > 1) yield `call ${call.id} has three attempts under way with ${n}`;
      const [other] = others;
      if (isHedge !== (other !== undefined))
        yield `call ${call.id} attempt ${n} is beside ${other?.n}, hedge: ${isHedge}`;
      if (other === undefined) continue;
      const content = contentOf(other);
      if (content !== undefined && content.at < startedAt)
        yield `call ${call.id} attempt ${n} began beside ${other.n}, which had shown something`;
      const after = afterOf(facts, other);
      if (typeof after !== "number") continue;
      const waited = startedAt - Math.max(other.startedAt, ...aloneSince(other, startedAt));
      const grace = graceFor(sleptWithin(facts, other.startedAt - LATE_MS, startedAt));
      if (waited < after - EARLY_MS) yield `call ${call.id} attempt ${n} began after ${waited}, not ${after}`;
      if (grace === 0 && waited > after + LATE_MS) yield `call ${call.id} attempt ${n} began late, after ${waited}`;
    }
  }
}

/** When attempts beside this one had failed. */
function aloneSince({ call, n, startedAt }: AttemptFact, before: number): readonly number[] {
  return attemptsOf(call)
    .filter((one) => one.n !== n && one.endedAt > startedAt && one.endedAt < before)
    .map(({ endedAt }) => endedAt);
}

function afterOf({ plan }: Facts, { upstream }: AttemptFact): number | "p95" | undefined {
  return plan.tiers[upstream?.target.tier ?? -1]?.hedgeAfterMs;
}

/** R14.1: Where a lonely call waits for its only attempt and somebody is free, it does not wait for longer than it should. */
export function* hedgesAreMade(facts: Facts): Iterable<string> {
  const { plan } = facts;
  if (plan.calls.length !== 1 || facts.sleeps.length > 0 || plan.operator.length > 0) return;
  const [call] = facts.calls;
  const [first, second] = call === undefined ? [] : attemptsOf(call);
  const next = plan.targets[1];
  if (call === undefined || first?.upstream === undefined || next === undefined) return;
  if (first.upstream.target !== plan.targets[0]) return;
  if (call.plan.tiers !== undefined || (!call.plan.allowDegraded && plan.tiers[next.tier]?.degraded === true)) return;
  if (!next.tools && (call.plan.tools || call.plan.afterToolResult)) return;
  const after = afterOf(facts, first);
  const isHarmful = first.upstream.target.acts === true || next.acts === true || hasActed(first.upstream, Infinity);
  const isTight = call.plan.deadlineMs !== undefined || call.plan.startWithinMs !== undefined;
  if (typeof after !== "number" || isHarmful || isTight || plan.maxAttempts !== undefined) return;
  // A sibling needs a tenth of the tier's time.
  if (next.tier === 0 && after > (plan.tiers[0]?.timeoutMs ?? 0) / 2) return;
  const waited = Math.min(contentOf(first)?.at ?? Infinity, first.endedAt) - first.startedAt;
  if (waited > after + LATE_MS && second?.record?.hedge !== true && eventsOf(call, "hedge").length === 0)
    yield `call ${call.id} waited ${waited} for its first attempt and hedged nothing after ${after}`;
}

/** R14.2: From the first content on one attempt is left, and the other one says by what it was stopped. */
export function* contentDecides({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const attempt of attemptsOf(call)) {
      const content = contentOf(attempt);
      const { n, startedAt, record } = attempt;
      for (const other of attemptsOf(call)) {
        if (content === undefined || other.n === n || other.startedAt > content.at) continue;
        if (other.endedTurn > content.turn || other.endedTurn < 0)
          yield `call ${call.id} attempt ${other.n} ran on although ${n} had shown something`;
      }
      if (record?.outcome !== "stopped") continue;
      const isCalls = call.events.at(-1)?.turn === attempt.endedTurn;
      if (record.stoppedBy === undefined && !isCalls) yield `call ${call.id} attempt ${n} was stopped for nothing`;
      if (record.stoppedBy !== "hedge") continue;
      if (content !== undefined) yield `call ${call.id} attempt ${n} was stopped for a hedge and had shown something`;
      const isBeside = attemptsOf(call).some(
        (one) => one.n !== n && one.startedAt < attempt.endedAt && one.endedAt >= startedAt,
      );
      if (!isBeside) yield `call ${call.id} attempt ${n} was stopped for a hedge and was alone`;
      if (record.class !== undefined)
        yield `call ${call.id} attempt ${n} was stopped for a hedge and failed of ${record.class}`;
    }
  }
}

/** R14.4: While another attempt is under way nothing is repeated, repaired, or waited for. */
export function* nothingIsRepeatedBeside({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const { at, event } of call.events) {
      if (event.type !== "repeat" && event.type !== "repair") continue;
      const running = attemptsOf(call).find(({ startedAt, endedAt }) => startedAt < at && endedAt > at);
      if (running !== undefined) yield `call ${call.id} has a ${event.type} beside attempt ${running.n}`;
    }
  }
}

/** R14.5: Neither of the two is to find something out, and no attempt of a candidate that was not tried is used up. */
export function* hedgesAreOfTheWell({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const attempt of attemptsOf(call)) {
      if (recordOf(attempt).hedge !== true) continue;
      for (const one of [attempt, ...runningAt(attempt)]) {
        const { venture, breakerBefore } = recordOf(one);
        if (venture !== undefined) yield `call ${call.id} attempt ${one.n} is a ${venture} and runs beside another`;
        if (one === attempt && breakerBefore !== "closed")
          yield `call ${call.id} attempt ${one.n} is a hedge, and its breaker is ${breakerBefore}`;
      }
    }
  }
}

function within(times: readonly number[], at: number, ms: number): number {
  return times.filter((one) => one > at - ms && one <= at).length;
}

/** R14.7: One call in ten of the last minute, rounded up; who is told that the budget is used up is told the truth, once. */
export function* hedgesKeepTheirBudget(facts: Facts): Iterable<string> {
  const all = told(facts);
  const begun = facts.calls.map(({ startedAt }) => startedAt);
  const made = all.filter(({ event }) => event.skipped === undefined).map(({ at }) => at);
  for (const { at, call, event } of all) {
    if (event.skipped === undefined) {
      const most = Math.max(1, Math.ceil(within(begun, at, 60_000) / 10));
      const count = within(made, at, 59_000);
      if (count > most) yield `call ${call.id} is hedge ${count} of the last minute, of ${most}`;
    } else if (event.skipped === "budget") {
      const least = Math.max(1, Math.ceil(within(begun, at, 59_000) / 10));
      if (within(made, at, 60_000) < least)
        yield `call ${call.id} was not hedged at ${at} although the budget is not used up`;
    }
  }
  for (const call of facts.calls) {
    const skipped = eventsOf(call, "hedge").filter((event) => event.skipped !== undefined).length;
    if (skipped > 1) yield `call ${call.id} says ${skipped} times that it is not hedged`;
  }
}

/** R14.8: What acts on a vendor's side is not asked for twice at once. */
export function* nothingActsTwice({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const attempt of attemptsOf(call)) {
      if (recordOf(attempt).hedge !== true) continue;
      const [other] = runningAt(attempt);
      for (const one of [attempt, other]) {
        if (one?.upstream?.target.acts === true) yield `call ${call.id} attempt ${one.n} acts and runs beside another`;
      }
      if (other?.upstream !== undefined && hasActed(other.upstream, attempt.startedAt))
        yield `call ${call.id} attempt ${attempt.n} began beside a tool that the vendor ran`;
    }
  }
}

function hasActed({ reads }: UpstreamFact, before: number): boolean {
  return reads.some(
    ({ at, parts, isLate }) =>
      !isLate && at < before && parts.some((part) => part.type === "working" && part.kind === "server-tool"),
  );
}

/** R14.11: The event says which attempt has shown nothing, and the attempt that begins behind it is marked. */
export function* hedgesAreTold(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    for (const [index, { event }] of call.events.entries()) {
      if (event.type === "attempt-start" && event.hedge === true && call.events[index - 1]?.event.type !== "hedge")
        yield `call ${call.id} begins a hedge and does not say why`;
      if (event.type !== "hedge") continue;
      const waited = attemptsOf(call).find(({ n }) => n === event.attempt);
      const after = waited === undefined ? undefined : afterOf(facts, waited);
      if (after !== (event.by === "p95" ? "p95" : event.afterMs))
        yield `call ${call.id} says that it hedged by ${event.by} after ${event.afterMs}, not ${after}`;
      const next = call.events[index + 1]?.event;
      const isBegun = next?.type === "attempt-start" && next.hedge === true;
      const isCut = call.aborted !== undefined;
      if (event.skipped === undefined && !isBegun && !isCut) yield `call ${call.id} tells of a hedge and makes none`;
      if (event.skipped !== undefined && isBegun) yield `call ${call.id} makes a hedge that it says it does not make`;
    }
    const numbers = call.result?.answer?.trace.attempts.map(({ attempt }) => attempt) ?? [];
    if (numbers.some((number, index) => number !== index + 1)) yield `call ${call.id} lists ${numbers.join(", ")}`;
  }
}
