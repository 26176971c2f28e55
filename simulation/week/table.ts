import type { Row } from "./numbers.ts";

const HEAD = [
  "",
  "Calls",
  "Primary",
  "Equivalent",
  "Budget",
  "First words p50 / p95",
  "Seams",
  "Failed",
  "Alone: failed",
  "Alone: first words",
] as const;

export function cellsOf(rows: readonly Row[]): readonly (readonly string[])[] {
  return [HEAD, ...rows.map((row) => cells(row))];
}

function cells({ name, calls, by, firstWords, seams, failed, plain }: Row): readonly string[] {
  return [
    name,
    whole(calls),
    whole(by.primary),
    whole(by.equivalent),
    whole(by.budget),
    waits(firstWords),
    whole(seams),
    whole(failed),
    whole(plain.failed),
    waits(plain.firstWords),
  ];
}

/** For a terminal: the first column to the left, the others to the right. */
export function printed(rows: readonly Row[]): string {
  const table = cellsOf(rows);
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const line = (cellsOfLine: readonly string[]): string =>
    cellsOfLine
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  return table.map(line).join("\n");
}

export function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function waits({ p50, p95 }: Row["firstWords"]): string {
  return Number.isNaN(p50) ? "none" : `${seconds(p50)} / ${seconds(p95)} s`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
