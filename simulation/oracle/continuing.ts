import type { StreamEvent } from "@understudy/core";
import type { CallFact, Facts } from "../facts.ts";
import { STORY } from "../world/second-answers.ts";
import { sentParts } from "./output.ts";
import { attemptsOf, readsOf, type AttemptFact } from "./words.ts";

const LEAST_CHARS = 200;

/** Whether an attempt was asked to go on with an answer. */
function goesOn({ upstream }: AttemptFact): boolean {
  return upstream?.asked?.continuation !== undefined;
}

/** Whether its output was shown as the rest of another's. */
function isJoined(call: CallFact, n: number): boolean {
  return call.events.some(
    ({ event }) => event.type === "failover" && event.mode === "continue" && event.to.attempt === n,
  );
}

function isShown(call: CallFact, n: number): boolean {
  return call.events.some(
    ({ event }) =>
      (event.type === "released" && event.attempt === n) || (event.type === "failover" && event.to.attempt === n),
  );
}

/** What came in one read with a part out of order was shown, too: nobody else knows how much of it. */
function isBroken({ upstream }: AttemptFact): boolean {
  return upstream?.brokenAt !== undefined;
}

/** All text that an attempt sent in time. */
function textOf({ upstream }: AttemptFact): string {
  if (upstream === undefined) return "";
  return sentParts(upstream)
    .map((part) => (part.type === "text-delta" ? part.delta : ""))
    .join("");
}

/** The attempt whose output was the last to be shown before this one began. */
function shownBefore(call: CallFact, n: number): AttemptFact | undefined {
  const start = call.events.findIndex(({ event }) => event.type === "attempt-start" && event.attempt === n);
  return attemptsOf(call).findLast((one) => {
    const opened = call.events.findIndex(
      ({ event }) =>
        (event.type === "released" && event.attempt === one.n) ||
        (event.type === "failover" && event.to.attempt === one.n),
    );
    return one.n < n && opened >= 0 && opened < start;
  });
}

/** R15.1: What stays and what follows make one text: nothing is lost between them, and nothing comes twice. */
export function* joinedTextIsWhole({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    const answer = call.result?.answer;
    const attempt = attemptsOf(call).find(({ record }) => record?.outcome === "answered");
    const isStitched = attempt !== undefined && isJoined(call, attempt.n);
    if ((answer?.stitched !== undefined) !== isStitched && answer !== undefined)
      yield `call ${call.id} is marked wrongly as the answer of two`;
    if (answer?.stitched !== undefined) {
      if (answer.text !== STORY)
        yield `call ${call.id} has lost or doubled something: ${JSON.stringify(answer.text.slice(-80))}`;
      const before = attempt === undefined ? undefined : shownBefore(call, attempt.n);
      if (before === undefined || (!isBroken(before) && answer.stitched.at[0] !== textOf(before).length))
        yield `call ${call.id} is stitched at ${answer.stitched.at.join()}, not at ${before === undefined ? "" : textOf(before).length}`;
      if (JSON.stringify(answer.message).includes("opaque"))
        yield `call ${call.id} has data of one model in the answer of two`;
    }
    let text = "";
    for (const seen of call.seen) {
      if (seen.type !== "event") continue;
      const { event } = seen;
      if (event.type === "failover") {
        if (event.mode === "continue" && event.keeps.textChars !== text.length)
          yield `call ${call.id} keeps ${event.keeps.textChars} of ${text.length} characters`;
        if (event.mode === "restart") text = "";
      } else if (event.type === "text-delta") text += event.delta;
      const isOne = call.events.some((one) => one.event.type === "failover" && one.event.mode === "continue");
      const from = call.seen.findLastIndex(
        (one) => one.type === "event" && one.event.type === "failover" && one.event.mode === "continue",
      );
      if (
        isOne &&
        event.type === "text-delta" &&
        call.seen.indexOf(seen) > from &&
        from >= 0 &&
        isInJoined(call, seen.event) &&
        !STORY.startsWith(text)
      )
        yield `call ${call.id} shows ${JSON.stringify(text.slice(-80))}`;
    }
  }
}

/** Whether it stands behind a seam that goes on, and before any that begins again. */
function isInJoined(call: CallFact, event: StreamEvent): boolean {
  const events = call.seen.flatMap((seen) => (seen.type === "event" ? seen.event : []));
  const seam = events.slice(0, events.indexOf(event)).findLast(({ type }) => type === "failover");
  return seam?.type === "failover" && seam.mode === "continue";
}

/** R15.2: A target that is to go on gets the caller's request, all that was shown, and at most one turn that asks for it. */
export function* onlyTheBeginningIsAdded({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const attempt of attemptsOf(call)) {
      const { n, upstream } = attempt;
      const { asked } = upstream ?? {};
      if (asked?.continuation === undefined || upstream === undefined) continue;
      const before = shownBefore(call, n);
      if (before === undefined || isBroken(before)) continue;
      // Half of a character cannot be sent.
      const shown = textOf(before).replace(/[\uD800-\uDBFF]$/, "");
      const added = asked.messages.slice(call.plan.afterToolResult ? 3 : 1);
      const [turn, words] = added;
      const sent = (turn?.content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
      const isAll = sent === shown || (asked.continuation === "prefill" && sent === shown.trimEnd());
      if (turn?.role !== "assistant" || !isAll)
        yield `call ${call.id} attempt ${n} is given ${JSON.stringify(sent.slice(-60))}`;
      const hasWords = asked.continuation === "instruct";
      if (added.length !== (hasWords ? 2 : 1) || (hasWords && words?.role !== "user"))
        yield `call ${call.id} attempt ${n} is given ${added.length} turns more`;
      if (asked.system !== undefined) yield `call ${call.id} attempt ${n} is given a system prompt`;
    }
  }
}

/** R15.3: A seam is claimed where the last words come again, or behind a turn that is gone on with, and nowhere else. */
export function* seamsAreCertain({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const attempt of attemptsOf(call)) {
      const second = attempt.upstream?.second;
      if (second === undefined) continue;
      if (isJoined(call, attempt.n) && !second.isCertain)
        yield `call ${call.id} joins attempt ${attempt.n}, which ${second.manner}`;
      if (attempt.record?.class === "output.no-seam" && second.isCertain)
        yield `call ${call.id} sees no seam in attempt ${attempt.n}, which ${second.manner}`;
      const isAlone = isShown(call, attempt.n) && !isJoined(call, attempt.n) && textOf(attempt) !== "";
      if (isAlone && second.manner !== "rewrites")
        yield `call ${call.id} shows attempt ${attempt.n} as a whole answer, which ${second.manner}`;
    }
  }
}

/** R15.6: One continuation a call, behind output that was shown. */
export function* oneContinuation({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    let hasWritten = false;
    for (const attempt of attemptsOf(call)) {
      if (!goesOn(attempt)) continue;
      if (shownBefore(call, attempt.n) === undefined) yield `call ${call.id} attempt ${attempt.n} goes on with nothing`;
      if (hasWritten) yield `call ${call.id} attempt ${attempt.n} goes on a second time`;
      hasWritten ||= textOf(attempt) !== "";
    }
  }
}

/** R15.8: An answer is gone on with where nothing speaks against it, and only there; else the event says why. */
export function* reasonsAreTrue(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    for (const attempt of attemptsOf(call)) {
      const { n, record, upstream } = attempt;
      const before = shownBefore(call, n);
      if (before === undefined || record === undefined || upstream === undefined) continue;
      if (facts.plan.continuing === undefined) {
        if (record.notContinued !== undefined || goesOn(attempt)) yield `call ${call.id} goes on unasked`;
        continue;
      }
      if ((record.continues === undefined) === goesOn(attempt))
        yield `call ${call.id} attempt ${n} is recorded wrongly`;
      const against = whatSpeaksAgainst(call, before, n);
      if (goesOn(attempt)) {
        if (against.length > 0) yield `call ${call.id} attempt ${n} goes on in spite of ${against.join(", ")}`;
      } else if (record.notContinued === undefined) {
        yield `call ${call.id} attempt ${n} does not say why it begins again`;
      } else if (
        !against.includes(record.notContinued) &&
        !mayLackAttempts(facts, n, record.notContinued) &&
        !(isBroken(before) && record.notContinued === "not-plain-text")
      ) {
        yield `call ${call.id} attempt ${n} gives ${record.notContinued} as the reason, not ${against.join(", ") || "any"}`;
      }
    }
  }
}

/** Where its adapter has a repair of its own, that is made first. */
function wasRefused(call: CallFact, { n, record }: AttemptFact): boolean {
  const next = attemptsOf(call).find((one) => one.n === n + 1);
  return /^(?:request|output)\./.test(record?.class ?? "") && next !== undefined && !goesOn(next);
}

function mayLackAttempts({ plan }: Facts, n: number, reason: string): boolean {
  const most = plan.maxAttempts ?? plan.targets.length + 2;
  return reason === "no-attempt" && (n + plan.targets.length >= most || n > 2);
}

function whatSpeaksAgainst(call: CallFact, before: AttemptFact, n: number): string[] {
  const parts = before.upstream === undefined ? [] : sentParts(before.upstream);
  const reasons: string[] = [];
  const earlier = attemptsOf(call).filter((one) => one.n < n && goesOn(one));
  if (earlier.some((one) => textOf(one) !== "")) reasons.push("used", "no-seam");
  if (earlier.some((one) => wasRefused(call, one))) reasons.push("refused");
  if (call.plan.json) reasons.push("json");
  if (call.plan.tools || call.plan.afterToolResult) reasons.push("tools");
  const acted = readsOf(before.upstream).some((read) =>
    read.parts.some((part) => part.type === "working" && part.kind === "server-tool"),
  );
  if (acted || parts.some(({ type }) => !/^(?:text|reasoning)-/.test(type))) reasons.push("not-plain-text");
  if (textOf(before).length < LEAST_CHARS) reasons.push("too-short");
  if (goesOn(before) && !isJoined(call, before.n)) reasons.push("used");
  return reasons;
}
