import { TargetFailure } from "../../model/target-failure.ts";

export interface AttemptLimits {
  /** Milliseconds from the attempt's start to its first content, as far as this call's clocks leave them. */
  readonly firstContentMs: number;
  /** Whose limit that is: an option's name. */
  readonly firstContentBy: string;
  /** The same by the tier's own limit. */
  readonly ownFirstContentMs: number;
  /** Milliseconds from the attempt's start to the first native event; `Infinity` where the wire sends none at once. */
  readonly firstEventMs: number;
  /** Milliseconds without any byte, from the first byte on; `Infinity` where the wire sends no keep-alives. */
  readonly livenessMs: number;
  /** Milliseconds without model output, from the first content on. */
  readonly progressMs: number;
  /** The same while silence is expected: hidden reasoning, a tool on the vendor's side. */
  readonly workingMs: number;
}

/** An attempt that waited for less than this share of its own limit says nothing about its vendor. */
const FAIR_SHARE = 1 / 3;
/** Two readings of a clock are never equal. */
const TOLERANCE_MS = 1;

/**
 * Liveness (any byte) and progress (model output) of one attempt, as stamps. Time in which the consumer does not read
 * does not count.
 */
export class AttemptClocks {
  readonly #limits: AttemptLimits;
  readonly #startedAt: number;
  #firstByte = false;
  #firstEvent = false;
  #firstContent = false;
  #lastByteAt: number;
  #lastContentAt: number;
  #pausedAt: number | undefined;
  readonly #working = new Set<string>();

  constructor(limits: AttemptLimits, now: number) {
    this.#limits = limits;
    this.#startedAt = now;
    this.#lastByteAt = now;
    this.#lastContentAt = now;
  }

  /** Bytes arrived. Says whether they were the first: then the limit for silence begins. */
  byte(now: number): boolean {
    const isFirst = !this.#firstByte;
    this.#firstByte = true;
    this.#lastByteAt = now;
    return isFirst;
  }

  /** A native event was understood. */
  event(): void {
    this.#firstEvent = true;
  }

  content(now: number): void {
    this.#firstEvent = true;
    this.#firstContent = true;
    this.#lastContentAt = now;
  }

  working(kind: string, on: boolean, now: number): void {
    if (on) this.#working.add(kind);
    // Quiet work was progress: the ordinary limit starts when it ends.
    else if (this.#working.delete(kind)) this.#lastContentAt = now;
  }

  /** Only what is shown fills the consumer's room: the first content is there by then. */
  pause(now: number): void {
    this.#pausedAt ??= now;
  }

  resume(now: number): void {
    if (this.#pausedAt === undefined) return;
    const paused = now - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#lastByteAt += paused;
    this.#lastContentAt += paused;
  }

  /** When the next limit is reached if nothing arrives. */
  dueAt(): number {
    if (this.#pausedAt !== undefined) return Infinity;
    return Math.min(this.#startDue(), this.#livenessDue(), this.#progressDue());
  }

  /** What the attempt fails with when a limit was reached; of the two for the first content, it says which. */
  expired(now: number): TargetFailure | undefined {
    if (this.#pausedAt !== undefined) return undefined;
    const { firstContentMs, firstContentBy, firstEventMs } = this.#limits;
    const explanation = !this.#firstEvent && firstEventMs < firstContentMs ? "timeoutMs" : firstContentBy;
    if (this.#startDue() <= now) return new TargetFailure("timeout.first-content", { explanation });
    if (this.#livenessDue() <= now) return new TargetFailure("timeout.liveness");
    return this.#progressDue() <= now ? new TargetFailure("timeout.progress") : undefined;
  }

  /** Whether the wait for the first content was too short to say anything about the vendor. */
  isShort(now: number): boolean {
    const { ownFirstContentMs, firstEventMs } = this.#limits;
    const own = this.#firstEvent ? ownFirstContentMs : Math.min(ownFirstContentMs, firstEventMs);
    return now - this.#startedAt < own * FAIR_SHARE - TOLERANCE_MS;
  }

  #startDue(): number {
    if (this.#firstContent) return Infinity;
    const { firstContentMs, firstEventMs } = this.#limits;
    return this.#startedAt + (this.#firstEvent ? firstContentMs : Math.min(firstContentMs, firstEventMs));
  }

  #livenessDue(): number {
    return this.#firstByte ? this.#lastByteAt + this.#limits.livenessMs : Infinity;
  }

  #progressDue(): number {
    if (!this.#firstContent) return Infinity;
    return this.#lastContentAt + (this.#working.size > 0 ? this.#limits.workingMs : this.#limits.progressMs);
  }
}
