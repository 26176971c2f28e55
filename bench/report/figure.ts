/** Figures of a target, read from the tables. */
import type { WireName } from "../wires/wire.ts";
import type { Section } from "./section.ts";

/** Undefined where no driver of that wire was measured. */
export type Figure = (sections: readonly Section[], wire: WireName) => number | undefined;

/** Of one row: those of its cells that tell it from the others of its wire. */
export function cell(section: string, column: string, row: Readonly<Record<string, string | number>>): Figure {
  return (sections, wire) => {
    const found = sections
      .find(({ name }) => name === section)
      ?.rows.find((one) => Object.entries({ ...row, wire }).every(([key, value]) => one[key] === value));
    const value = found?.[column];
    return typeof value === "number" ? value : undefined;
  };
}

export function over(figure: Figure, base: Figure): Figure {
  return (...of) => {
    const [value, divisor] = [figure(...of), base(...of)];
    return value === undefined || divisor === undefined ? undefined : value / divisor;
  };
}

/** What one more of something costs where there are most, over what it costs where there are few: 1 where all is linear. */
export function oneMore(of: string): Figure {
  return (sections, wire) => {
    const rows = sections.find(({ name }) => name === "requests")?.rows ?? [];
    const [few, more, most] = rows
      .filter((row) => row["wire"] === wire && row["of"] === of)
      .map((row) => ({ count: Number(row["count"]), cost: Number(row["µs per call"]) }));
    if (few === undefined || more === undefined || most === undefined) return undefined;
    const atMany = (most.cost - more.cost) / (most.count - more.count);
    return atMany / ((more.cost - few.cost) / (more.count - few.count));
  };
}

export interface Limit {
  readonly text: string;
  isMet(value: number): boolean;
}

export function atMost(limit: number): Limit {
  return { text: `≤ ${limit}`, isMet: (value) => value <= limit };
}

export function atLeast(limit: number): Limit {
  return { text: `≥ ${limit}`, isMet: (value) => value >= limit };
}
