import type { DueTime } from "./alarm.ts";
import type { Stop } from "./call-error.ts";
import type { Output } from "../attempt/output.ts";

export interface CallLimits {
  readonly deadlineMs: number;
  readonly startWithinMs: number | undefined;
  readonly consumerIdleMs: number;
}

/** The deadlines of a whole call: the finished answer, the first output, a wait of our own, and a consumer that stopped reading. */
export class CallDeadlines {
  readonly #limits: CallLimits;
  readonly #output: Output;
  readonly #totalDue: number;
  #startDue: number;
  #isReleased = false;
  #idleSince = 0;
  #idlePulls = 0;
  #wait: { readonly until: number; readonly resolve: () => void } | undefined;

  constructor(limits: CallLimits, output: Output, now: number) {
    this.#limits = limits;
    this.#output = output;
    this.#totalDue = now + limits.deadlineMs;
    this.#startDue = limits.startWithinMs === undefined ? Infinity : now + limits.startWithinMs;
  }

  /** Output reached the consumer: from now on it has to read. */
  released(now: number): void {
    this.#isReleased = true;
    this.#startDue = Infinity;
    this.#idleSince = now;
    this.#idlePulls = this.#output.pulls;
  }

  /** Milliseconds that the deadlines leave for waiting. */
  left(now: number): number {
    return Math.min(this.#totalDue, this.#startDue) - now;
  }

  /** Resolves at the given time, or early when `wake` is called. */
  waitUntil(until: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait = { until, resolve };
    });
  }

  wake(): void {
    const wait = this.#wait;
    this.#wait = undefined;
    wait?.resolve();
  }

  /** The next time anything is due; of the running attempt, its own limits and the opening of its gate. */
  nextDue(attemptDue: number, gateDue: number): DueTime {
    // Also while a read waits: nothing reports that the consumer stopped after its answer.
    const idleDue = this.#isReleased ? this.#idleSince + this.#limits.consumerIdleMs : Infinity;
    const stepDue = Math.min(this.#wait?.until ?? Infinity, gateDue);
    const limitDue = Math.min(this.#totalDue, this.#startDue, attemptDue, idleDue);
    const at = Math.min(stepDue, limitDue);
    return { at, background: at === idleDue && this.#isIdle(), isLimit: at === limitDue };
  }

  /** The deadline that has passed, if one has. */
  passed(now: number): Stop | undefined {
    const { deadlineMs, startWithinMs } = this.#limits;
    if (this.#totalDue <= now) {
      return deadline("total", `No whole answer within ${deadlineMs} ms (deadlineMs).`);
    }
    if (this.#startDue <= now) return deadline("start", `No output within ${startWithinMs} ms (startWithinMs).`);
    return undefined;
  }

  /** Ends a wait that is over, and says whether the call is. */
  check(now: number): Stop | undefined {
    const { consumerIdleMs } = this.#limits;
    const passed = this.passed(now);
    if (passed !== undefined) return passed;
    if (this.#wait !== undefined && this.#wait.until <= now) this.wake();
    if (!this.#isIdleSince(now)) return undefined;
    return {
      class: "caller.stopped-reading",
      reason: "consumer-idle",
      message: `Nobody read the stream for ${consumerIdleMs} ms (consumerIdleMs).`,
    };
  }

  #isIdle(): boolean {
    return this.#isReleased && !this.#output.isAwaited;
  }

  /** Reads are counted, not stamped: a stamp per read would cost more than the read. */
  #isIdleSince(now: number): boolean {
    const { pulls } = this.#output;
    const isIdle = this.#isIdle();
    if (!isIdle || pulls !== this.#idlePulls) {
      this.#idleSince = now;
      // The read that waits now may be answered at any time: only then idleness begins.
      this.#idlePulls = isIdle ? pulls : -1;
      return false;
    }
    return this.#idleSince + this.#limits.consumerIdleMs <= now;
  }
}

function deadline(scope: "total" | "start", message: string): Stop {
  return { class: "caller.deadline", scope, message };
}
