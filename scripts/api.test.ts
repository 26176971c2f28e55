import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { apiListings } from "./api/listings.ts";
import { parseDeclarations } from "./api/declarations.ts";

describe("the listing of what can be imported", () => {
  test("is current in every package; `pnpm api` writes it", async () => {
    for (const { path, text } of await apiListings()) {
      const current = existsSync(path) ? readFileSync(path, "utf8") : "";

      expect(current, `packages/${basename(dirname(path))}/api.txt`).toBe(text);
    }
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
});
