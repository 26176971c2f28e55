import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("A runtime that lacks what a call needs is refused by createChain, not in the middle of the first call", () => {
  const program = fileURLToPath(new URL("../old-runtime.ts", import.meta.url));
  const flags = ["-C", "@understudy/source", "--no-warnings"];

  expect(execFileSync(process.execPath, [...flags, program], { encoding: "utf8" })).toBe(
    "true UnderstudyError: The chain cannot be built: this runtime is too old: Node 22.12 or later is needed.\n",
  );
});
