import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const COMMAND = join(import.meta.dirname, "../run.ts");

/** What the command prints of one part, in its short form. In a process of its own, where nothing is compiled for tests. */
function printed(part: string): Promise<string> {
  const flags = ["-C", "@understudy/source", "--disable-warning=ExperimentalWarning"];
  const args = [...flags, COMMAND, "--short", "--only", part, "--runs", "2", "--seed", "1"];
  return new Promise((resolve) => execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr)));
}

test.each([
  ["attacks come to what they have to come to, and no canary is where it should not be", "table", /^\| log forging/m],
  ["no regular expression costs more with the square of its input", "regexes", /^[56]\d\d regular expressions/m],
  ["everything public takes what nobody should give it, or refuses it in our own words", "fuzz", /^2\d\d functions/m],
])("in its short form the security proof shows that %s", { timeout: 60_000 }, async (_, part, done) => {
  const text = await printed(part);

  const [skipped] = /^SKIPPED.*/m.exec(text) ?? [];
  if (skipped !== undefined) process.stderr.write(`\n${skipped}\n`);
  expect(text).toMatch(done);
  expect(text.slice(text.search(/^\d+ faults/m))).toBe("0 faults\n");
});
