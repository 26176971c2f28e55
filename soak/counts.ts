/** How often each thing happened. */
export class Counts {
  readonly #counts = new Map<string, number>();

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many different things happened. */
  get kinds(): number {
    return this.#counts.size;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, count = 1): void {
    this.#counts.set(name, this.of(name) + count);
  }

  addAll(other: Counts): void {
    for (const [name, count] of other.#counts) this.add(name, count);
  }
}

/** Of what went wrong, each kind once; `none` if nothing did. */
export function listed(problems: Iterable<string>): string {
  return [...new Set(problems)].slice(0, 5).join("; ") || "none";
}
