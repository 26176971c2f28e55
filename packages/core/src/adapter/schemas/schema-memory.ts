import type { JsonObject } from "../../model/json.ts";

const MOST_CHARS = 4_000_000;

/**
 * What was made of schemas by one set of rules: most requests of an application carry the same ones. A schema is known by
 * its text, as every request has its own copy. Above four million characters of text the oldest are forgotten.
 */
export class SchemaMemory<Rules extends object, Made> {
  readonly #byRules = new WeakMap<Rules, Map<string, Made>>();
  #chars = 0;

  get(schema: JsonObject, rules: Rules, make: () => Made): Made {
    let known = this.#byRules.get(rules);
    if (known === undefined) this.#byRules.set(rules, (known = new Map<string, Made>()));
    const text = JSON.stringify(schema);
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make();
    known.set(text, made);
    this.#chars += text.length;
    for (const [oldest] of known) {
      if (this.#chars <= MOST_CHARS) break;
      known.delete(oldest);
      this.#chars -= oldest.length;
    }
    return made;
  }
}
