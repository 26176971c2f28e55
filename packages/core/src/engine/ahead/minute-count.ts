const SECONDS = 60;

/** How often something happened in the last minute, by the second. */
export class MinuteCount {
  readonly #seconds: { second: number; count: number }[] = Array.from({ length: SECONDS }, () => ({
    second: -SECONDS,
    count: 0,
  }));

  add(now: number): void {
    const second = Math.floor(now / 1_000);
    const slot = this.#seconds[((second % SECONDS) + SECONDS) % SECONDS];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, count: 0 });
    slot.count++;
  }

  total(now: number): number {
    const since = Math.floor(now / 1_000) - SECONDS;
    return this.#seconds.reduce((sum, { second, count }) => (second > since ? sum + count : sum), 0);
  }
}
