import type { Clock } from "../model/clock.ts";

const MOST = 64;
const KEPT_MS = 600_000;

/**
 * Native fields that an endpoint was found to refuse, so that not every call pays for a repair. One is remembered only
 * after an answer came without it, for ten minutes, and the newest 64 at most: an error message may have misled.
 */
export class RefusedFields {
  readonly #until = new Map<string, { readonly clock: Clock; readonly at: number }>();

  remember(fields: readonly string[], clock: Clock): void {
    for (const field of fields) {
      this.#until.delete(field);
      this.#until.set(field, { clock, at: clock.now() + KEPT_MS });
      const [oldest] = this.#until.keys();
      if (this.#until.size > MOST && oldest !== undefined) this.#until.delete(oldest);
    }
  }

  /** What a request goes without: what is remembered, and what its own repair leaves out. */
  with(own: readonly string[] = []): ReadonlySet<string> {
    for (const [field, { clock, at }] of this.#until) if (clock.now() >= at) this.#until.delete(field);
    return new Set([...this.#until.keys(), ...own]);
  }
}
