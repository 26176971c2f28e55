import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "./numbers.ts";
import { cellsOf } from "./table.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const BEGIN = "<!-- week: written by pnpm week --write -->";
const END = "<!-- /week -->";

/** Brings the picture and the table of the page about operations up to date. */
export function writePage(picture: string, rows: readonly Row[]): void {
  writeFileSync(join(DOCS, "week.svg"), picture);
  const path = join(DOCS, "operations.md");
  const page = readFileSync(path, "utf8");
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`${path} needs the comments ${BEGIN} and ${END}.`);
  writeFileSync(path, `${page.slice(0, from + BEGIN.length)}\n\n${markdown(rows)}\n\n${page.slice(to)}`);
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** As the formatter leaves it. */
function markdown(rows: readonly Row[]): string {
  const table = cellsOf(rows);
  const widths = (table[0] ?? []).map((_, column) => Math.max(3, ...table.map((cells) => cells[column]?.length ?? 0)));
  const padded = table.map((cells) =>
    line(
      cells.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    ),
  );
  const rule = line(widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)));
  return [padded[0], rule, ...padded.slice(1)].join("\n");
}
