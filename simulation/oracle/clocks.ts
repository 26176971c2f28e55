import { isUnderstudyError } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";
import type { CallFact, Facts } from "../facts.ts";
import type { TierPlan } from "../world/plan.ts";
import { attemptsOf, isContent, ownLimit, sleptWithin, type AttemptFact } from "./words.ts";

/** A timer may be a millisecond late: delays are whole milliseconds. */
const TICK_MS = 1.001;

/** 20. The terminal comes by the deadline; an abort is answered in no time. */
export function* deadlinesHold(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    const { id, plan, startedAt, abortedAt } = call;
    const end = call.events.at(-1)?.at ?? Infinity;
    const slept = sleptWithin(facts, startedAt, end);
    const grace = slept > 0 ? slept + 5 : 0;
    if (end > startedAt + (plan.deadlineMs ?? 3_600_000) + TICK_MS + grace)
      yield `call ${id} ended at ${end}, after its deadline`;
    const released = call.events.find(({ event }) => event.type === "released")?.at ?? end;
    if (released > startedAt + (plan.startWithinMs ?? Infinity) + TICK_MS + grace)
      yield `call ${id} was not stopped when it did not start`;
    yield* stoppedTooSoon(facts, call, end);
    yield* leftIdle(facts, call, end);
    if (abortedAt === undefined) continue;
    if (end > abortedAt) yield `call ${id} was aborted at ${abortedAt} and ended at ${end}`;
    const told = call.seen.find(({ type }) => type === "error")?.at ?? call.opened?.at ?? call.result?.at;
    // A hook may abort when the call's end is already decided.
    if (call.plan.abortAtEvent !== undefined) continue;
    if (call.wasWaitingAtAbort === true && (told ?? Infinity) > abortedAt) yield `call ${id} waited after its abort`;
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
  const slept = sleptWithin(facts, call.startedAt, end);
  const latest = lastRead + 2 * facts.plan.consumerIdleMs + TICK_MS * 2 + (slept > 0 ? slept + 5 : 0);
  if (end > latest) yield `call ${call.id} was left idle until ${end}`;
}

function* stoppedTooSoon({ plan: world }: Facts, call: CallFact, end: number): Iterable<string> {
  const error = call.result?.error ?? call.opened?.error;
  if (!isUnderstudyError(error)) return;
  const elapsed = end - call.startedAt;
  if (error.scope === "total" && elapsed < (call.plan.deadlineMs ?? 3_600_000) - 1e-6)
    yield `call ${call.id} was stopped before its deadline`;
  if (error.scope === "start" && elapsed < (call.plan.startWithinMs ?? Infinity) - 1e-6)
    yield `call ${call.id} was stopped before its start was due`;
  if (error.reason !== "consumer-idle") return;
  const lastRead = call.seen.findLast(({ at }) => at < end)?.at ?? call.opened?.at ?? call.startedAt;
  if (end - lastRead < world.consumerIdleMs - 1e-6)
    yield `call ${call.id} was stopped although its consumer was reading`;
}

/** 21. First-content, liveness and progress limits fire within one tick, and never while data is there to be read. */
export function* limitsFire(facts: Facts): Iterable<string> {
  for (const call of facts.calls) {
    let tier = -1;
    let since = 0;
    let isReleased = false;
    for (const attempt of attemptsOf(call)) {
      const { upstream, record, startedAt, endedAt } = attempt;
      if (upstream === undefined || record === undefined) continue;
      if (upstream.target.tier !== tier) since = startedAt;
      tier = upstream.target.tier;
      const fault = checkAttempt(facts, attempt, since, isReleased);
      if (fault !== undefined) yield `call ${call.id} attempt ${attempt.n} ${fault}`;
      if (record.firstContentMs !== undefined) since = endedAt;
      isReleased ||= record.deliveredChars > 0;
    }
  }
}

/** What the tier's clock and the call's deadlines leave for the first content. */
export function firstContentLimit(facts: Facts, attempt: AttemptFact, since: number, isReleased: boolean): number {
  const { call, startedAt, upstream } = attempt;
  if (upstream === undefined) return Infinity;
  const own = ownLimit(facts, upstream.target);
  const { deadlineMs = 3_600_000, startWithinMs = Infinity } = call.plan;
  const left = call.startedAt + Math.min(deadlineMs, isReleased ? Infinity : startWithinMs) - startedAt;
  return Math.max(0, Math.min(since + own - startedAt, own, left));
}

const isUnderstood = (part: StreamPart): boolean => part.type !== "response";

interface Due {
  readonly at: number;
  readonly class: "timeout.first-content" | "timeout.liveness" | "timeout.progress";
}

function checkAttempt(facts: Facts, attempt: AttemptFact, since: number, isReleased: boolean): string | undefined {
  const { upstream, record, startedAt, endedAt } = attempt;
  const state = clocksOf(facts, attempt, since, isReleased);
  if (upstream === undefined || record === undefined || state === undefined) return undefined;
  for (const [index, read] of upstream.reads.entries()) {
    if (read.isLate || index === upstream.brokenAt) break;
    state.pausedUntil(read.askedAt);
    const due = state.due();
    if (read.at > due.at + TICK_MS + graceOf(facts, startedAt, read.at))
      return `was not stopped at ${due.at} by ${due.class}`;
    if (read.parts.some(({ type }) => type === "end")) return undefined;
    state.read(read.at, read.parts);
  }
  if (upstream.pendingSince !== undefined) state.pausedUntil(upstream.pendingSince);
  // Nobody reads: then no clock of the attempt runs.
  else if (upstream.reads.length > 0) return isOurTimeout(attempt) ? "was stopped while nobody read" : undefined;
  const due = state.due();
  const grace = graceOf(facts, startedAt, endedAt);
  if (endedAt > due.at + TICK_MS + grace) return `was not stopped at ${due.at} by ${due.class}`;
  if (!isOurTimeout(attempt)) return undefined;
  // What arrived while the process stood still is read before anything is decided.
  const wasThere = upstream.reads.some(({ isLate, at }) => isLate && at <= endedAt);
  if (wasThere && endedAt - due.at > 255 && facts.sleeps.some(({ to }) => to <= endedAt && to > endedAt - 5))
    return "was stopped with data to read";
  if (endedAt < due.at) return `was stopped by ${record.class} at ${endedAt}, before ${due.at}`;
  const isDue = grace > 0 || state.dues().some((one) => one.class === record.class && one.at <= endedAt);
  return isDue ? undefined : `was stopped by ${record.class} instead of ${due.class}`;
}

/** One of the engine's own limits ended the attempt. */
function isOurTimeout({ upstream, record, endedAt }: AttemptFact): boolean {
  const isTimeout = /^timeout\.(first-content|liveness|progress)$/.test(record?.class ?? "");
  return isTimeout && upstream?.thrown?.at !== endedAt;
}

function clocksOf(facts: Facts, attempt: AttemptFact, since: number, isReleased: boolean): ClockModel | undefined {
  const { upstream, startedAt } = attempt;
  const tier = facts.plan.tiers[upstream?.target.tier ?? -1];
  if (upstream === undefined || tier === undefined) return undefined;
  const { silentReasoning, eventsAtOnce, unary, keepAlives } = upstream.target;
  const limit = firstContentLimit(facts, attempt, since, isReleased);
  return new ClockModel(startedAt, limit, silentReasoning && eventsAtOnce && !unary, tier, keepAlives);
}

/** By how much a limit was missed when an attempt was stopped for it. */
export function lateness(facts: Facts, attempt: AttemptFact, since: number, isReleased: boolean): number {
  const { upstream, endedAt } = attempt;
  const state = clocksOf(facts, attempt, since, isReleased);
  if (upstream === undefined || state === undefined) return 0;
  for (const [index, { isLate, askedAt, at, parts }] of upstream.reads.entries()) {
    if (isLate || index === upstream.brokenAt) break;
    state.pausedUntil(askedAt);
    state.read(at, parts);
  }
  if (upstream.pendingSince !== undefined) state.pausedUntil(upstream.pendingSince);
  return endedAt - state.due().at;
}

/** After a standstill, also one just before, decisions are put off by a few turns. */
function graceOf(facts: Facts, from: number, to: number): number {
  const slept = sleptWithin(facts, from - 5, to);
  return slept > 0 ? slept + 5 : 0;
}

/** The three limits of an attempt, from what was read and when. */
class ClockModel {
  readonly #tier: TierPlan;
  readonly #startedAt: number;
  readonly #limit: number;
  readonly #eventsAtOnce: boolean;
  readonly #keepAlives: boolean;
  readonly #working = new Set<string>();
  #lastReadAt: number;
  #byteAt: number | undefined;
  #contentAt: number | undefined;
  #wasUnderstood = false;
  #pausedMs = 0;

  constructor(startedAt: number, limit: number, eventsAtOnce: boolean, tier: TierPlan, keepAlives: boolean) {
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

  due(): Due {
    return this.dues().reduce((first, due) => (due.at < first.at ? due : first));
  }

  dues(): Due[] {
    const { livenessMs, progressMs, workingMs, timeoutMs } = this.#tier;
    const first = this.#eventsAtOnce && !this.#wasUnderstood ? Math.min(timeoutMs, this.#limit) : this.#limit;
    return [
      {
        class: "timeout.first-content",
        at: this.#contentAt === undefined ? this.#startedAt + this.#pausedMs + first : Infinity,
      },
      {
        class: "timeout.liveness",
        at: this.#keepAlives && this.#byteAt !== undefined ? this.#byteAt + livenessMs : Infinity,
      },
      {
        class: "timeout.progress",
        at:
          this.#contentAt === undefined
            ? Infinity
            : this.#contentAt + (this.#working.size > 0 ? workingMs : progressMs),
      },
    ];
  }
}
