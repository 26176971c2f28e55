import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAnthropic, startOpenAI, type Vendor } from "@understudy/testing";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { ended, started } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-interrupted-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** Never loaded, and says when it has begun to be. */
const slow = join(folder, "slow.mjs");
writeFileSync(slow, `setInterval(() => {}, 1_000); console.error("begun"); await new Promise(() => {});`);
/** Loaded, and never done with its outages. */
const long = join(folder, "long.mjs");
const target = "vendor: 'v', model: 'm', endpoint: 'e', scopes: {}, problems: [], capabilities: {}, stream() {}";
writeFileSync(
  long,
  `console.error("begun"); export default [{ ${target}, plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }) }];`,
);

describe("Ctrl-C", () => {
  let vendors: readonly [Vendor, Vendor];

  beforeEach(async () => {
    vendors = await Promise.all([startAnthropic(), startOpenAI()]);
    for (const vendor of vendors) vendor.script([{ fault: { type: "hang" } }]);
  });

  afterEach(async () => {
    await Promise.all(vendors.map((vendor) => vendor.close()));
  });

  test.each([
    ["doctor", ["doctor", "two-vendors.ts"]],
    ["drill --live", ["drill", "two-vendors.ts", "--live", "--yes", "--out", join(folder, "x.html")]],
  ])("ends %s with 130 while vendors are asked, closes its sockets, and shows no stack", async (_name, args) => {
    const child = started(args, { CLAUDE: vendors[0].url, GPT: vendors[1].url });
    const end = ended(child);
    const asked = await vendors[0].arrived(0);
    child.kill("SIGINT");
    const ran = await end;
    await asked.closed;

    expect(ran).toMatchObject({ code: 130, stdout: "" });
    expect(ran.stderr).not.toMatch(/    at |Error/);
    expect(asked.closedByClient).toBe(true);
    expect(vendors.map(({ connections }) => connections.open)).toEqual([0, 0]);
  });

  test.each([
    ["doctor", ["doctor", slow]],
    ["drill", ["drill", long, "--for", "4000", "--out", join(folder, "y.html")]],
    ["models", ["models", slow]],
  ])("ends %s with 130, and a second one is as quiet", async (_name, args) => {
    const child = started(args);
    const end = ended(child);
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    child.kill("SIGINT");

    expect(await end).toEqual({ code: 130, stdout: "", stderr: "begun\n" });
  });

  test("ends a trace that waits for its input with 130", async () => {
    // It says nothing of itself before it reads.
    const begun = `process.on("newListener", (name) => name === "SIGINT" && console.error("begun"))`;
    const child = started(["trace", "-"], {}, ["--import", `data:text/javascript,${encodeURIComponent(begun)}`]);
    const end = ended(child);
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");

    expect(await end).toEqual({ code: 130, stdout: "", stderr: "begun\n" });
  });
});
