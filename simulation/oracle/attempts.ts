import {
  isUnderstudyError,
  type AttemptRecord,
  type FailureClass,
  type FinishReason,
  type SkipRecord,
} from "@understudy/core";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import { evidenceOf, sentParts, wordsOf } from "./output.ts";
import { isStop, RULES } from "./rules.ts";
import { graceFor, LATE_MS } from "./tolerance.ts";
import {
  attemptsOf,
  eventsOf,
  failureOf,
  followerOf,
  readsOf,
  scopesOf,
  sleptWithin,
  type AttemptFact,
} from "./words.ts";

/** R1.9: At most `maxAttempts` attempts, at most three per target. */
export function* attemptsAreBounded({ calls, plan }: Facts): Iterable<string> {
  const most = plan.maxAttempts ?? plan.targets.length + 2;
  for (const call of calls) {
    if (call.upstream.length > most) yield `call ${call.id} made ${call.upstream.length} attempts of ${most}`;
    for (const target of plan.targets) {
      const there = call.upstream.filter((one) => one.target === target).length;
      if (there > 3) yield `call ${call.id} asked one target ${there} times`;
    }
  }
}

/** R9.1: No attempt after the caller's abort, the deadline or a failure that ends the chain. */
export function* noneAfterTheEnd(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    const { id, plan, startedAt, upstream, events } = call;
    const late = events.slice(call.eventsAtAbort ?? events.length).some(({ event }) => event.type === "attempt-start");
    if (late) yield `call ${id} made an attempt after it was aborted`;
    if (call.eventsAtAbort === 0 && upstream.length > 0)
      yield `call ${id} was aborted before it began and made an attempt`;
    const due = startedAt + (plan.deadlineMs ?? 3_600_000);
    for (const one of upstream) {
      if (one.startedAt > due + LATE_MS + graceFor(sleptWithin(facts, startedAt, one.startedAt)))
        yield `call ${id} made an attempt after its deadline`;
    }
    const released = events.findIndex(({ event }) => event.type === "released");
    for (const { n, record, endedAt } of attemptsOf(call)) {
      if (record?.outcome !== "failed" || record.class === undefined || isRepaired(call, n)) continue;
      const ended = events.findIndex(({ event }) => event.type === "attempt-end" && event.record.attempt === n);
      if (!isStop(facts.plan.policy, record.class, released >= 0 && released < ended)) continue;
      if (attemptsOf(call).some((later) => later.startedAt > endedAt))
        yield `call ${id} went on after ${record.class}, which ends the chain`;
    }
  }
}

/** R2.5: Who asks again because of a dead connection asks on a new one; nobody else does. */
export function* newConnectionsAreNew({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const { n, record, upstream } of attemptsOf(call)) {
      if (upstream !== undefined && record?.repeat === "fresh-connection" && !upstream.isFresh)
        yield `call ${call.id} attempt ${n} may travel on a used connection`;
    }
  }
}

/** R2.10: An output that failed twice in the same way, word for word, is not asked a third time at that model. */
export function* stubbornModelsAreLeft({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const last = new Map<string, string>();
    const settled = new Map<string, number>();
    const attempts = attemptsOf(call);
    for (const { n, record, upstream, startedAt, endedAt } of byEnd(attempts)) {
      if (upstream === undefined || record === undefined) continue;
      // What was repaired is asked something else.
      if (attempts.find((next) => next.n === n + 1)?.record?.repair !== undefined) continue;
      const model = `${upstream.target.vendor}/${upstream.target.model}`;
      if (startedAt > (settled.get(model) ?? Infinity)) yield `call ${call.id} attempt ${n} asks ${model} a third time`;
      if (record.outcome !== "failed" || record.class === undefined) continue;
      const words = wordsOf(upstream);
      if (words === "" && !record.class.startsWith("output.")) continue;
      const output = `${record.class} ${words}`;
      if (last.get(model) === output) settled.set(model, Math.min(endedAt, settled.get(model) ?? Infinity));
      last.set(model, output);
    }
  }
}

/** R1.3: No attempt on a scope that failed in this request, except repeats and repairs. */
export function* failedScopesAreLeft({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    // Since when: of two attempts beside each other the one may begin before the other fails.
    const failed = new Map<string, number>();
    const closed = new Map<number, number>();
    for (const { n, record, upstream, startedAt, endedAt } of byEnd(attemptsOf(call))) {
      if (upstream === undefined || record === undefined) continue;
      const { target } = upstream;
      const isAgain = record.repeat !== undefined || record.repair !== undefined;
      if (!isAgain && startedAt > (closed.get(target.tier) ?? Infinity))
        yield `call ${call.id} attempt ${n} is in a tier that was closed`;
      const shared = Object.values(scopesOf(target)).find((scope) => startedAt > (failed.get(scope) ?? Infinity));
      if (!isAgain && shared !== undefined) yield `call ${call.id} attempt ${n} shares ${shared} with a failure`;
      const rule = record.outcome === "failed" && record.class !== undefined ? RULES[record.class] : undefined;
      if (rule?.scope !== undefined && !isRepaired(call, n) && !failed.has(scopesOf(target)[rule.scope]))
        failed.set(scopesOf(target)[rule.scope], endedAt);
      if (rule?.closesTier === true && !isRepaired(call, n) && !closed.has(target.tier))
        closed.set(target.tier, endedAt);
    }
  }
}

/** In the order in which they ended: what an attempt may know of the others. */
function byEnd(attempts: readonly AttemptFact[]): readonly AttemptFact[] {
  return attempts.toSorted((one, other) => one.endedAt - other.endedAt);
}

/** A repeat of a repaired request is repaired too, and repairs nothing. */
function isRepaired(call: CallFact, n: number): boolean {
  const next = followerOf(call, n)?.record;
  return next?.repair !== undefined && next.repeat === undefined;
}

/** R8.4: The trace lists exactly the upstream calls made, and says of each what really happened. */
export function* traceIsTrue(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    // An attempt that was stopped by the hook that announced it never reached its target.
    const attempts = attemptsOf(call).filter(
      ({ upstream, record }) => upstream !== undefined || record?.outcome !== "stopped",
    );
    const error = call.result?.error ?? call.opened?.error;
    const listed = call.result?.answer?.trace.attempts ?? (isUnderstudyError(error) ? error.attempts : undefined);
    const reached = listed?.filter((record) => attempts.some(({ n }) => n === record.attempt));
    if (reached !== undefined && reached.length !== call.upstream.length) {
      yield `call ${call.id} lists ${reached.length} attempts of ${call.upstream.length}`;
    }
    if (reached?.some((record, index) => record !== attempts[index]?.record))
      yield `call ${call.id} lists other attempts than it announced`;
    if (attempts.length !== call.upstream.length)
      yield `call ${call.id} announced ${attempts.length} attempts and made ${call.upstream.length}`;
    for (const attempt of attempts) {
      const { n, record, upstream } = attempt;
      if (record === undefined || upstream === undefined) {
        yield `call ${call.id} attempt ${n} has no end`;
        continue;
      }
      if (record.endpoint !== upstream.target.endpoint || record.vendor !== upstream.target.vendor)
        yield `call ${call.id} attempt ${n} names the wrong target`;
      const truth = trueClass(attempt);
      if (record.class === "output.empty" && truth !== "output.empty") {
        yield `call ${call.id} attempt ${n} is called empty`;
      }
      // It said something, and the engine left because of what that was.
      const isUnjoined = record.class === "output.no-seam" && upstream.second?.isCertain === false;
      const isTrue = truth === undefined || isUnjoined || isConfirmed(record.class, truth);
      if (!isTrue) {
        yield `call ${call.id} attempt ${n} is called ${record.class ?? record.outcome}, it was ${truth}`;
      }
      yield* usageIsTrue(attempt);
    }
    yield* loudnessIsTrue(call);
  }
}

/** A stop without anything that a reader or an application could use. */
function isEmptyAnswer(upstream: UpstreamFact, finishReason: FinishReason): boolean {
  // Who is to go on with an answer has to write something, however it ends, unless it refuses.
  if (upstream.asked?.continuation !== undefined && !/^(?:refusal|content-filter)$/.test(finishReason)) {
    return sentParts(upstream).every((part) => part.type !== "text-delta" || part.delta === "");
  }
  if (upstream.call.plan.afterToolResult || (finishReason !== "stop" && finishReason !== "other")) return false;
  const end = evidenceOf(upstream);
  if (end?.stopSequence === true || end?.unknownContent === true) return false;
  return sentParts(upstream).every(
    (part) =>
      part.type === "reasoning-start" ||
      part.type === "reasoning-delta" ||
      part.type === "reasoning-end" ||
      part.type === "text-start" ||
      (part.type === "text-delta" && part.delta.trim() === "") ||
      (part.type === "text-end" && part.part.text.trim() === ""),
  );
}

function isConfirmed(recorded: string | undefined, truth: string): boolean {
  if (truth === "timeout") return /^timeout\.(first-content|liveness|progress)$/.test(recorded ?? "");
  return recorded === truth;
}

/** What an attempt failed of as the upstream side knows it; undefined where the engine's own clocks or judgement decide. */
function trueClass(attempt: AttemptFact): string | undefined {
  const { upstream, endedTurn, record } = attempt;
  if (upstream === undefined || record?.outcome === "stopped") return undefined;
  const { thrown, done, brokenAt } = upstream;
  if (brokenAt !== undefined) return "adapter.contract";
  const evidence = evidenceOf(upstream);
  if (evidence !== undefined) return isEmptyAnswer(upstream, evidence.finishReason) ? "output.empty" : undefined;
  if (thrown?.turn === endedTurn) {
    if (failureOf(attempt) !== undefined) return failureOf(attempt)?.class;
    return thrown.isUnsent === true ? "adapter.contract" : "adapter.threw";
  }
  if (done?.turn === endedTurn) return "stream.truncated";
  return "timeout";
}

function* usageIsTrue({ n, call, record, upstream }: AttemptFact): Iterable<string> {
  const parts = readsOf(upstream).flatMap((read) => read.parts);
  const reported = parts.findLast((part) => part.type === "usage");
  const usage = evidenceOf(upstream)?.usage ?? (reported?.type === "usage" ? reported.usage : undefined);
  // A read may have been on its way when the attempt was stopped.
  if (record?.outcome !== "stopped" && record?.usage !== usage)
    yield `call ${call.id} attempt ${n} has the wrong usage`;
  const answer = call.result?.answer;
  if (answer === undefined || record?.outcome !== "answered") return;
  if (answer.usage !== usage) yield `call ${call.id} answers with the wrong usage`;
  const records = attemptsOf(call).flatMap((attempt) => attempt.record ?? []);
  const output = records.reduce((sum, one) => sum + (one.usage?.outputTokens ?? 0), 0);
  if ((answer.usageTotal.outputTokens ?? 0) !== output) yield `call ${call.id} adds up the wrong usage`;
  const failed = records.filter((one) => one !== record);
  const isKnown = failed.every(
    (one) =>
      one.usage === undefined && ((one.status ?? 0) >= 400 || /^network\.(dns|refused|tls)$/.test(one.class ?? "")),
  );
  if (answer.usageTotal.exact !== (isKnown && usage !== undefined))
    yield `call ${call.id} is wrong about how exact its usage is`;
}

function* loudnessIsTrue(call: CallFact): Iterable<string> {
  const records = attemptsOf(call).flatMap(({ record }) => record ?? []);
  const failed = records.filter(({ outcome }) => outcome === "failed");
  // Also what an earlier call ran into, where it diverts this one.
  const diverted = eventsOf(call, "skipped").map(({ skip }) => skip);
  const loud = [...failed, ...diverted].filter((one) => isLoud(one.class));
  const raised = eventsOf(call, "credential-problem").length;
  // A hook that ends the call at an attempt's end hears no more.
  const isCutShort = call.plan.abortAtEvent !== undefined && call.aborted !== undefined && raised === loud.length - 1;
  if (raised !== loud.length && !isCutShort) yield `call ${call.id} did not raise its ${loud.length} problems`;
  const answer = call.result?.answer;
  if (answer === undefined) return;
  // A target that was passed over, and is asked as the last resort, is judged by what it does now.
  const passedOver = diverted.filter((skip) => !records.some((one) => isLastResort(one) && isSamePlace(one, skip)));
  if (answer.trace.needsAttention !== [...failed, ...passedOver].some((one) => isLoud(one.class)))
    yield `call ${call.id} is wrong about needing attention`;
}

function isLoud(reason: FailureClass | undefined): boolean {
  return reason !== undefined && RULES[reason].isLoud === true;
}

function isLastResort({ venture }: AttemptRecord): boolean {
  return venture === "last-resort";
}

function isSamePlace(one: AttemptRecord, other: SkipRecord): boolean {
  return one.tier === other.tier && one.sibling === other.sibling;
}
