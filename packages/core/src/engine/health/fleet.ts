import type { HealthVerdict } from "../../model/failure.ts";
import { GuardedStore } from "./guarded-store.ts";
import { openFor } from "./open-for.ts";
import type { HealthNews, HealthReport, HealthStore, ProbeAnswer, ProbeLease } from "./health-store.ts";
import type { Breaker, Permit } from "./breaker.ts";
import type { FleetLink, FleetMember, ProbeDue, Settled } from "./fleet-link.ts";

/** One report of a kind a second is enough, however many calls fail. */
const EVERY_MS = 1_000;
/** A store forgets a row after a minute: by then all of the own part in it is gone. */
const ROW_IS_OVER_MS = 61_000;
/** Less than fills a row of 5: one sick process alone takes no vendor from the others. */
const MOST_OF_A_ROW = 4;
/**
 * Of a hard block, when somebody else may make the next trial. Who found it to hold makes it after a minute, and is heard by
 * all long before this: two begin at once only where that one makes none any more.
 */
const OTHERS_TRY_MS = 70_000;
const OTHERS_SPREAD_MS = 20_000;
/** Whose trial found out nothing lets all others go first: its own network may be what is broken. */
const LAST_TRIES_MS = OTHERS_TRY_MS + OTHERS_SPREAD_MS;
/** What a time may win on its way through a store without being another one. */
const SLACK_MS = 1_000;
const WEIGHT = 1;
const WEIGHT_OF_OPENING = 3;

/** What this chain has said about one route and heard of it. */
interface Doubt {
  /** Since when the route is suspected, by own failures or by news. */
  since: number | undefined;
  /** What was added to the row since it was last empty. */
  given: number;
  badAt: number;
  okAt: number;
  /** An answer broke off after its first content, and none has been whole since. */
  breaksOff: boolean;
}

/**
 * What one chain tells the others, and does with what they learned (rules R11.3 to R11.8). It reports what it saw; a
 * conclusion of its own is only a heavier report.
 */
export class Fleet implements FleetLink {
  readonly #member: FleetMember;
  readonly #store: GuardedStore;
  readonly #doubts = new Map<string, Doubt>();
  #isClosed = false;
  /** This chain among all of the store. Drawn when it is needed: not everywhere may a module do so while it loads. */
  #me = "";

  constructor(store: HealthStore, member: FleetMember) {
    this.#member = member;
    const onState = (state: "paused" | "back"): void => this.#note({ type: "store", state });
    this.#store = new GuardedStore({ ...member, store, onState });
    this.#store.subscribe(this, (fleet, news) => fleet.#hear(news));
  }

  ask(key: string, leaseMs: number, due: ProbeDue): Permit | undefined | Promise<Permit | undefined> {
    const asked = this.#store.acquireProbe(key, leaseMs);
    return asked instanceof Promise ? asked.then((answer) => this.#answered(answer, due)) : this.#answered(asked, due);
  }

  publish(report: HealthReport): void {
    if (report.type !== "cooldown") {
      this.#store.publish(report);
      return;
    }
    const { clock, cooldowns } = this.#member;
    if (report.isHard) cooldowns.putOffTrial(report.scope, clock.now());
    this.#me ||= crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.#store.publish({ ...report, by: this.#me });
  }

  tries(scope: string): void {
    const { clock, cooldowns } = this.#member;
    const now = clock.now();
    const block = cooldowns.longest([scope], now);
    if (block === undefined) return;
    this.publish({ type: "cooldown", scope, forMs: block.until - now, isHard: true, because: block.because });
    cooldowns.putOffTrial(scope, now, LAST_TRIES_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#store.close();
  }

  settled(key: string, breaker: Breaker, permit: Permit, { verdict, isCounted = false, retryAfterMs }: Settled): void {
    const now = this.#member.clock.now();
    if (!this.#isEvidence(key, permit, verdict)) return;
    const isOpen = breaker.state === "open";
    const openMs = (): number => (isOpen ? breaker.dueAt() - now : breaker.nextOpenMs(now, retryAfterMs));
    const { lease } = permit;
    if (lease !== undefined) {
      permit.lease = undefined;
      if (verdict === "neutral") this.#giveBack(lease);
      else this.#store.use(() => lease.report(verdict === "ok", openMs()));
      return;
    }
    if (verdict === "ok") this.#ok(key, permit, now);
    else if (isCounted && (isOpen || verdict !== "neutral")) this.#bad(key, isOpen, openMs, now);
  }

  #answered(answer: ProbeAnswer, { probe, breaker }: ProbeDue): Permit | undefined {
    if (!answer.granted) {
      breaker().postpone(answer.retryInMs, this.#member.clock.now());
      return undefined;
    }
    const { lease } = answer;
    const permit = probe();
    if (permit?.venture === "probe") permit.lease = lease;
    // A lease that cannot be used is another's chance.
    else if (lease !== undefined) this.#giveBack(lease);
    return permit;
  }

  /** Content says that a route is well; but where answers break off behind it, only a whole one does. */
  #isEvidence(key: string, permit: Permit, verdict: HealthVerdict): boolean {
    const doubt = this.#doubts.get(key);
    if (!permit.isSettled) return doubt?.breaksOff !== true;
    if (verdict === "ok" && doubt !== undefined) doubt.breaksOff = false;
    const hadContent = permit.provisional !== undefined;
    if (hadContent && (verdict === "bad" || verdict === "slow")) this.#doubt(key).breaksOff = true;
    return true;
  }

  #giveBack(lease: ProbeLease): void {
    this.#store.use(() => lease.release());
  }

  /** One failure a second, as long as the row can take it; what opened the own breaker always. */
  #bad(key: string, isOpen: boolean, openMs: () => number, now: number): void {
    const doubt = this.#doubt(key);
    doubt.since ??= now;
    if (now >= doubt.badAt + ROW_IS_OVER_MS) doubt.given = 0;
    const left = MOST_OF_A_ROW - doubt.given;
    if (!isOpen && (left === 0 || now < doubt.badAt + EVERY_MS)) return;
    const weight = Math.min(isOpen ? WEIGHT_OF_OPENING : WEIGHT, left);
    doubt.given += weight;
    doubt.badAt = now;
    this.publish({ type: "bad", key, weight, isOpen, openMs: openMs() });
  }

  /** Only what began after the doubts says anything about them. */
  #ok(key: string, permit: Permit, now: number): void {
    const doubt = this.#doubts.get(key);
    if (doubt?.since === undefined || permit.startedAt <= doubt.since || now < doubt.okAt + EVERY_MS) return;
    doubt.okAt = now;
    settle(doubt);
    this.publish({ type: "ok", key });
  }

  #hear(news: HealthNews): void {
    if (this.#isClosed) return;
    const { clock, cooldowns, breakerAt, isolated } = this.#member;
    const now = clock.now();
    switch (news.type) {
      case "cooldown": {
        if (news.by !== this.#me) this.#cool(news, now);
        break;
      }
      case "isolated":
        isolated.set(news.scope, Math.max(isolated.get(news.scope) ?? 0, now + news.forMs));
        break;
      case "suspected":
        this.#doubt(news.key).since ??= now;
        break;
      case "cleared":
      case "opened":
      case "closed": {
        settle(this.#doubt(news.key));
        const breaker = breakerAt(news.key);
        if (breaker !== undefined && news.type === "opened") openFor(breaker, news.forMs, now);
        if (news.type === "closed") breaker?.closeNow(now);
        break;
      }
      case "reset":
        for (const scope of news.scopes) {
          cooldowns.reset(scope, now);
          // What an operator took out here alone, without a time, stays out.
          if (isolated.get(scope) !== Infinity) isolated.delete(scope);
        }
        for (const key of news.keys) {
          settle(this.#doubt(key));
          breakerAt(key)?.closeNow(now);
        }
        break;
      default:
        news satisfies never;
    }
    this.#tell();
  }

  #cool({ scope, forMs, isHard, because, ageMs = 0 }: Extract<HealthNews, { type: "cooldown" }>, now: number): void {
    const { cooldowns, random } = this.#member;
    const trialAt = cooldowns.trialDueAt(scope);
    const until = now + forMs;
    const known = cooldowns.longest([scope], now);
    // An answer to a request from before an extension does not end a hard block: it has to be one.
    if (known?.isHard !== true || until > known.until + SLACK_MS) {
      cooldowns.extend(scope, { until, isHard, because }, now);
    }
    if (!isHard) return;
    const othersAt = now - ageMs + OTHERS_TRY_MS + random() * OTHERS_SPREAD_MS;
    cooldowns.putOffTrial(scope, Math.max(trialAt, othersAt), 0);
  }

  #doubt(key: string): Doubt {
    const doubt = this.#doubts.get(key) ?? {
      since: undefined,
      given: 0,
      badAt: -Infinity,
      okAt: -Infinity,
      breaksOff: false,
    };
    this.#doubts.set(key, doubt);
    return doubt;
  }

  #note(event: { readonly type: "store"; readonly state: "paused" | "back" }): void {
    this.#member.events.note(event);
    this.#tell();
  }

  /** Another chain of this process may be in the middle of a step. */
  #tell(): void {
    queueMicrotask(() => this.#member.events.tell());
  }
}

function settle(doubt: Doubt): void {
  doubt.since = undefined;
  doubt.given = 0;
}
