import type { Clock } from "@understudy/core";
import { isTargetFailure } from "@understudy/core/adapter";
import { seededRandom } from "@understudy/testing/rehearse";
import { LIMIT_MS } from "./plan.ts";
import type { Seen, Side, Stage } from "./play.ts";
import type { Vendor } from "./vendor.ts";

const RETRIES = 2;
const BACKOFF_MS = 500;

/** What an application has without a chain: the primary, asked again up to twice as long as nothing of its answer was shown. */
export class PlainClient implements Side {
  readonly #clock: Clock;
  readonly #primary: Vendor;
  readonly #random: () => number;

  constructor({ clock, vendors, plan }: Stage) {
    this.#clock = clock;
    this.#primary = vendors.primary;
    this.#random = seededRandom(plan.seed);
  }

  async ask(call: number, since: () => number): Promise<Seen> {
    let firstMs: number | undefined;
    for (let retry = 0; ; retry++) {
      const giveUp = new AbortController();
      const timer = this.#clock.setTimeout(() => giveUp.abort(), LIMIT_MS, false);
      try {
        // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
        for await (const _ of this.#primary.answer({ call, clock: this.#clock, signal: giveUp.signal })) {
          this.#clock.clearTimeout(timer);
          firstMs ??= since();
        }
        return { by: "primary", firstMs, hadSeam: false };
      } catch (error) {
        if (!isTargetFailure(error)) throw error;
        this.#clock.clearTimeout(timer);
        if (firstMs !== undefined || retry === RETRIES) return { by: undefined, firstMs, hadSeam: false };
      }
      const ms = BACKOFF_MS * 2 ** retry * (1 - this.#random() / 4);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, ms, false));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
