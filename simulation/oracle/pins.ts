import type { CallFact, Facts } from "../facts.ts";
import { attemptsOf } from "./words.ts";

/** R16.2: What the trace says of a pin is what the upstream side saw, and the event is raised at most once. */
export function* pinsAreTold({ calls, plan }: Facts): Iterable<string> {
  for (const call of calls) {
    const { id, pin, result, upstream, events, aborted } = call;
    const answer = result?.answer;
    const left = events.filter(({ event }) => event.type === "pin-left");
    const others = upstream.filter(({ target, attempt }) => target !== pin?.target && !isOnlyBeside(call, attempt));
    const hasLeft = pin?.target !== undefined && others.length > 0;
    // A hook that is told of the attempt may end the call: then it is told of nothing more.
    const isUnheard = aborted !== undefined;
    if (
      left.length > 1 ||
      (left.length === 0 && hasLeft && !isUnheard) ||
      (left.length > 0 && !hasLeft && answer !== undefined)
    )
      yield `call ${id} tells ${left.length} times that it left its pin`;
    if (answer === undefined || plan.steering === undefined) continue;
    const isKept = upstream.findLast(({ attempt }) => !isOnlyBeside(call, attempt))?.target === pin?.target;
    const expected = pin === undefined ? undefined : pin.target === undefined ? "ignored" : isKept ? "kept" : "left";
    if (answer.trace.pin?.outcome !== expected)
      yield `call ${id} says its pin was ${answer.trace.pin?.outcome}, and it was ${expected}`;
    if (expected === "left" && answer.trace.pin?.because === undefined)
      yield `call ${id} left its pin and does not say why`;
  }
}

/** R16.3: Every answer has one, unless it is degraded; and none tells a key. */
export function* pinsAreGiven({ calls, plan }: Facts): Iterable<string> {
  if (plan.steering === undefined) return;
  for (const { id, result } of calls) {
    const answer = result?.answer;
    if (answer === undefined) continue;
    const isPin = answer.pin === undefined ? answer.degraded : /^1\.[0-9a-z]+\.[0-9a-z]+$/.test(answer.pin);
    if (!isPin || (answer.degraded && answer.pin !== undefined)) yield `call ${id} has the pin ${answer.pin}`;
  }
}

/** A hedge that was asked beside another, which then was the one to go on. */
function isOnlyBeside(call: CallFact, number: number): boolean {
  const attempts = attemptsOf(call);
  const hedge = attempts.find(({ n }) => n === number);
  if (hedge?.record?.hedge !== true) return false;
  const other = attempts.findLast(({ n, endedAt }) => n < number && endedAt >= hedge.startedAt);
  return other !== undefined && other.endedAt >= hedge.endedAt && hedge.record.outcome !== "answered";
}
