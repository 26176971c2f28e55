import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { apiListings } from "./api/listings.ts";
import { parseDeclarations } from "./api/declarations.ts";

const PACKAGES = join(import.meta.dirname, "../packages");
const EXPORTED = /^export (?:declare )?(?:interface|type|const|class|function) (\w+)/gm;

describe("the listing of what can be imported", () => {
  test("is current in every package; `pnpm api` writes it", async () => {
    for (const { path, text } of await apiListings()) {
      const current = existsSync(path) ? readFileSync(path, "utf8") : "";

      expect(current, `packages/${basename(dirname(path))}/api.txt`).toBe(text);
    }
  });

  test("has no name in two packages: who reads a name knows whose it is", () => {
    const packages = new Map<string, Set<string>>();
    for (const owner of readdirSync(PACKAGES)) {
      for (const [, name = ""] of readFileSync(join(PACKAGES, owner, "api.txt"), "utf8").matchAll(EXPORTED)) {
        packages.set(name, (packages.get(name) ?? new Set()).add(owner));
      }
    }

    expect(packages.size).toBeGreaterThan(200);
    // What every adapter has to have under this name: one who reads `@understudy/openai/models` knows whose they are.
    packages.delete("models");
    expect([...packages].filter(([, owners]) => owners.size > 1)).toEqual([]);
  });

  test("is read from declarations whatever braces, strings and comments they hold", () => {
    const source = [
      'import type { A, B as C } from "./a.ts";',
      'export { d, type E } from "./d.ts";',
      'export type * from "./f.ts";',
      "/** A comment; with { braces */",
      "export interface G {",
      '    readonly "}": string; // and another {',
      "    h(): { i: number };",
      "}",
      'export type J = "{" | "\\"";',
      "export {};",
    ].join("\n");

    expect(parseDeclarations(source)).toEqual([
      {
        type: "import",
        from: "./a.ts",
        names: [
          { original: "A", name: "A" },
          { original: "B", name: "C" },
        ],
      },
      {
        type: "export",
        from: "./d.ts",
        isType: false,
        names: [
          { original: "d", name: "d" },
          { original: "E", name: "E" },
        ],
      },
      { type: "export-all", from: "./f.ts" },
      {
        type: "declaration",
        name: "G",
        text: 'export interface G {\n    readonly "}": string; \n    h(): { i: number };\n}',
      },
      { type: "declaration", name: "J", text: 'export type J = "{" | "\\"";' },
    ]);
  });

  test("does not show where comments stood in a union", () => {
    const source =
      "export type A = \n/** One. */\n{\n    b: 1;\n}\n/** Two. */\n | C\n/** Three. */\n | ({\n    d: 2;\n} & E);";

    expect(parseDeclarations(source)).toEqual([
      { type: "declaration", name: "A", text: "export type A = {\n    b: 1;\n} | C | ({\n    d: 2;\n} & E);" },
    ]);
  });
});
