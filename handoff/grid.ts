import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell } from "./matrix.ts";

/** A short sign for what a conversation lost on its way. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/reasoning(?:\.effort)? dropped/, "R"],
  [/citations dropped/, "C"],
  [/opaque dropped/, "V"],
  [/file name/, "N"],
  [/file translated/, "F"],
  [/output\.schema translated/, "S"],
  [/tool-call translated/, "T"],
  [/isError translated/, "E"],
  [/image translated/, "P"],
  [/messages translated/, "M"],
];

const LEGEND: readonly string[] = [
  "· nothing is lost",
  "– a vendor takes no such file, and is passed over before anything is sent",
  "R reasoning, or how hard, C citations, V blocks of the vendor's own tools, N a file's name: left out, or written another way",
  "S schema in the instructions, F a text instead of a file, T unanswered calls closed, E error in words, P a tool's picture as the user's, M a turn between: said another way",
  "! not as it should be",
];

export function signOf({ outcome }: Cell): string {
  if (outcome.faults.length > 0) return "!";
  if (outcome.passedOver !== undefined) return "–";
  const signs = SIGNS.filter(([loss]) => outcome.losses.some((one) => loss.test(one))).map(([, sign]) => sign);
  return signs.length === 0 ? "·" : signs.join("");
}

export function nameOf({ first, second }: Pick<Cell, "first" | "second">): string {
  return `${first.row.name} → ${second.row.name}`;
}

/** Pairs by kinds. The names of the kinds stand above their columns, each by its number. */
export function drawGrid(rows: readonly (readonly Cell[])[]): string {
  const [head = []] = rows;
  const names = rows.map(([cell]) => (cell === undefined ? "" : nameOf(cell)));
  const width = Math.max(...names.map((name) => name.length));
  const line = (name: string, cells: readonly string[]): string => {
    return [name.padEnd(width), ...cells.map((cell) => cell.padStart(COLUMN))].join("").trimEnd();
  };
  return [
    ...head.map(({ kind }, index) => `${String(index + 1).padStart(2)} ${kind.name}`),
    "",
    line(
      "",
      head.map((_, index) => String(index + 1)),
    ),
    ...rows.map((cells, index) => line(names[index] ?? "", cells.map(signOf))),
    "",
    ...LEGEND,
  ].join("\n");
}

/** Two spaces at least stand before what a cell can hold. */
const COLUMN = 5;
const PAGE = join(import.meta.dirname, "../docs/hand-off.md");
const GRID = /(?<=<!-- grid: written by pnpm handoff --write -->\n\n```text\n)[^]*(?=\n```\n\n<!-- \/grid -->)/;

export function writePage(grid: string): void {
  writeFileSync(
    PAGE,
    readFileSync(PAGE, "utf8").replace(GRID, () => grid),
  );
}

/** The grid as it stands in the documentation. */
export function gridOnPage(): {
  readonly kinds: readonly string[];
  readonly pairs: readonly string[];
  signOf(cell: Cell): string | undefined;
} {
  const lines = (GRID.exec(readFileSync(PAGE, "utf8"))?.[0] ?? "").split("\n");
  const kinds = lines.flatMap((line) => /^[ \d]\d (.+)/.exec(line)?.[1] ?? []);
  const rows = new Map(
    lines
      .filter((line) => line.includes(" → "))
      .map((line) => line.split(/ {2,}/))
      .map(([name = "", ...signs]) => [name, signs]),
  );
  return {
    kinds,
    pairs: [...rows.keys()],
    signOf: (cell) => rows.get(nameOf(cell))?.[kinds.indexOf(cell.kind.name)],
  };
}
