import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Everything of Node that an import loads, as Node itself lists it. */
function loadedBy(file: string): readonly string[] {
  const url = pathToFileURL(join(import.meta.dirname, file)).href;
  const script = `await import(${JSON.stringify(url)}); console.log(JSON.stringify(process.moduleLoadList));`;
  const args = [
    "--disable-warning=ExperimentalWarning",
    "-C",
    "@understudy/source",
    "--input-type=module",
    "-e",
    script,
  ];
  const list: readonly string[] = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  return list;
}

test("importing what adapters are made of does not load fetch, which costs more than all the rest", () => {
  const loaded = loadedBy("index.ts");

  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter((name) => name.includes("undici"))).toEqual([]);
});
