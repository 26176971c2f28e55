import { isUnderstudyError, type FinishReason } from "@understudy/core";
import { isTargetFailure } from "@understudy/core/adapter";
import type { CallFact, Facts, UpstreamFact } from "../facts.ts";
import { evidenceOf, sentParts } from "./output.ts";
import { RULES } from "./rules.ts";
import { attemptsOf, eventsOf, scopesOf, sleptWithin, type AttemptFact } from "./words.ts";

/** 14. At most `maxAttempts` attempts, at most three per target. */
export function* attemptsAreBounded({ calls, plan }: Facts): Iterable<string> {
  const most = plan.maxAttempts ?? plan.targets.length + 2;
  for (const { id, upstream } of calls) {
    if (upstream.length > most) yield `call ${id} made ${upstream.length} attempts of ${most}`;
    for (const target of plan.targets) {
      const there = upstream.filter((one) => one.target === target).length;
      if (there > 3) yield `call ${id} asked one target ${there} times`;
    }
  }
}

/** 15. No attempt after the caller's abort, the deadline or an invalid request. */
export function* noneAfterTheEnd(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    const { id, plan, startedAt, upstream, events } = call;
    const late = events.slice(call.eventsAtAbort ?? events.length).some(({ event }) => event.type === "attempt-start");
    if (late) yield `call ${id} made an attempt after it was aborted`;
    if (call.eventsAtAbort === 0 && upstream.length > 0)
      yield `call ${id} was aborted before it began and made an attempt`;
    const due = startedAt + (plan.deadlineMs ?? 3_600_000);
    for (const one of upstream) {
      if (one.startedAt > due + 1 + sleptWithin(facts, startedAt, one.startedAt))
        yield `call ${id} made an attempt after its deadline`;
    }
    const rejections = attemptsOf(call).filter(
      ({ n, record }) => record?.class === "request.rejected" && !isRepaired(call, n),
    );
    const second = rejections.find(({ record }) => record?.vendor !== rejections[0]?.record?.vendor);
    if (second !== undefined && attemptsOf(call).some(({ n }) => n > second.n)) {
      yield `call ${id} was rejected by two vendors and went on`;
    }
    const stopped = attemptsOf(call).findIndex(
      ({ record }) => record?.class === "request.invalid" || record?.class === "local.resource",
    );
    const heedsRules = facts.plan.policy !== "insists";
    if (heedsRules && stopped >= 0 && upstream.length > stopped + 1)
      yield `call ${id} went on after a failure that stops the chain`;
  }
}

/** 16. No attempt on a scope that failed in this request, except repeats and repairs. */
export function* failedScopesAreLeft({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const failed = new Set<string>();
    const closed = new Set<number>();
    for (const { n, record, upstream } of attemptsOf(call)) {
      if (upstream === undefined || record === undefined) continue;
      const { target } = upstream;
      const isAgain = record.repeat !== undefined || record.repair !== undefined;
      if (!isAgain && closed.has(target.tier)) yield `call ${call.id} attempt ${n} is in a tier that was closed`;
      const shared = Object.values(scopesOf(target)).find((scope) => failed.has(scope));
      if (!isAgain && shared !== undefined) yield `call ${call.id} attempt ${n} shares ${shared} with a failure`;
      const rule = record.outcome === "failed" && record.class !== undefined ? RULES[record.class] : undefined;
      if (rule?.scope !== undefined && !isRepaired(call, n)) failed.add(scopesOf(target)[rule.scope]);
      if (rule?.closesTier === true && !isRepaired(call, n)) closed.add(target.tier);
    }
  }
}

function isRepaired(call: CallFact, n: number): boolean {
  return attemptsOf(call).find((attempt) => attempt.n === n + 1)?.record?.repair !== undefined;
}

/** 18. The trace lists exactly the upstream calls made, and says of each what really happened. */
export function* traceIsTrue(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    // An attempt that was stopped by the hook that announced it never reached its target.
    const attempts = attemptsOf(call).filter(
      ({ upstream, record }) => upstream !== undefined || record?.outcome !== "stopped",
    );
    const error = call.result?.error ?? call.opened?.error;
    const listed = call.result?.answer?.trace.attempts ?? (isUnderstudyError(error) ? error.attempts : undefined);
    const reached = listed?.filter((record) => attempts.some(({ n }) => n === record.n));
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
      const isTrue = truth === undefined || isConfirmed(record.class, truth);
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
  if (upstream.call.plan.afterToolResult || (finishReason !== "stop" && finishReason !== "other")) return false;
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
  return recorded === truth || (truth === "request.rejected" && recorded === "request.invalid");
}

/** What an attempt failed of as the upstream side knows it; undefined where the engine's own clocks or judgement decide. */
function trueClass({ upstream, endedAt, record }: AttemptFact): string | undefined {
  if (upstream === undefined || record?.outcome === "stopped") return undefined;
  const { thrown, doneAt, brokenAt } = upstream;
  if (brokenAt !== undefined) return "adapter.contract";
  const evidence = evidenceOf(upstream);
  if (evidence !== undefined) return isEmptyAnswer(upstream, evidence.finishReason) ? "output.empty" : undefined;
  if (thrown?.at === endedAt) return isTargetFailure(thrown.error) ? thrown.error.class : "adapter.threw";
  if (doneAt === endedAt) return "stream.truncated";
  return "timeout";
}

function* usageIsTrue({ n, call, record, upstream }: AttemptFact): Iterable<string> {
  const parts =
    upstream?.reads
      .filter(({ isLate }, index) => !isLate && index !== upstream.brokenAt)
      .flatMap((read) => read.parts) ?? [];
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
  const failed = attemptsOf(call).flatMap(({ record }) => (record?.outcome === "failed" ? [record.class] : []));
  // Also what an earlier call ran into, where it diverts this one.
  const diverted = eventsOf(call, "skipped").map(({ skip }) => skip.class);
  const loud = [...failed, ...diverted].filter((one) => one !== undefined && RULES[one].isLoud === true).length;
  const raised = eventsOf(call, "credential-problem").length;
  // A hook that ends the call at an attempt's end hears no more.
  const isCutShort = call.plan.abortAtEvent !== undefined && call.abortedAt !== undefined && raised === loud - 1;
  if (raised !== loud && !isCutShort) yield `call ${call.id} did not raise its ${loud} problems`;
  const answer = call.result?.answer;
  if (answer !== undefined && answer.trace.needsAttention !== loud > 0)
    yield `call ${call.id} is wrong about needing attention`;
}
