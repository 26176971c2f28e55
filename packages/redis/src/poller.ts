import type { Clock } from "@understudy/core";

const LONGEST_PAUSE_MS = 5_000;

export interface PollerSetup {
  readonly clock: Clock;
  readonly random: () => number;
  readonly everyMs: number;
  readonly look: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Looks again and again, never twice at once, and less often while it fails. Keeps no process alive. */
export class Poller {
  readonly #setup: PollerSetup;
  #timer: unknown;
  #isRunning = false;
  #isLooking = false;
  #failures = 0;

  constructor(setup: PollerSetup) {
    this.#setup = setup;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    if (!this.#isLooking) void this.#look();
  }

  stop(): void {
    this.#isRunning = false;
    this.#setup.clock.clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { clock, random, everyMs, look, onError } = this.#setup;
    this.#isLooking = true;
    try {
      await look();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      onError(error);
    }
    this.#isLooking = false;
    if (!this.#isRunning) return;
    const pauseMs = Math.max(everyMs, Math.min(everyMs * 2 ** this.#failures, LONGEST_PAUSE_MS));
    this.#timer = clock.setTimeout(() => void this.#look(), pauseMs * (0.75 + random() / 2), true);
  }
}
