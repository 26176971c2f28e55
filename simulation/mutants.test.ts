import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATALOGUE, countMatches } from "./mutants/catalogue.ts";

const SOURCE = new URL("../packages/core/src/", import.meta.url);

test("the catalogue holds at least forty bugs of different names", () => {
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  expect(CATALOGUE.length).toBeGreaterThanOrEqual(40);
});

test.each(CATALOGUE)("the patch of $name applies to $file exactly once", (mutant) => {
  expect(countMatches(readFileSync(new URL(mutant.file, SOURCE), "utf8"), mutant)).toBe(1);
});
