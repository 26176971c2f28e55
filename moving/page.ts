import { readFileSync } from "node:fs";
import { join } from "node:path";

export const PAGE: string = join(import.meta.dirname, "../docs/moving-over.md");
const SOURCES = /<!-- ((?:theirs|ours)\/[\w-]+\.ts) -->\n\n```(\w+)\n[\s\S]*?```/g;

/** The page with the code that was run, as it stands in its file. */
export function withSources(page: string): string {
  return page.replaceAll(SOURCES, (_, file: string, language: string) => {
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    return `<!-- ${file} -->\n\n\`\`\`${language}\n${source}\`\`\``;
  });
}

/** Files whose code the page shows. */
export function sourcesIn(page: string): readonly string[] {
  return [...page.matchAll(SOURCES)].map(([, file = ""]) => file);
}

const TABLE = /(<!-- table: written by pnpm moving --write -->\n\n)[\s\S]*?(\n*<!-- \/table -->)/;

export function withTable(page: string, table: string): string {
  if (!TABLE.test(page)) throw new Error("moving-over.md has lost the comments around its table.");
  return page.replace(TABLE, (_, begin: string, end: string) => `${begin}${table}\n\n${end.trim()}`);
}

/** The table's cells by row and column. */
export function cellsIn(page: string): readonly (readonly string[])[] {
  const [table = ""] = TABLE.exec(page) ?? [];
  const lines = table.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
