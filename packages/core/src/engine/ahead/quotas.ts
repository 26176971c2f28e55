import type { Clock } from "../../model/clock.ts";
import type { AttemptRecord } from "../../model/trace.ts";
import type { Candidate } from "../tier.ts";
import { readRateLimits, type Remaining } from "./rate-limits.ts";

/** Vendors round what they state, and a request takes a while to get there. */
const MARGIN_MS = 500;
/** When a limit is full again, where its vendor does not say. */
const PERIOD_MS = 60_000;
const LONGEST_MS = 86_400_000;

/** What one request takes of the limits, as estimated, and later as the vendor counted it. */
export interface Need {
  readonly input: number;
  readonly output: number;
}

/** A request that was asked, or is about to be. */
export interface Asked {
  readonly number: number;
  need: Need;
  endedAt?: number | undefined;
}

interface Known extends Remaining {
  /** The newest request that it counts. */
  readonly number: number;
  readonly resetAt: number;
}

/** The limits of one quota, and the requests that count against them. */
interface Ledger {
  readonly limits: Map<string, Known>;
  asked: Asked[];
}

/**
 * What is left of each quota: what its vendor last stated, less what was asked since. The statement comes with an answer's
 * headers but is read at its end, so everything that began after that answer did counts against it.
 */
export class Quotas {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #clock: Clock;
  #numbers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request is about to be made there: until it is taken back, it counts. */
  ask(candidate: Candidate, need: Need): Asked {
    const asked: Asked = { number: ++this.#numbers, need };
    this.#ledger(candidate).asked.push(asked);
    return asked;
  }

  /** It was never made. */
  takeBack(candidate: Candidate, asked: Asked): void {
    const ledger = this.#ledger(candidate);
    ledger.asked = ledger.asked.filter((other) => other !== asked);
  }

  ended(candidate: Candidate, asked: Asked, record: AttemptRecord): void {
    const ledger = this.#ledger(candidate);
    const now = this.#clock.now();
    const { usage, rateLimits = {}, endedMs, firstContentMs = endedMs } = record;
    const { input, output } = asked.need;
    asked.endedAt = now;
    asked.need = { input: usage?.inputTokens ?? input, output: usage?.outputTokens ?? output };
    // The headers came before the content did: their time may have begun a little earlier, never later.
    const headersAt = now - endedMs + firstContentMs;
    for (const one of readRateLimits(rateLimits)) {
      const inMs =
        one.resetOn === undefined
          ? headersAt - now + (one.resetInMs ?? PERIOD_MS)
          : one.resetOn - this.#clock.wallNow();
      const known = { ...one, number: asked.number, resetAt: now + Math.min(inMs, LONGEST_MS) + MARGIN_MS };
      const before = ledger.limits.get(one.name);
      // Answers that came out of order: of what both say, the lesser.
      const isNewer = before === undefined || known.number >= before.number;
      if (isNewer || left(ledger, known, now) < left(ledger, before, now)) ledger.limits.set(one.name, known);
    }
    const all = [...ledger.limits.values()];
    // One that still runs may state what it was before those behind it were asked.
    const oldest = ledger.asked.find((one) => one.endedAt === undefined)?.number ?? Infinity;
    ledger.asked = ledger.asked.filter((one) => one.number >= oldest || all.some((known) => counts(known, one)));
  }

  /** The first limit that does not take this request now, in words; undefined where none is known to refuse it. */
  lacking(candidate: Candidate, need: Need): string | undefined {
    for (const [known, rest] of this.#left(candidate)) {
      const wanted = taken(known, need);
      if (rest < wanted) return `${known.name}: ${Math.max(0, Math.floor(rest))} left, about ${wanted} needed`;
    }
    return undefined;
  }

  /** The part of its scarcest limit that is left, from 0 to 1; 1 where nothing is known. */
  share(candidate: Candidate): number {
    const shares = this.#left(candidate).flatMap(([{ limit = 0 }, rest]) => (limit > 0 ? [rest / limit] : []));
    return Math.max(0, Math.min(1, ...shares));
  }

  #left(candidate: Candidate): readonly (readonly [Known, number])[] {
    const ledger = this.#ledger(candidate);
    const now = this.#clock.now();
    for (const [name, known] of ledger.limits) {
      const isOver = now >= known.resetAt + (known.limit === undefined ? 0 : PERIOD_MS);
      if (isOver) ledger.limits.delete(name);
    }
    return [...ledger.limits.values()].map((known) => [known, left(ledger, known, now)] as const);
  }

  #ledger({ target }: Candidate): Ledger {
    const scope = `${target.scopes.quota} ${target.model}`;
    const ledger = this.#ledgers.get(scope) ?? { limits: new Map<string, Known>(), asked: [] };
    this.#ledgers.set(scope, ledger);
    return ledger;
  }
}

/** Since it is full again, everything that was under way then or began later counts. */
function left({ asked }: Ledger, known: Known, now: number): number {
  const isFull = now >= known.resetAt;
  const counted = asked.filter((one) => (isFull ? (one.endedAt ?? now) >= known.resetAt : one.number > known.number));
  return (
    (isFull ? (known.limit ?? Infinity) : known.left) - counted.reduce((sum, { need }) => sum + taken(known, need), 0)
  );
}

function counts(known: Known, { number, endedAt = Infinity }: Asked): boolean {
  return number > known.number || endedAt >= known.resetAt;
}

function taken({ unit }: Known, { input, output }: Need): number {
  if (unit === "requests") return 1;
  if (unit === "tokens") return input + output;
  return unit === "input-tokens" ? input : output;
}
