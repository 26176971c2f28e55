import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rulesTable } from "./rules-table.ts";

const DOCS = join(import.meta.dirname, "../../docs");

/** A part of a page that is written by `pnpm write-docs`, between two comments with its name. */
interface Part {
  readonly page: string;
  readonly name: string;
  readonly text: () => string;
}

const PARTS: readonly Part[] = [{ page: "errors.md", name: "rules", text: rulesTable }];

/** The pages that hold generated parts, as they should be. */
export function generatedPages(): readonly {
  readonly path: string;
  readonly current: string;
  readonly wanted: string;
}[] {
  return [...new Set(PARTS.map(({ page }) => page))].map((page) => {
    const path = join(DOCS, page);
    const current = readFileSync(path, "utf8");
    const parts = PARTS.filter((part) => part.page === page);
    return { path, current, wanted: parts.reduce((text, part) => replacePart(text, part), current) };
  });
}

function replacePart(page: string, part: Part): string {
  const begin = `<!-- ${part.name}: written by pnpm write-docs -->`;
  const end = `<!-- /${part.name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${part.page} needs the comments ${begin} and ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${part.text()}\n\n${page.slice(to)}`;
}
