import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ended, run, started } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-odd-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "folder.mjs"));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const target =
  "{ vendor: 'v', model: 'm', endpoint: 'e', scopes: {}, problems: [], capabilities: {}, plan() {}, stream() {} }";

describe("an odd chain file", () => {
  test.each([
    ["throws", "// A chain.\nthrow new Error('boom');", /cannot be loaded: Error: boom \(line 2\)$/],
    ["throws nothing", "throw undefined;", /cannot be loaded: undefined$/],
    ["imports what is not there", "import 'nope';", /cannot be loaded: Error: Cannot find package 'nope'/],
    ["exports nothing", "export const chain = [];", /holds no chain: export default an array of tiers/],
    ["has options that are none", "export default { tiers: [], options: null };", /holds no chain/],
    [
      "wants arguments",
      "export default (settings) => settings.tiers;",
      /its default export failed: TypeError: .* \(line 1\); it is called without arguments$/,
    ],
    ["exports a class", "export default class {}", /its default export failed: TypeError: Class constructor/],
  ])("that %s is refused in one sentence", async (name, text, told) => {
    const ran = await run(["doctor", file(`${name.replaceAll(" ", "-")}.mjs`, text), "--offline"]);

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr.trim()).toMatch(told);
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("that is a folder is named as one", async () => {
    const ran = await run(["doctor", join(folder, "folder.mjs")]);

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("is a folder: give the chain file in it.");
  });

  test.each([
    ["a function", "[() => 3]", /tier 1 has no target, but a function \(call it with a model\)/],
    ["nothing", "[null]", /tier 1 has no target: give what an adapter's factory returns/],
    ["no tiers", "[]", /a chain needs at least one tier/],
  ])("that has %s in place of a target fails its check", async (name, tiers, told) => {
    const ran = await run(["doctor", file(`${name.replace(" ", "-")}.mjs`, `export default ${tiers};`), "--offline"]);

    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(told);
  });

  test("with thirty tiers is read as a whole, with what is mended in the same way said once", async () => {
    const tiers = `Array.from({ length: 30 }, (_, index) => ({ name: "tier " + index, target: { ...${target}, vendor: "v" + index, endpoint: "e" + index, scopes: { key: "k" + index, quota: "k" + index } } }))`;
    const ran = await run(["doctor", file("thirty.mjs", `export default ${tiers};`), "--offline"]);

    expect(ran.stdout).toContain("30 tiers, 30 targets");
    expect(ran.stdout.match(/! tier tier \d+ \(v\d+\/m\) is not known to its adapter/g)).toHaveLength(30);
    expect(ran.stdout.match(/compare its spelling/g)).toHaveLength(1);
  });

  test("that never finishes loading is given up as soon as nothing can come any more", async () => {
    const path = file("never.mjs", "await new Promise(() => {}); export default [];");
    const ran = await ended(started(["doctor", path, "--offline"]));

    expect(ran).toEqual({
      code: 2,
      stdout: "",
      stderr: `${path} does not finish loading: it awaits something that never comes.\n`,
    });
  });

  test("whose leftovers fail later ends the program in one sentence, without its keys", async () => {
    const late = `setTimeout(() => { throw new Error("late " + process.env.MY_KEY); }, 1); export default new Promise((resolve) => setTimeout(resolve, 10_000));`;
    const ran = await ended(started(["doctor", file("late.mjs", late)], { MY_KEY: "canary-0123" }));

    expect(ran).toEqual({ code: 2, stdout: "", stderr: "understudy failed: late [redacted]\n" });
  });
});

test("whoever has seen enough, as `head` has, hears of no error", async () => {
  const child = started(["models", "--json"]);
  const end = ended(child);
  child.stdout.destroy();

  expect(await end).toMatchObject({ code: 0, stderr: "" });
});
