import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CODE = "(?:R\\d+\\.\\d+|[A-Z]{2}-\\d{2})";
/** A code, or something that only looks like one because it stands in no page of the repository. */
const NAMED = new RegExp(`(?<![\\w-])${CODE}(?![\\w.-]*\\w)|§ ?\\d|(?<=["\`])(?:row|invariant) \\d+`, "g");
const FILES = "{packages/*/{src,test},simulation,recordings,hostile,examples,scripts,bench,docs}/**/*.{ts,md}";

interface Row {
  readonly code: string;
  /** What tests it when no title does: `mutant` or `kit`, with a name. */
  readonly guards: readonly (readonly [kind: string, name: string])[];
}

const sources: ReadonlyMap<string, string> = new Map(
  globSync(FILES, { cwd: ROOT, exclude: (path) => path.includes("node_modules") }).map((file) => [
    file,
    readFileSync(join(ROOT, file), "utf8"),
  ]),
);
const rows = [...rowsOf("docs/engine/rules.md"), ...rowsOf("docs/engine/scenarios.md")];
const codes = new Set(rows.map(({ code }) => code));

function rowsOf(page: string): readonly Row[] {
  const items = readFileSync(join(ROOT, page), "utf8").split(/^- (?=\*\*)/m);
  return items.slice(1).map((item) => ({
    code: new RegExp(`^\\*\\*(${CODE})\\*\\*`).exec(item)?.[1] ?? `no code: ${item.slice(0, 40)}`,
    guards: [...item.replaceAll(/\s+/g, " ").matchAll(/(mutant|kit) `([^`]+)`/g)].map(([, kind = "", name = ""]) => [
      kind,
      name,
    ]),
  }));
}

function sourcesOf(folder: string, end: string): readonly string[] {
  return [...sources].flatMap(([file, text]) => (file.startsWith(folder) && file.endsWith(end) ? text : []));
}

/** Codes that begin a string: titles of tests, also those that stand in a table, and what the simulation says is broken. */
function cited(texts: readonly string[]): readonly string[] {
  const strings = new RegExp(`["'\`](${CODE}(?: ${CODE})*)(?=[ "'\`])`, "g");
  return texts.flatMap((text) => [...text.matchAll(strings)].flatMap(([, list = ""]) => list.split(" ")));
}

describe("docs/engine", () => {
  test("gives no code twice", () => {
    const list = rows.map(({ code }) => code);

    expect(list.length).toBeGreaterThan(200);
    expect(list.filter((code, index) => list.indexOf(code) !== index)).toEqual([]);
  });

  test("has a row for every code that the sources name", () => {
    const unknown = [...sources].flatMap(([file, text]) =>
      [...text.matchAll(NAMED)].filter(([code]) => !codes.has(code)).map(([code]) => `${file}: ${code}`),
    );

    expect(unknown).toEqual([]);
  });

  test("has a test, a check of the simulation or a named guard for every row", () => {
    const titled = new Set(cited([...sourcesOf("", ".test.ts"), ...sourcesOf("simulation/oracle/", ".ts")]));

    expect(titled.size).toBeGreaterThan(200);
    expect(rows.filter(({ code, guards }) => !titled.has(code) && guards.length === 0)).toEqual([]);
  });

  test("names only guards that exist", () => {
    const homes: Readonly<Record<string, string>> = {
      mutant: sourcesOf("simulation/mutants/", ".ts").join("\n"),
      kit: sourcesOf("packages/testing/src/conformance/", ".ts").join("\n"),
    };
    const missing = rows.flatMap(({ code, guards }) =>
      guards.filter(([kind, name]) => homes[kind]?.includes(`"${name}"`) !== true).map((guard) => [code, ...guard]),
    );

    expect(missing).toEqual([]);
  });
});
