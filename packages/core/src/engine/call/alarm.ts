import type { Clock } from "../../model/clock.ts";

/** A timer this late means that the process was blocked or suspended, not that a vendor was silent. */
const LATE_MS = 250;
/** Turns of the event loop in which a socket hands over what it holds before a limit is decided. */
const POLL_TURNS = 2;
/** Longer delays overflow to 1 ms in setTimeout. */
const MAX_DELAY_MS = 2_147_483_647;

export interface DueTime {
  /** On the monotonic clock; `Infinity` for none. */
  readonly at: number;
  /** Whether only idleness is guarded, so that the process may end. */
  readonly background: boolean;
  /** Whether reaching it ends something: data that has arrived by then is read first. */
  readonly isLimit: boolean;
}

/**
 * One timer for all deadlines of a call. It is armed for the earliest and, when it fires, asks again: deadlines that
 * move later (a stamp per read) cost nothing.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #nextDue: () => DueTime;
  readonly #onDue: (now: number, late: boolean) => void;
  #timer: unknown;
  #armed: DueTime | undefined;
  #stopped = false;

  constructor(clock: Clock, nextDue: () => DueTime, onDue: (now: number, late: boolean) => void) {
    this.#clock = clock;
    this.#nextDue = nextDue;
    this.#onDue = onDue;
  }

  /** To be called when a deadline may have become earlier. */
  update(): void {
    if (this.#stopped) return;
    const due = this.#nextDue();
    const armed = this.#armed;
    if (armed !== undefined && armed.at <= due.at && (due.background || !armed.background)) return;
    this.#arm(due);
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  #arm(due: DueTime): void {
    this.#disarm();
    if (due.at === Infinity) return;
    this.#armed = due;
    const delay = Math.min(Math.max(0, due.at - this.#clock.now()), MAX_DELAY_MS);
    this.#timer = this.#clock.setTimeout(() => this.#fired(due), Math.ceil(delay), due.background);
  }

  #disarm(): void {
    if (this.#armed !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#armed = undefined;
  }

  #fired(due: DueTime): void {
    const now = this.#clock.now();
    const late = now - due.at > LATE_MS;
    // So late, a limit behind what was due may have passed too.
    if (due.isLimit || late) this.#afterPollTurns(POLL_TURNS, late);
    else this.#decide(now, false);
  }

  /** A loop that stood still finds its timers before its sockets: what has arrived is read before anything is decided. */
  #afterPollTurns(turns: number, late: boolean): void {
    this.#timer = this.#clock.setTimeout(
      () => (turns > 1 ? this.#afterPollTurns(turns - 1, late) : this.#decide(this.#clock.now(), late)),
      0,
      false,
    );
  }

  #decide(now: number, late: boolean): void {
    const due = this.#nextDue();
    // The process may also stand still in the turns themselves, or before a timer that was armed for something else.
    if (!late && now - due.at > LATE_MS) {
      this.#afterPollTurns(POLL_TURNS, true);
      return;
    }
    this.#armed = undefined;
    if (due.at <= now) this.#onDue(now, late);
    this.update();
  }
}
