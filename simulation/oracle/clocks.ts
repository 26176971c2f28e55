import { isUnderstudyError } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts } from "../facts.ts";
import type { TierPlan } from "../world/plan.ts";
import type { LimitRange, Limits } from "./shares.ts";
import { EARLY_MS, graceFor, LATE_MS } from "./tolerance.ts";
import { attemptsOf, isContent, isOurTimeout, readsOf, sleptWithin, type AttemptFact } from "./words.ts";

/** R3.6: The terminal comes by the deadline; an abort is answered in no time. */
export function* deadlinesHold(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    const { id, plan, startedAt, aborted } = call;
    const last = call.events.at(-1);
    const end = last?.at ?? Infinity;
    const grace = graceFor(sleptWithin(facts, startedAt, end));
    if (end > startedAt + (plan.deadlineMs ?? 3_600_000) + LATE_MS + grace)
      yield `call ${id} ended at ${end}, after its deadline`;
    const released = call.events.find(({ event }) => event.type === "released")?.at ?? end;
    if (released > startedAt + (plan.startWithinMs ?? Infinity) + LATE_MS + grace)
      yield `call ${id} was not stopped when it did not start`;
    yield* stoppedTooSoon(facts, call, end);
    yield* leftIdle(facts, call, end);
    if (aborted === undefined) continue;
    if (last === undefined || last.turn > aborted.turn)
      yield `call ${id} was aborted at ${aborted.at} and ended at ${end}`;
    const told = call.seen.find(({ type }) => type === "error") ?? call.opened ?? call.result;
    // A hook may abort when the call's end is already decided.
    if (call.plan.abortAtEvent !== undefined) continue;
    if (call.wasWaitingAtAbort === true && (told?.turn ?? Infinity) > aborted.turn)
      yield `call ${id} waited after its abort`;
    const error = call.result?.error ?? call.opened?.error;
    const reason = `reason of call ${id}`;
    if (
      !isUnderstudyError(error) ||
      error.code !== "aborted" ||
      (error.cause !== reason && error.reason !== "caller.returned")
    ) {
      yield `call ${id} was aborted but says ${isUnderstudyError(error) ? error.code : String(error)}`;
    }
  }
}

/** A stream that nobody reads is stopped after at most twice `consumerIdleMs`. */
function* leftIdle(facts: Facts, call: CallFact, end: number): Iterable<string> {
  if (call.plan.consumer !== "never-pulling" && call.plan.consumer !== "stops-pulling") return;
  if (call.opened === undefined || call.opened.error !== undefined) return;
  const lastRead = call.seen.findLast(({ at }) => at < end)?.at ?? call.opened.at;
  // It still waited for an event.
  if (call.plan.consumer === "stops-pulling" && call.seen.filter(({ at }) => at < end).length < call.plan.reads) return;
  const grace = graceFor(sleptWithin(facts, call.startedAt, end));
  const latest = lastRead + 2 * facts.plan.consumerIdleMs + 2 * LATE_MS + grace;
  if (end > latest) yield `call ${call.id} was left idle until ${end}`;
}

function* stoppedTooSoon({ plan: world }: Facts, call: CallFact, end: number): Iterable<string> {
  const error = call.result?.error ?? call.opened?.error;
  if (!isUnderstudyError(error)) return;
  const elapsed = end - call.startedAt;
  if (error.scope === "total" && elapsed < (call.plan.deadlineMs ?? 3_600_000) - EARLY_MS)
    yield `call ${call.id} was stopped before its deadline`;
  if (error.scope === "start" && elapsed < (call.plan.startWithinMs ?? Infinity) - EARLY_MS)
    yield `call ${call.id} was stopped before its start was due`;
  if (error.reason !== "consumer-idle") return;
  const lastRead = call.seen.findLast(({ at }) => at < end)?.at ?? call.opened?.at ?? call.startedAt;
  if (end - lastRead < world.consumerIdleMs - EARLY_MS)
    yield `call ${call.id} was stopped although its consumer was reading`;
}

/** R3.5: First-content, liveness and progress limits fire when they are due, and never while data is there to be read. */
export function* limitsFire(facts: Facts, limits: Limits): Iterable<string> {
  for (const call of facts.calls) {
    for (const attempt of attemptsOf(call)) {
      const fault = checkAttempt(facts, attempt, limits);
      if (fault !== undefined) yield `call ${call.id} attempt ${attempt.n} ${fault}`;
    }
  }
}

interface Due {
  /** Earliest and latest time at which the limit is reached. */
  readonly from: number;
  readonly to: number;
  readonly class: "timeout.first-content" | "timeout.liveness" | "timeout.progress";
}

function checkAttempt(facts: Facts, attempt: AttemptFact, limits: Limits): string | undefined {
  const { upstream, record, startedAt, endedAt } = attempt;
  const state = clocksOf(facts, attempt, limits);
  if (upstream === undefined || record === undefined || state === undefined) return undefined;
  for (const read of upstream.reads) {
    if (read.isLate || read === upstream.reads[upstream.brokenAt ?? -1]) break;
    state.pausedUntil(read.asked.at);
    const due = state.due();
    if (read.at > due.to + LATE_MS + graceOf(facts, startedAt, read.at))
      return `was not stopped at ${due.to} by ${due.class}`;
    if (read.parts.some(({ type }) => type === "end")) return undefined;
    state.read(read.at, read.parts);
  }
  if (upstream.pending !== undefined) state.pausedUntil(upstream.pending.at);
  // Nobody reads: then no clock of the attempt runs.
  else if (upstream.reads.length > 0) return isOurTimeout(attempt) ? "was stopped while nobody read" : undefined;
  const due = state.due();
  const grace = graceOf(facts, startedAt, endedAt);
  if (endedAt > due.to + LATE_MS + grace) return `was not stopped at ${due.to} by ${due.class}`;
  // No limit for the first content is longer than what is left of the call: it is reached first.
  if (record.class === "caller.deadline" && !state.hasContent && grace === 0)
    return "was stopped by the call's deadline, although its own limit was reached";
  if (!isOurTimeout(attempt)) return undefined;
  // What arrived while the process stood still is read before anything is decided.
  const wasThere = upstream.reads.some(({ isLate, at }) => isLate && at <= endedAt);
  if (wasThere && facts.sleeps.some(({ to }) => to <= endedAt && to > endedAt - LATE_MS))
    return "was stopped with data to read";
  const earliest = Math.min(...state.dues().map(({ from }) => from));
  if (endedAt < earliest - EARLY_MS) return `was stopped by ${record.class} at ${endedAt}, before ${earliest}`;
  const isDue = grace > 0 || state.dues().some((one) => one.class === record.class && one.from - EARLY_MS <= endedAt);
  return isDue ? undefined : `was stopped by ${record.class} instead of ${due.class}`;
}

function clocksOf(facts: Facts, attempt: AttemptFact, limits: Limits): ClockModel | undefined {
  const { upstream, startedAt } = attempt;
  const tier = facts.plan.tiers[upstream?.target.tier ?? -1];
  const limit = upstream === undefined ? undefined : limits.get(upstream);
  if (upstream === undefined || tier === undefined || limit === undefined) return undefined;
  const { silentReasoning, eventsAtOnce, unary, keepAlives } = upstream.target;
  return new ClockModel(startedAt, limit, silentReasoning && eventsAtOnce && !unary, tier, keepAlives);
}

/** By how much a limit was missed when an attempt was stopped for it. */
export function lateness(facts: Facts, attempt: AttemptFact, limits: Limits): number {
  const { upstream, endedAt } = attempt;
  const state = clocksOf(facts, attempt, limits);
  if (upstream === undefined || state === undefined) return 0;
  for (const { asked, at, parts } of readsOf(upstream)) {
    state.pausedUntil(asked.at);
    state.read(at, parts);
  }
  if (upstream.pending !== undefined) state.pausedUntil(upstream.pending.at);
  return endedAt - state.due().to;
}

/** After a standstill, also one just before, decisions are put off by a few turns. */
function graceOf(facts: Facts, from: number, to: number): number {
  return graceFor(sleptWithin(facts, from - LATE_MS, to));
}

const isUnderstood = (part: StreamPart): boolean => part.type !== "response";

/** The three limits of an attempt, from what was read and when. */
class ClockModel {
  readonly #tier: TierPlan;
  readonly #startedAt: number;
  readonly #limit: LimitRange;
  readonly #eventsAtOnce: boolean;
  readonly #keepAlives: boolean;
  readonly #working = new Set<string>();
  #lastReadAt: number;
  #byteAt: number | undefined;
  #contentAt: number | undefined;
  #wasUnderstood = false;
  #pausedMs = 0;

  constructor(startedAt: number, limit: LimitRange, eventsAtOnce: boolean, tier: TierPlan, keepAlives: boolean) {
    this.#startedAt = startedAt;
    this.#limit = limit;
    this.#eventsAtOnce = eventsAtOnce;
    this.#tier = tier;
    this.#keepAlives = keepAlives;
    this.#lastReadAt = startedAt;
  }

  /** Between a read and the next request for one, the consumer was waited for. */
  pausedUntil(askedAt: number): void {
    const paused = Math.max(0, askedAt - this.#lastReadAt);
    this.#pausedMs += paused;
    if (this.#byteAt !== undefined) this.#byteAt += paused;
    if (this.#contentAt !== undefined) this.#contentAt += paused;
  }

  read(at: number, parts: readonly StreamPart[]): void {
    this.#lastReadAt = at;
    this.#byteAt = at;
    for (const part of parts) {
      if (isUnderstood(part)) this.#wasUnderstood = true;
      if (part.type !== "working") continue;
      if (part.on) this.#working.add(part.kind);
      else if (this.#working.delete(part.kind) && this.#contentAt !== undefined) this.#contentAt = at;
    }
    if (parts.some((part) => isContent(part))) this.#contentAt = at;
  }

  get hasContent(): boolean {
    return this.#contentAt !== undefined;
  }

  due(): Due {
    return this.dues().reduce((first, due) => (due.to < first.to ? due : first));
  }

  dues(): Due[] {
    const { livenessMs, progressMs, workingMs, timeoutMs } = this.#tier;
    const cap = this.#eventsAtOnce && !this.#wasUnderstood ? timeoutMs : Infinity;
    const begun = this.#startedAt + this.#pausedMs;
    const silent = this.#keepAlives && this.#byteAt !== undefined ? this.#byteAt + livenessMs : Infinity;
    const stuck =
      this.#contentAt === undefined ? Infinity : this.#contentAt + (this.#working.size > 0 ? workingMs : progressMs);
    const [from, to] = this.hasContent
      ? [Infinity, Infinity]
      : [begun + Math.min(cap, this.#limit.shortest), begun + Math.min(cap, this.#limit.longest)];
    return [
      { class: "timeout.first-content", from, to },
      { class: "timeout.liveness", from: silent, to: silent },
      { class: "timeout.progress", from: stuck, to: stuck },
    ];
  }
}
