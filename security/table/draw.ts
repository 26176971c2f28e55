import type { Cell, Column } from "./play.ts";
import type { Row } from "./case.ts";

const COLUMNS: Readonly<Record<Column, string>> = {
  fetch: "fetch",
  node: "node",
  sdk: "own SDK",
  client: "your client",
  errors: "errors",
  events: "events, traces",
  response: "responses",
  "ai-sdk": "AI SDK",
  telemetry: "spans, metrics",
  live: "live page",
  reports: "reports",
  redis: "Redis",
  kept: "pins, kept answers",
};

/** How many attacks were played in each cell, and how many of them went wrong. Empty: there is nothing to see. */
export function drawTable(rows: readonly Row[], cells: readonly Cell[]): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names of the table
  const columns = Object.keys(COLUMNS) as Column[];
  const of = (row: string, column: Column): string => {
    const cell = cells.find((one) => one.row === row && one.column === column);
    if (cell === undefined) return "";
    return cell.faults.length === 0 ? String(cell.played) : `${cell.played}, **${cell.faults.length} wrong**`;
  };
  const lines = [
    ["", ...columns.map((column) => COLUMNS[column])],
    ["---", ...columns.map(() => "---")],
  ];
  for (const { name } of rows) lines.push([name, ...columns.map((column) => of(name, column))]);
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
