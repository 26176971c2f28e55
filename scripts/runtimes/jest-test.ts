/** The program in the sandbox of Jest, whose globals are not those of Node. */
import { writeFileSync } from "node:fs";
import { run } from "./program.ts";

declare function test(title: string, run: () => Promise<void>, limitMs: number): void;

test("runs", async () => {
  const report = await run(JSON.parse(process.env["UNDERSTUDY_STAGE"] ?? ""));
  writeFileSync(process.env["UNDERSTUDY_REPORT"] ?? "", JSON.stringify(report));
}, 120_000);
