import { seededRandom } from "@understudy/testing/rehearse";
import { describe, expect, test } from "vitest";
import type { Cell } from "./cell.ts";
import { expectedOf } from "./expected.ts";
import { cellsOf, playAll } from "./play-all.ts";
import { localStage } from "./server.ts";
import { differencesOf } from "./verdict.ts";

const SEED = 1;
const SAMPLE = 40;
const AT_A_TIME = 24;
const LIMIT_MS = 60_000;

/** What is long is read in the same way in every form but one, and takes the most time of all. */
function isLongAgain({ fault, form }: Cell): boolean {
  return fault === "line.long" && (form === "generate" || form === "last");
}

/** What is not as specified, one line for each cell. */
async function played(cells: readonly Cell[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  let count = 0;
  await playAll(cells, localStage, AT_A_TIME, (cell, finding) => {
    count += 1;
    const { name, transport } = cell.column;
    for (const { text } of differencesOf(cell, finding))
      wrong.push(`${cell.fault}, ${name}/${transport}, ${cell.form}: ${text}`);
  });
  expect(count).toBe(cells.length);
  return wrong;
}

describe("every fault on a raw socket becomes what the table of failures says", () => {
  test(
    "at one vendor over the built-in fetch, all of them",
    async () => {
      const cells = cellsOf({ wires: ["deepseek"], transports: ["fetch"] });
      expect(await played(cells.filter((cell) => !isLongAgain(cell)))).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    `at any vendor over any transport, a sample (seed ${SEED})`,
    async () => {
      const random = seededRandom(SEED);
      const cells = cellsOf({}).filter(({ fault }) => fault !== "line.long");
      const sample = Array.from({ length: SAMPLE }, () => cells[Math.floor(random() * cells.length)]);
      expect(await played(sample.filter((cell) => cell !== undefined))).toEqual([]);
    },
    LIMIT_MS,
  );
});

test("something is expected of every fault at every way to a vendor", () => {
  const cells = cellsOf({});
  const open = cells.filter(({ fault, column, form }) => expectedOf(fault, column, form, "node").is.length === 0);

  expect(open).toEqual([]);
  expect(cells.length).toBeGreaterThan(7_000);
});
