import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { OURS, THEIRS } from "./arrangements.ts";
import { ROWS } from "./faults.ts";
import { cellsIn, PAGE, sourcesIn, withSources } from "./page.ts";
import { quiet } from "./quiet.ts";
import { columnsOf } from "./table.ts";
import { cellOf, withoutTime } from "./words.ts";

const page = readFileSync(PAGE, "utf8");
const [titles = [], ...cells] = cellsIn(page);
/** Clocks of ten seconds end the others: `pnpm moving` plays them, too. */
const SHORT = ROWS.filter(({ isStall }) => isStall !== true);
/** Those that do not wait before they ask again. */
const QUICK = THEIRS.filter(({ name }) => name === "ai-retry" || name === "LangChain");

beforeAll(quiet);

describe("the table of moving-over.md", () => {
  test("has a row for each of the twelve faults and a column for each way to ask", () => {
    expect(cells.map(([name]) => name)).toEqual(ROWS.map(({ name }) => name));
    expect(titles).toEqual(["A fails with", ...[...THEIRS, ...OURS].map(({ name }) => name)]);
    expect(cells.length).toBe(12);
  });

  test("says what happens when its faults are played", async () => {
    const columns = await columnsOf([...QUICK, ...OURS], SHORT);

    const written = columns.map(({ name }) => [name, ...SHORT.map((row) => withoutTime(cellAt(row.name, name)))]);
    expect(columns.map(({ name, outcomes }) => [name, ...outcomes.map(cellOf).map(withoutTime)])).toEqual(written);
  });

  test("has no cell of ours in which an answer is cut, glued or missing", () => {
    const ours = OURS.flatMap(({ name }) => ROWS.map((row) => withoutTime(cellAt(row.name, name))));

    expect(ours.filter((cell) => cell !== "B (1+1)" && cell !== "half, then B in its place (1+1)")).toEqual([]);
  });
});

test("The code on moving-over.md is the code that is played; `pnpm moving --write` writes it", () => {
  const files = ["theirs", "ours"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).map((name) => `${folder}/${name}`),
  );

  expect(sourcesIn(page).toSorted()).toEqual(files.toSorted());
  expect(withSources(page)).toBe(page);
});

function cellAt(row: string, column: string): string {
  return cells.find(([name]) => name === row)?.[titles.indexOf(column)] ?? "no such cell";
}
