import { Count, MOST } from "../../model/count.ts";
import { isJsonObject, type JsonObject } from "../../model/json.ts";
import { asJsonObject, type Foreign } from "../foreign.ts";

/** Collects, by reference, what a vendor says beside an answer under its own names. */
export class VendorData {
  #data: Record<string, unknown> | undefined;
  readonly #joined: Record<string, Record<string, unknown[]>> = {};
  // Often one for each token.
  readonly #count = new Count(64 * MOST);

  /** The fields of these names that are there. The latest of each counts. */
  take(from: Foreign, names: readonly string[]): void {
    // Once for each event: no iterator.
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? "";
      const value = from[name];
      if (value !== undefined && value !== null) this.#put(name, value);
    }
  }

  /** A field with lists of which every event brings the next pieces. */
  join(from: Foreign, name: string): void {
    const value = from[name];
    if (!isJsonObject(value)) return;
    const lists = (this.#joined[name] ??= {});
    for (const [list, pieces] of Object.entries(value)) {
      if (!Array.isArray(pieces)) continue;
      const joined = (lists[list] ??= []);
      for (const piece of pieces) {
        this.#count.add();
        joined.push(piece);
      }
    }
    this.#put(name, { ...value, ...lists });
  }

  /** Undefined when nothing was said. */
  get collected(): JsonObject | undefined {
    return this.#data && asJsonObject(this.#data);
  }

  #put(name: string, value: unknown): void {
    this.#data ??= {};
    this.#data[name] = value;
  }
}
