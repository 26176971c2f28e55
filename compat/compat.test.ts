import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { installed } from "./managers/application.ts";
import { PAGE, tableOf, type Tried } from "./page.ts";
import { fits, lowestOf, released, wishes } from "./ranges.ts";
import { outcomeOf } from "./row.ts";
import { subjects } from "./subjects.ts";

describe("a range", () => {
  test.each([
    ["^7.57.0", "7.57.0", ["7.57.0", "7.99.1"], ["7.56.9", "8.0.0"]],
    ["^0.24.1", "0.24.1", ["0.24.1", "0.24.9"], ["0.24.0", "0.25.0", "1.0.0"]],
    ["^0.0.3", "0.0.3", ["0.0.3"], ["0.0.4", "0.1.0"]],
    [">=5", "5.0.0", ["5.0.0", "6.3.1", "12.0.0"], ["4.9.9"]],
    ["^10.2.0 || ^11.0.0", "10.2.0", ["10.2.0", "11.3.4"], ["10.1.0", "12.0.0"]],
  ])("%s begins at %s and takes what npm would", (range, lowest, taken, refused) => {
    expect(lowestOf(range)).toBe(lowest);
    expect(taken.filter((version) => !fits(version, range))).toEqual([]);
    expect(refused.filter((version) => fits(version, range))).toEqual([]);
  });

  test("of a form that is not read is refused rather than misread", () => {
    expect(() => lowestOf("~1.2.3")).toThrow("~1.2.3 is a range of a form that is not read here");
  });
});

test("versions are sorted by their numbers, without those before a release", () => {
  expect(released(["2.0.0", "10.0.0", "9.9.9", "11.0.0-rc.1"])).toEqual(["2.0.0", "9.9.9", "10.0.0"]);
});

describe("an outcome", () => {
  test("is unknown where a package could not be had, and a failure where it does not fit", () => {
    const gone = Object.assign(new Error("Command failed"), { stderr: "npm error code ETARGET\nnpm error notarget" });
    const refused = Object.assign(new Error("Command failed"), { stderr: "npm error code ERESOLVE\n" });

    expect(outcomeOf(gone)).toEqual({ type: "unknown", why: "ETARGET" });
    expect(outcomeOf(refused)).toEqual({ type: "fails", how: "npm error code ERESOLVE" });
    expect(outcomeOf(new TypeError("program.ts(1,1): error TS2322"))).toMatchObject({ type: "fails" });
  });

  test("stands in the table as what it was", () => {
    const row = { group: "packages", name: "openai" } as const;
    const tried: readonly Tried[] = [
      { ...row, version: "7.57.0", place: "lowest", outcome: { type: "ok", note: "with a note" } },
      { ...row, version: "7.59.0", place: "newest", outcome: { type: "unknown", why: "ETARGET" } },
      { ...row, version: "8.0.0", place: "beyond", outcome: { type: "fails", how: "TypeError" } },
    ];

    expect(tableOf(tried).split("\n").at(-1)).toBe(
      "| `openai` | 7.57.0 ok, with a note | 7.59.0 unknown | 8.0.0 fails |",
    );
  });
});

describe("what is tried", () => {
  test("is every dependency and peer of a published package, and stands on the page with its lowest version", () => {
    const page = readFileSync(PAGE, "utf8");
    const all = subjects();

    expect(wishes().length).toBeGreaterThan(9);
    const missing = all.filter(({ name, range }) => !hasRow(page, name, lowestOf(range)));
    expect(missing.map(({ name, range }) => `${name} ${range}`)).toEqual([]);
  });

  test("by package managers is what the READMEs say to install", () => {
    expect(installed()).toEqual(
      expect.arrayContaining(["@opentelemetry/api", "@understudy/core", "@understudy/cli", "ai", "redis"]),
    );
  });
});

function hasRow(page: string, name: string, lowest: string): boolean {
  return page.split("\n").some((line) => line.startsWith(`| \`${name}\` `) && line.includes(` ${lowest} ok`));
}
