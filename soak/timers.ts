type Handle = ReturnType<typeof setTimeout>;

/**
 * Counts the timers that are running, also those that let the process end: of these the runtime itself tells nothing. The
 * idle connections of `fetch` have some too.
 */
export class Timers implements Disposable {
  readonly #live = new Set<unknown>();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;

  constructor() {
    const [live, set, clear] = [this.#live, this.#setTimeout, this.#clearTimeout];
    const counted = (callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]): Handle => {
      const handle = set(() => {
        live.delete(handle);
        callback(...args);
      }, delayMs);
      live.add(handle);
      return handle;
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same but for the form that promisify asks for
    globalThis.setTimeout = counted as typeof set;
    globalThis.clearTimeout = (handle) => {
      live.delete(handle);
      clear(handle);
    };
  }

  get running(): number {
    return this.#live.size;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.clearTimeout = this.#clearTimeout;
  }
}
