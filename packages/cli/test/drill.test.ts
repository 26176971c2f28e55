import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-drill-"));
afterAll(() => rmSync(folder, { recursive: true }));

const out = (name: string): string => join(folder, name);

describe("understudy drill", () => {
  test(
    "draws 70 scenarios in a page of at most 300 KiB that asks nobody for anything",
    { timeout: 60_000 },
    async () => {
      const begin = process.threadCpuUsage();
      const ran = await run(["drill", "three-vendors.ts", "--out", out("a.html")]);
      const spent = process.threadCpuUsage(begin);
      const page = readFileSync(out("a.html"), "utf8");

      expect(ran).toMatchObject({ code: 0, stderr: "" });
      expect(ran.stdout).toContain("70 scenarios, seed 1");
      // 30 of them in 5 s; time of the processor, as others may be busy beside it.
      expect((spent.user + spent.system) / 1e6).toBeLessThan(10);
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(300 * 1_024);
      expect(page.match(/http|<script|src=|url\(|@import/g)).toBeNull();
      const drawings = [...page.matchAll(/<svg class="us-timeline" viewBox="0 0 960[^>]+>/g)].map(String);
      expect(drawings.length).toBeGreaterThan(20);
      expect(drawings.filter((svg) => !/role="img" aria-label=".{40,}"/.test(svg))).toEqual([]);
    },
  );

  test("writes the same bytes for the same seed, and others for another one", async () => {
    const pages = [];
    for (const [seed, name] of [
      ["1", "b.html"],
      ["1", "c.html"],
      ["2", "d.html"],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await run(["drill", "three-vendors.ts", "--faults", "hang,outage", "--seed", seed, "--out", out(name)]);
      pages.push(readFileSync(out(name), "utf8").replaceAll(/seed \d/g, ""));
    }

    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).not.toBe(pages[2]);
  });

  test("exits 1 when users wait longer than the budget, and names the tier and the limit", async () => {
    const ran = await run([
      "drill",
      "three-vendors.ts",
      "--faults",
      "hang",
      "--budget",
      "firstWords=5s",
      "--out",
      out("d.html"),
    ]);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      "over firstWords=5s: anthropic/claude-sonnet-5-5 hanging: 21 users waited up to 15.7 s",
    );
    expect(ran.stderr).toContain("waited 15 s for tier anthropic/claude-sonnet-5-5: lower `timeoutMs` of that tier");
  });

  test.each([
    ["failed=0", 0],
    ["seams=0", 1],
    ["degraded=10%", 1],
    ["degraded=60%", 0],
    ["firstWords=800ms", 1],
    ["firstWords=20m", 2],
    ["sadness=1", 2],
    ["failed=5s", 2],
  ])("knows the budget %s", async (budget, code) => {
    const ran = await run(["drill", "three-vendors.ts", "--faults", "cut", "--budget", budget, "--out", out("e.html")]);

    expect(ran.code).toBe(code);
  });

  test.each([
    [
      "a policy that stops",
      "stops.ts",
      ["--faults", "empty", "--strike", "vendor=openai"],
      "60 of 140 calls failed",
      /policy function ended 60 calls after output\.empty at tier openai/,
    ],
    [
      "tiers of one vendor",
      "one-vendor.ts",
      ["--faults", "outage"],
      "60 of 140 calls failed",
      /every tier is of openai.*add a tier of another vendor/i,
    ],
    [
      "a limit of a minute",
      "minute.ts",
      ["--faults", "hang"],
      "60 users waited up to 60.7 s",
      /waited 60 s for tier openai\/gpt-6\.1-terra: lower `timeoutMs`/,
    ],
    [
      "a backup without tools",
      "no-tools.ts",
      ["--faults", "outage"],
      "calls failed",
      /Tier deepseek\/deepseek-flash was passed over by \d+ calls because it does not take the request \(tools\)/,
    ],
  ])("sees %s, and says what to change", async (_name, file, args, seen, advice) => {
    const ran = await run(["drill", file, ...args, "--budget", "failed=0,firstWords=10s", "--out", out("f.html")]);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(seen);
    expect(ran.stderr).toMatch(advice);
  });

  test("takes lists in several parts, and says beneath each verdict what to change", async () => {
    const args = ["--faults", "hang", "--faults", "outage", "--strike", "vendor=anthropic", "--out", out("h.html")];
    const { stdout } = await run(["drill", "three-vendors.ts", ...args]);

    expect(stdout).toMatch(
      /^! anthropic\/claude-sonnet-5-5 hanging: .*\n +21 calls waited 15 s for tier anthropic\/claude-sonnet-5-5: lower `timeoutMs` of that tier\n✓ anthropic\/claude-sonnet-5-5 down: nobody noticed;.*\n2 scenarios/,
    );
  });

  test(
    "shows what looking ahead would have saved, on the page as in the documentation",
    { timeout: 30_000 },
    async () => {
      const documented = readFileSync(join(import.meta.dirname, "../../../docs/operations.md"), "utf8");
      const [, args = "", expected = ""] = /drill chain\.ts (--ahead .*)\n([^`]+)```/.exec(documented) ?? [];
      const { stdout } = await run(["drill", "three-vendors.ts", ...args.split(" "), "--out", out("i.html")]);
      const page = readFileSync(out("i.html"), "utf8");

      expect(expected).toContain("as it is");
      expect(stdout).toContain(expected);
      expect(page).toContain("<h2>What looking ahead would change</h2>");
      expect([...page.matchAll(/<tr><th scope="row">(?:<code>)?([^<]+)/g)].map(([, change]) => change)).toEqual(
        expect.arrayContaining(["as it is", "hedgeAfterMs: &quot;p95&quot;", "all of these"]),
      );
      expect(page.match(/http|<script|src=|url\(|@import/g)).toBeNull();
    },
  );

  test("refuses a report that cannot be written before it plays anything", async () => {
    const ran = await run(["drill", "three-vendors.ts", "--out", join(folder, "absent", "a.html")], { terminal: 80 });

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^--out: .*a\.html cannot be written\.\n$/);
  });

  test.each([
    [["--faults", "hangs"], "Did you mean hang?"],
    [["--strike", "vendor=nobody"], "The strike matches no target"],
    [["--strike", "claude"], "selects nothing"],
    [["--mode", "whole"], "--mode is stream or generate"],
    [["--seed", "x"], "--seed must be a number"],
    [["--seed", "-1"], "--seed must be a number of at least 0"],
    [["--seed", "1.5"], "--seed must be a whole number"],
    [["--seed", "1", "--seed", "2"], "--seed is given twice"],
    [["--for", "0"], "--for must be a number"],
    [["--for", "1e9"], "at most 5000"],
    [["--budget", "firstWords=abc"], "Budgets look like firstWords=5s"],
    [["--healthy", "first=soon"], "--healthy: first=soon is not understood"],
    [["other.ts"], "Nothing is done with other.ts"],
    [["--live"], "no API key"],
    [["--live", "--ahead"], "--ahead plays everything again and again: leave out --live."],
  ])("refuses %s in one sentence", async (args, message) => {
    const ran = await run(["drill", "three-vendors.ts", ...args, "--out", out("g.html")]);

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toContain("    at ");
  });
});
