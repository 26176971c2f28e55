import type { Foreign } from "../foreign.ts";
import { isJsonObject } from "../../model/json.ts";

/**
 * The counts of one answer, which the vendor repeats while it grows. A later and smaller number is a mistake of a
 * gateway or a chunk that did not count, and never replaces a larger one; a null says nothing.
 */
export class RunningTotals {
  readonly #totals: Record<string, unknown> = emptyRecord();

  /** All counts so far, nested as the vendor nests them. */
  get totals(): Foreign {
    return this.#totals;
  }

  /** Takes counts over from the vendor's latest message; larger ones win. */
  add(later: Foreign): void {
    keepLarger(this.#totals, later);
  }
}

/** In place: some wires count in every event. */
function keepLarger(totals: Record<string, unknown>, later: Foreign): void {
  for (const name in later) {
    const value = later[name];
    const earlier = totals[name];
    if (typeof value === "number") {
      if (typeof earlier !== "number" || value > earlier) totals[name] = value;
    } else if (isJsonObject(value)) {
      const nested = isRecord(earlier) ? earlier : emptyRecord();
      totals[name] = nested;
      keepLarger(nested, value);
    }
  }
}

/** Without a prototype, a vendor's name `__proto__` is a name like any other. */
function emptyRecord(): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has no properties
  return Object.create(null) as Record<string, unknown>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value);
}
