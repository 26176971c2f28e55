import type { Clock } from "../../model/clock.ts";
import type { AttemptRecord, PinRecord, SkipRecord } from "../../model/trace.ts";
import type { Cost } from "../../model/usage.ts";
import type { CallEvent } from "../engine-events.ts";
import type { Obstacle } from "../next/selection.ts";
import type { Candidate, CandidateName } from "../tier.ts";
import { costOf, dearest, type Costs } from "./costs.ts";
import type { Paces } from "./paces.ts";
import { makePin, readPin, type ReadPin } from "./pins.ts";
import type { Asked, Need, Quotas } from "./quotas.ts";
import type { Course, CourseCall } from "./course.ts";
import { weightOf, type TokenEstimates } from "./token-estimates.ts";

/** What the calls of one chain have learnt, and how it is named. */
export interface Learnt {
  /** In the chain's order. */
  readonly candidates: readonly Candidate[];
  readonly clock: Clock;
  readonly isUnbilled: (record: AttemptRecord) => boolean;
  readonly estimates: TokenEstimates;
  readonly paces: Paces;
  readonly costs: Costs;
  /** Undefined without `steering`. */
  readonly quotas: Quotas | undefined;
  /** Undefined without `pins`. */
  readonly pinMs: number | undefined;
  readonly candidateOf: (name: Pick<CandidateName, "tier" | "sibling">) => Candidate | undefined;
  readonly note: (event: CallEvent) => void;
}

interface Running {
  readonly candidate: Candidate;
  readonly asked: Asked | undefined;
  /** What it costs at most. */
  readonly most: number;
}

/** One call on its way through the candidates. */
export class CallCourse implements Course {
  readonly #call: CourseCall;
  readonly #learnt: Learnt;
  readonly #pin: ReadPin | undefined;
  /** The characters of the request, once they were counted. */
  #weight: number | undefined;
  /** Chosen, with its attempt not begun. */
  #held: { readonly candidate: Candidate; readonly asked: Asked } | undefined;
  /** The candidate that the call is with; none before it begins, and when it is over. */
  #current: Candidate | undefined;
  /** The attempts that run, by their numbers. */
  readonly #running = new Map<number, Running>();
  /** What the attempts that are over cost, at most. */
  #spent = 0;
  /** Why the pinned candidate is not the one that is asked. */
  #because: PinRecord["because"];
  #hasLeft = false;

  constructor(call: CourseCall, learnt: Learnt) {
    this.#call = call;
    this.#learnt = learnt;
    const { candidates, clock, pinMs } = learnt;
    const { pin } = call.options;
    if (pin !== undefined && pinMs !== undefined) this.#pin = readPin(pin, candidates, clock.wallNow(), pinMs);
  }

  order(candidates: readonly Candidate[]): readonly Candidate[] {
    const ordered = [...new Set(candidates.map(({ tier }) => tier))].flatMap((tier) =>
      this.#orderInTier(
        tier.order,
        candidates.filter((one) => one.tier === tier),
      ),
    );
    const pinned = this.#pinned();
    if (pinned === undefined || !ordered.includes(pinned)) return ordered;
    return [pinned, ...ordered.filter((one) => one !== pinned)];
  }

  refusal(candidate: Candidate): Obstacle | undefined {
    const { maxCost } = this.#call.options;
    if (maxCost === undefined) return undefined;
    const most = this.#most(candidate);
    if (typeof most === "string") return { reason: "too-dear", detail: most };
    const under = [...this.#running.values()].reduce((sum, one) => sum + one.most, this.#spent);
    if (under + most <= maxCost) return undefined;
    const spent = under > 0 ? `${shown(under)} may be spent, ` : "";
    return { reason: "too-dear", detail: `${spent}it could cost ${shown(most)}, maxCost is ${maxCost}` };
  }

  objection(candidate: Candidate): Obstacle | undefined {
    const detail = this.#learnt.quotas?.lacking(candidate, this.#need(candidate));
    return detail === undefined ? undefined : { reason: "quota-low", detail };
  }

  moveTo(candidate: Candidate | undefined): void {
    this.#current = candidate;
    const { quotas } = this.#learnt;
    if (this.#held !== undefined) quotas?.takeBack(this.#held.candidate, this.#held.asked);
    const asked = candidate && quotas?.ask(candidate, this.#need(candidate));
    this.#held = candidate && asked && { candidate, asked };
  }

  cost(billed: readonly AttemptRecord[]): Cost | undefined {
    return this.#learnt.costs.sum(billed, this.#learnt.candidateOf);
  }

  pin(candidate: Candidate): string | undefined {
    const { clock, pinMs } = this.#learnt;
    return pinMs === undefined ? undefined : makePin(candidate, clock.wallNow());
  }

  pinRecord(attempts: readonly AttemptRecord[], skipped: readonly SkipRecord[]): PinRecord | undefined {
    if (this.#pin === undefined) return undefined;
    if ("ignored" in this.#pin) return { outcome: "ignored", because: this.#pin.ignored };
    const isPinned = (record: AttemptRecord | SkipRecord): boolean =>
      this.#learnt.candidateOf(record) === this.#pinned();
    if (attempts.length === 0) return undefined;
    const answered = attempts.find(({ outcome }) => outcome === "answered");
    const own = attempts.findLast(isPinned);
    const isOwn = (record: AttemptRecord): boolean => isPinned(record) || isBeside(record, own);
    if (answered === undefined ? attempts.every(isOwn) : isPinned(answered)) return { outcome: "kept" };
    const because = skipped.find(isPinned)?.reason ?? own?.class ?? own?.stoppedBy;
    return { outcome: "left", because };
  }

  /** An attempt begins, at the candidate that was chosen or once more at the one before. */
  started(name: Extract<CallEvent, { type: "attempt-start" }>): void {
    const candidate = this.#learnt.candidateOf(name);
    if (candidate === undefined) return;
    if (candidate.tier.order === "fastest") this.#learnt.paces.asked(candidate, this.#learnt.clock.now());
    const held = this.#held?.candidate === candidate ? this.#held.asked : undefined;
    this.#held = undefined;
    const asked = held ?? this.#learnt.quotas?.ask(candidate, this.#need(candidate));
    const most = this.#call.options.maxCost === undefined ? 0 : this.#most(candidate);
    this.#running.set(name.attempt, { candidate, asked, most: typeof most === "number" ? most : 0 });
    // What is asked beside the pinned one is not asked instead of it.
    if (name.hedge !== true) this.#leavePin(candidate);
  }

  ended(record: AttemptRecord): void {
    const { quotas, paces, estimates, clock } = this.#learnt;
    const candidate = this.#learnt.candidateOf(record);
    const { asked, most = 0 } = this.#running.get(record.attempt) ?? {};
    this.#running.delete(record.attempt);
    if (candidate === undefined) return;
    if (candidate === this.#pinned()) {
      this.#because = record.class ?? record.stoppedBy;
      const [other] = this.#running.values();
      if (other !== undefined) this.#leavePin(other.candidate);
    }
    if (candidate.tier.order === "fastest") paces.learn(candidate, record, clock.now());
    if (asked !== undefined) quotas?.ended(candidate, asked, record);
    const { usage } = record;
    // Where nothing was estimated, nothing is going to be.
    if (usage !== undefined && this.#weight !== undefined) estimates.learn(candidate.target, this.#weight, usage);
    // Behind an answer nothing is asked any more: only what failed counts, of which nobody knows all that it used.
    if (!this.#learnt.isUnbilled(record)) this.#spent += most;
  }

  passedOver(skip: SkipRecord): void {
    if (this.#learnt.candidateOf(skip) === this.#pinned()) this.#because = skip.reason;
  }

  /** A hook that heard of the attempt may have ended the call: then that was its last event. */
  #leavePin(candidate: Candidate): void {
    const pinned = this.#pinned();
    if (pinned === undefined || candidate === pinned || this.#hasLeft || this.#current === undefined) return;
    this.#hasLeft = true;
    const { callId, options } = this.#call;
    const ids = options.metadata === undefined ? { callId } : { callId, metadata: options.metadata };
    const { tier, target, sibling } = pinned;
    const { vendor, model } = target;
    this.#learnt.note({ type: "pin-left", ...ids, tier: tier.name, vendor, model, sibling, because: this.#because });
  }

  #pinned(): Candidate | undefined {
    return this.#pin !== undefined && "candidate" in this.#pin ? this.#pin.candidate : undefined;
  }

  #orderInTier(order: Candidate["tier"]["order"], siblings: readonly Candidate[]): readonly Candidate[] {
    const { paces, quotas, clock } = this.#learnt;
    if (siblings.length < 2) return siblings;
    if (order === "fastest") return paces.fastestFirst(siblings, clock.now());
    if (order === "cheapest") return sorted(siblings, (one) => this.#expected(one));
    if (quotas === undefined || siblings[0]?.spread === undefined) return siblings;
    // Of two with as many calls, the one with more left; of twice the share, half the load.
    return sorted(siblings, (one) => (1 + (one.spread?.get(one) ?? 0)) / Math.max(quotas.share(one), Number.EPSILON));
  }

  #weigh(): number {
    return (this.#weight ??= weightOf(this.#call.requests.request));
  }

  #need({ target }: Candidate): Need {
    const { estimates } = this.#learnt;
    const { maxOutputTokens } = this.#call.requests.request;
    return { input: estimates.input(target, this.#weigh()), output: estimates.output(target, maxOutputTokens) };
  }

  /** What this request probably costs there. */
  #expected(candidate: Candidate): number {
    const price = this.#learnt.costs.priceOf(candidate);
    if (price === undefined) return Infinity;
    const { input, output } = this.#need(candidate);
    return costOf(price, { inputTokens: input, outputTokens: output });
  }

  /** The most that this request may cost there, or why that cannot be said. */
  #most(candidate: Candidate): number | string {
    const { costs, estimates } = this.#learnt;
    const { target } = candidate;
    const price = costs.priceOf(candidate);
    if (price === undefined) return "its price is not known";
    const fit = this.#call.requests.known(candidate);
    const asked = fit?.ok === true ? fit.request.maxOutputTokens : undefined;
    const output = asked ?? target.capabilities.maxOutputTokens;
    if (output === "unknown") return "it may answer at any length: give maxOutputTokens";
    return dearest(price, estimates.input(target, this.#weigh()), output);
  }
}

/** A hedge that ended before the one beside which it was asked. */
function isBeside(hedge: AttemptRecord, other: AttemptRecord | undefined): boolean {
  if (hedge.hedge !== true || other === undefined) return false;
  return hedge.startedAtMs + hedge.endedMs <= other.startedAtMs + other.endedMs;
}

function sorted(candidates: readonly Candidate[], value: (candidate: Candidate) => number): readonly Candidate[] {
  const values = new Map(candidates.map((one) => [one, value(one)]));
  // Infinity less Infinity is no number: those stay as they are.
  return candidates.toSorted((one, other) => (values.get(one) ?? 0) - (values.get(other) ?? 0) || 0);
}

function shown(amount: number): string {
  return String(Number(amount.toPrecision(3)));
}
