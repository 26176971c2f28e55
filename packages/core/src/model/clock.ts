/** Every clock and timer the engine uses. Injected, so that time can be simulated. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall-clock milliseconds since 1970. Used for nothing but reading dates that vendors send. */
  wallNow(): number;
  /** `background`: the timer alone does not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number, background: boolean): unknown;
  /** Cancels the timer that `setTimeout` returned; one that has fired is ignored. */
  clearTimeout(handle: unknown): void;
}
