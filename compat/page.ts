import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Group, Outcome, Row } from "./row.ts";

/** A row, and how it went. */
export interface Tried extends Omit<Row, "try"> {
  readonly group: Group["name"];
  readonly outcome: Outcome;
}

export const PAGE: string = join(import.meta.dirname, "../docs/compatibility.md");

/** Writes the tables of groups into the page, each from all of its rows. */
export function writePage(groups: readonly (readonly [name: Group["name"], rows: readonly Tried[]])[]): void {
  let page = readFileSync(PAGE, "utf8");
  for (const [group, rows] of groups) {
    const place = new RegExp(`(<!-- ${group}: written by pnpm compat --write -->\n\n)[\\s\\S]*?(<!-- /${group} -->)`);
    if (!place.test(page)) throw new Error(`compatibility.md has lost the comments around its table of ${group}.`);
    const table = tableOf(rows);
    page = page.replace(place, (_, begin: string, end: string) => `${begin}${table}\n\n${end}`);
  }
  writeFileSync(PAGE, page);
}

/** One line for each name, one column for each place that something stands in. */
export function tableOf(tried: readonly Tried[]): string {
  const places = (["lowest", "newest", "beyond"] as const).filter((place) => tried.some((row) => row.place === place));
  const titles = { lowest: "Lowest", newest: "Newest", beyond: "Newer than we take" };
  const names = [...new Set(tried.map(({ name }) => name))];
  const lines = names.map((name) => [
    `\`${name}\``,
    ...places.map((place) => {
      const rows = tried.filter((row) => row.name === name);
      const cell = rows.filter((row) => row.place === place).map(cellOf);
      return cell.length === 0 && place === "newest" ? "the same" : cell.join(", ");
    }),
  ]);
  const head = ["", ...places.map((place) => titles[place])];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cellOf({ version, outcome }: Tried): string {
  if (outcome.type === "ok") return outcome.note === undefined ? `${version} ok` : `${version} ok, ${outcome.note}`;
  return outcome.type === "unknown" ? `${version} unknown` : `${version} fails`;
}
