import type { Clock } from "../../model/clock.ts";
import type { RequestRepair, TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";

const MOST = 64;
const KEPT_MS = 600_000;

interface Known {
  readonly repair: RequestRepair;
  readonly clock: Clock;
  readonly until: number;
}

/**
 * What an endpoint was found to refuse, so that not every call pays for a repair. One is remembered only after an answer
 * came with it, for ten minutes, and the newest 64 at most: an error message may have misled.
 */
export class KnownRepairs {
  readonly #known = new Map<string, Known>();

  /** An answer came to a request with these repairs. */
  remember(repairs: readonly RequestRepair[] | undefined, clock: Clock): void {
    for (const repair of repairs ?? []) {
      if (repair.once === true) continue;
      this.#known.delete(repair.description);
      this.#known.set(repair.description, { repair, clock, until: clock.now() + KEPT_MS });
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    }
  }

  /** The request with what is remembered and with its own repairs. What they take from it is reported. */
  apply(request: TargetRequest, loss?: (loss: Loss) => void): TargetRequest {
    for (const [name, { clock, until }] of this.#known) if (clock.now() >= until) this.#known.delete(name);
    const repairs = new Map(Array.from(this.#known.values(), ({ repair }) => [repair.description, repair]));
    for (const repair of request.repairs ?? []) repairs.set(repair.description, repair);
    let repaired = request;
    for (const repair of repairs.values()) {
      const next = repair.apply(repaired);
      if (next !== repaired && repair.loss !== undefined) loss?.({ ...repair.loss, reason: "the vendor refused it" });
      repaired = next;
    }
    return repaired;
  }
}
