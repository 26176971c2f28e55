interface Figure {
  readonly name: string;
  readonly value: string;
  /** In words; empty for what is only stated. */
  readonly limit: string;
  readonly holds: boolean;
}

/** The figures of one part: what was measured beside what it may be. */
export class Figures {
  readonly #figures: Figure[] = [];

  get broken(): readonly string[] {
    return this.#figures
      .filter(({ holds }) => !holds)
      .map(({ name, value, limit }) => `${name} is ${value}, not ${limit}`);
  }

  state(name: string, value: number | string): void {
    this.#figures.push({ name, value: shown(value), limit: "", holds: true });
  }

  atMost(name: string, value: number, limit: number): void {
    this.#figures.push({
      name,
      value: shown(value),
      limit: limit === Infinity ? "" : `at most ${shown(limit)}`,
      holds: value <= limit,
    });
  }

  atLeast(name: string, value: number, limit: number): void {
    this.#figures.push({ name, value: shown(value), limit: `at least ${shown(limit)}`, holds: value >= limit });
  }

  exactly(name: string, value: number | string, wanted: number | string): void {
    this.#figures.push({ name, value: shown(value), limit: shown(wanted), holds: value === wanted });
  }

  /** In MiB, at marks on the way. */
  heap(sizes: readonly number[], mostGrowth: number): void {
    this.state("heap on the way, MiB", sizes.map((size) => size.toFixed(1)).join(" "));
    this.atMost("growth of the heap from 10 % on, MiB", Math.max(...sizes) - (sizes[0] ?? 0), mostGrowth);
  }

  toString(): string {
    const width = (of: "name" | "value"): number => Math.max(...this.#figures.map((figure) => figure[of].length));
    const [names, values] = [width("name"), width("value")];
    return this.#figures
      .map(({ name, value, limit, holds }) =>
        `  ${name.padEnd(names)}  ${value.padStart(values)}  ${limit}${holds ? "" : "  BROKEN"}`.trimEnd(),
      )
      .join("\n");
  }
}

function shown(value: number | string): string {
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(2);
}
