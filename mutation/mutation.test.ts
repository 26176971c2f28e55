import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { choose } from "./choose.ts";
import { EXPLANATIONS, WHYS } from "./explained.ts";
import type { Mutant } from "./instrument.ts";
import { filesInScope, FOLDERS, folderOf, isProse, ROOT } from "./scope.ts";

describe("what is mutated", () => {
  test("is in every folder that has a line in the table, and in no test", () => {
    const files = filesInScope();

    expect(new Set(files.map(folderOf))).toEqual(new Set(FOLDERS));
    expect(files.filter((file) => file.endsWith(".test.ts"))).toEqual([]);
  });

  test.each(["engine", "handoff", "adapter/reading"])("has a line for each folder below %s", (folder) => {
    const below = FOLDERS.filter((one) => one.startsWith(`packages/core/src/${folder}`));
    const there = globSync("**/*.ts", { cwd: join(ROOT, "packages/core/src", folder) }).map((file) =>
      folderOf(`packages/core/src/${folder}/${file}`),
    );

    expect(new Set(there)).toEqual(new Set(below));
  });

  test.each([
    ["no whole frame came", true],
    ["` must return a text, at once.", true],
    ["half-open", false],
    [" ", false],
    ["key ", false],
    ["```json", false],
  ])("is not what only people read: %j", (text, expected) => {
    expect(isProse(text)).toBe(expected);
  });
});

test("the same seed chooses the same mutants, in the order of the sources", () => {
  const mutants = Array.from({ length: 1_000 }, (_, id): Mutant => {
    const file = id < 500 ? "a/one.ts" : "b/two.ts";
    return { id, file, line: 1, column: 1, kind: "", text: "", place: 1, from: "", to: "" };
  });
  const ids = (seed: number, files?: string) => choose(mutants, { sample: 20, seed, files }).map(({ id }) => id);

  expect(ids(1)).toHaveLength(20);
  expect(ids(1)).toEqual(ids(1).toSorted((one, other) => one - other));
  expect(ids(1)).toEqual(ids(1));
  expect(ids(1)).not.toEqual(ids(2));
  expect(ids(1, "b/**").every((id) => id >= 500)).toBe(true);
});

test.each(Object.entries(WHYS))("the page has the kind %s", (kind, why) => {
  expect(readFileSync(join(import.meta.dirname, "README.md"), "utf8").replaceAll(/\s+/g, " ")).toContain(
    `- \`${kind}\`: ${why}`,
  );
});

test.each(EXPLANATIONS)("what is explained in $file stands there: $line", ({ file, line, place = 1, from }) => {
  const source = readFileSync(join(ROOT, "packages/core/src", file), "utf8");

  expect(source.split("\n").filter((one) => one.trim() === line).length).toBeGreaterThanOrEqual(place);
  expect(source.replaceAll(/\s+/g, " ")).toContain(from);
});
