import { inspect } from "node:util";
import { isUnderstudyError, type EngineEvent } from "@understudy/core";
import type { Facts } from "../facts.ts";
import { attemptsOf } from "./words.ts";

const READ_AHEAD = 65_536;

/** R6.13: No state is absorbing: when the upstream is healthy again and every block is over, each tier answers as its first choice. */
export function* everythingRecovers({ calls, plan }: Facts): Iterable<string> {
  for (const { name } of plan.tiers) {
    const last = calls.findLast((call) => call.plan.isRecovery && call.plan.tiers?.[0] === name);
    const answer = last?.result?.answer;
    const record = answer?.trace.attempts.find(({ stoppedBy }) => stoppedBy === undefined);
    if (answer === undefined) yield `${name} does not answer again`;
    else if (
      record?.outcome !== "answered" ||
      record.venture !== undefined ||
      answer.trace.skipped.some(({ tier }) => tier === name)
    ) {
      yield `${name} is not back to normal: ${record?.outcome} ${record?.venture ?? ""}`;
    }
  }
}

/** R9.13: Events are told in the context of their call. What an abort causes is told in the context of the abort. */
export function* contextsAreKept({ misplaced }: Facts): Iterable<string> {
  yield* misplaced;
}

/** R9.4: At rest: no engine timers, no live attempts, no listeners on the caller's signal, no open upstream bodies. */
export function* nothingIsLeft({ calls, engineTimersAtRest, isFinished }: Facts): Iterable<string> {
  if (!isFinished)
    yield `calls ${calls
      .filter((call) => !call.isDone)
      .map(({ id }) => id)
      .join(", ")} never ended`;
  if (engineTimersAtRest > 0) yield `${engineTimersAtRest} timers are left`;
  for (const call of calls) {
    if (call.listenersAtRest > 0) yield `call ${call.id} left ${call.listenersAtRest} listeners on its signal`;
    for (const one of call.upstream) {
      const isOver =
        one.returned > 0 || one.aborted !== undefined || one.done !== undefined || one.thrown !== undefined;
      if (!isOver) yield `call ${call.id} left the upstream of attempt ${one.attempt} open`;
    }
  }
}

/** R9.3: Every losing attempt's signal is aborted and its iterator returned, at once. */
export function* losersAreStopped({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    for (const { n, record, upstream, endedTurn } of attemptsOf(call)) {
      if (upstream === undefined || record === undefined) continue;
      const threwAtOnce =
        upstream.thrown !== undefined && upstream.reads.length === 0 && upstream.pending === undefined;
      const isWhole = upstream.reads.some(
        ({ parts }, index) => index !== upstream.brokenAt && parts.some(({ type }) => type === "end"),
      );
      if (threwAtOnce) continue;
      if (upstream.returned === 0) yield `call ${call.id} attempt ${n} was not returned`;
      if (isWhole || record.outcome === "answered") continue;
      if (upstream.aborted === undefined || upstream.aborted.turn > endedTurn)
        yield `call ${call.id} attempt ${n} was not aborted when it ended`;
    }
  }
}

/** R9.5: No unhandled rejection. */
export function* nothingIsStray({ stray }: Facts): Iterable<string> {
  for (const reason of stray) yield `nobody handled ${inspect(reason)}`;
}

/** R9.6: What a callback throws or rejects with is told to `onInternalError`, once, and to nobody else. */
export function* callbacksAreWatched({ thrownByCallbacks, internalErrors }: Facts): Iterable<string> {
  const told = new Map<unknown, number>();
  for (const error of internalErrors) told.set(error, (told.get(error) ?? 0) + 1);
  const wrong = thrownByCallbacks.filter((error) => told.get(error) !== 1);
  if (wrong.length > 0) yield `${wrong.length} of ${thrownByCallbacks.length} failures of callbacks were not told once`;
}

/** R4.11: Once its gate is open, what waits for a consumer that does not read stays within the read-ahead. */
export function* readAheadIsBounded({ calls }: Facts): Iterable<string> {
  for (const call of calls) {
    if (call.plan.consumer !== "never-pulling") continue;
    for (const { n, upstream } of attemptsOf(call)) {
      const openedTurn = call.events.find(({ event }) => opens(event, n))?.turn ?? Infinity;
      let waiting = 0;
      for (const { asked, isLate, parts } of upstream?.reads ?? []) {
        if (isLate) break;
        if (asked.turn > openedTurn && waiting > READ_AHEAD) {
          yield `call ${call.id} attempt ${n} was read on with ${waiting} characters waiting`;
        }
        waiting += parts.reduce((sum, part) => sum + ("delta" in part ? part.delta.length : 0), 0);
      }
    }
  }
}

function opens(event: EngineEvent, n: number): boolean {
  return (event.type === "released" && event.attempt === n) || (event.type === "failover" && event.to.attempt === n);
}

const CANARIES = ["Why is the sky blue?", "-key-"];

/** R8.6: No key and no prompt in any error, trace or event. */
export function* secretsStay({ calls, plan }: Facts): Iterable<string> {
  if (plan.profile === "storm") return;
  for (const call of calls) {
    const error = call.result?.error ?? call.opened?.error;
    const texts = [
      JSON.stringify(call.events),
      JSON.stringify(call.result?.answer?.trace ?? null),
      isUnderstudyError(error) ? inspect(error, { depth: 10 }) + JSON.stringify(error) : "",
    ];
    for (const canary of CANARIES)
      if (texts.some((text) => text.includes(canary))) yield `call ${call.id} shows ${canary}`;
  }
}
