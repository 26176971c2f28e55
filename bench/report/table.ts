import type { Section } from "./section.ts";

function headings(section: Section): readonly string[] {
  return [...new Set(section.rows.flatMap((row) => Object.keys(row)))];
}

function isNumeric(section: Section, heading: string): boolean {
  return section.rows.every((row) => typeof (row[heading] ?? 0) === "number");
}

/** A table for the terminal that is also Markdown; numbers stand at the right. */
function formatTable(section: Section): string {
  const columns = headings(section);
  const cells = section.rows.map((row) => columns.map((heading) => String(row[heading] ?? "")));
  const widths = columns.map((heading, index) =>
    Math.max(3, heading.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const numeric = columns.map((heading) => isNumeric(section, heading));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (numeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, index) => (numeric[index] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(columns), line(rule), ...cells.map(line)].join("\n");
}

export function formatSection(section: Section): string {
  const notes = section.notes.map((note) => `- ${note}`).join("\n");
  return [`### ${section.title}`, formatTable(section), notes].filter((part) => part !== "").join("\n\n");
}
