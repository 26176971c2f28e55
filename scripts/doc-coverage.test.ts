import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { entryMembers } from "./docs/member-docs.ts";
import { publicEntries } from "./docs/public-entries.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the documentation of what can be imported", () => {
  test.each(publicEntries())("every member in $name has a doc comment", ({ file }) => {
    const bare = entryMembers(file).filter(({ isDocumented }) => !isDocumented);

    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  test("is read from exported types and what they are made of, and from nothing else", () => {
    const entry = write("entry.ts", [
      'export { Made } from "./made.ts";',
      'export type { Named } from "./named.ts";',
      "interface Hidden { readonly h: 1 }",
    ]);
    write("made.ts", [
      'import type { Setup } from "./named.ts";',
      "export class Made {",
      "  /** Documented. */",
      "  readonly a: string;",
      "  // Not documented.",
      "  b(): void {}",
      "  #c = 1;",
      "  constructor(setup: Setup) {}",
      "}",
    ]);
    write("named.ts", [
      "export interface Setup { readonly d: { readonly e: 1 } }",
      "export class Named {",
      "  constructor(unseen: Unseen) {}",
      "}",
      "interface Unseen { readonly u: 1 }",
    ]);

    expect(found(entry)).toEqual(["Made.a: true", "Made.b: false", "Setup.d: false", "Setup.d.e: false"]);
  });

  test("is complete where a union says a name once, an object says what it is, and an interface is implemented", () => {
    const entry = write("rules.ts", [
      "export type Union =",
      "  /** The first. */",
      '  | { readonly type: "first"; /** Said once. */ readonly id: string }',
      '  | { readonly type: "second"; readonly id: string };',
      "/** Named. */",
      'export interface Named { readonly type: "named" }',
      "export interface Base {",
      "  /** Said here. */",
      "  run(): void;",
      "}",
      "export class Child implements Base {",
      "  run(): void {}",
      "}",
    ]);

    expect(found(entry)).toEqual([
      "Union.type: true",
      "Union.id: true",
      "Union.type: false",
      "Union.id: true",
      "Named.type: true",
      "Base.run: true",
    ]);
  });
});

function found(entry: string): readonly string[] {
  return entryMembers(entry).map(({ name, isDocumented }) => `${name}: ${isDocumented}`);
}

function write(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.join("\n"));
  return file;
}
