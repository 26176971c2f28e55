import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ENGINES, runsSources } from "./server.ts";

/** Short forms of `pnpm leases`. How long nobody got a lease is left to the long ones: here others use the machine too. */
describe.skipIf(!runsSources).each(ENGINES.slice(0, 1))("no two leases of %s are valid at once", (engine) => {
  const run = async (...args: readonly string[]): Promise<string> => {
    const program = fileURLToPath(new URL("../check/leases.ts", import.meta.url));
    const options = ["-C", "@understudy/source", program, "--engine", engine, "--processes", "3", ...args];
    const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
    return text(child.stdout);
  };

  test("while it stands still now and then, and a bug that is built in is found", async () => {
    const [good, spoilt] = await Promise.all([
      run("--fault", "stop-server", "--episodes", "2"),
      run("--bug", "lease-ignored", "--episodes", "3"),
    ]);

    expect(good).toContain(" 0 overlap");
    expect(spoilt).not.toContain(" 0 overlap");
    // Six processes start, on a machine that has other things to do.
  }, 60_000);
});
