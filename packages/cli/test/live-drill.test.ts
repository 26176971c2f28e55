import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAnthropic, startOpenAI, type Vendor } from "@understudy/testing";
import { Ajv } from "ajv";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "understudy-live-"));
afterAll(() => rmSync(folder, { recursive: true }));
const page = join(folder, "live.html");
const LIVE = ["drill", "two-vendors.ts", "--live", "--faults", "outage", "--strike", "vendor=anthropic", "--out", page];
/** 100 ms, as long before and three times as long after: ten calls, twice. */
const SHORT = [...LIVE, "--for", "0.2", "--every", "50"];
const SHORTEST = [...LIVE, "--for", "0.02", "--every", "10"];

describe("understudy drill --live", () => {
  let vendors: readonly [Vendor, Vendor];

  beforeEach(async () => {
    vendors = await Promise.all([startAnthropic(), startOpenAI()]);
    const usage = { inputTokens: 10, outputTokens: 5 };
    for (const vendor of vendors) vendor.answer({ text: "Because.", usage });
    Object.assign(process.env, { CLAUDE: vendors[0].url, GPT: vendors[1].url });
  });

  afterEach(async () => {
    await Promise.all(vendors.map((vendor) => vendor.close()));
    delete process.env["CLAUDE"];
    delete process.env["GPT"];
  });

  test("asks those that are not struck, those that are only before and after, and says what that took and has cost", async () => {
    const ran = await run([...SHORT, "--yes"]);
    const [claude, gpt] = vendors.map(({ requests }) => requests.length);

    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe(
      "A live drill of two-vendors.ts asks real vendors: about 40 calls, a request or more each, in 2 s or longer.\n",
    );
    // Of twenty calls 50 ms apart four begin in the outage, or some more or less where timers are late: the other vendor answers those.
    expect(gpt).toBeGreaterThanOrEqual(1);
    expect(gpt).toBeLessThanOrEqual(8);
    expect(claude).toBe(40 - (gpt ?? 0));
    expect(ran.stdout).toContain(`openai/gpt-6.1-terra answered ${gpt} of 20 calls`);
    expect(ran.stdout).toMatch(/\n40 requests to vendors, 400 input and 200 output tokens\n$/);
    expect(readFileSync(page, "utf8")).toContain(
      "targets that were not struck answered for real: 40 requests to vendors, 400 input and 200 output tokens.",
    );
  });

  test("says which backup fails although it is not struck", async () => {
    vendors[1].script(Array.from({ length: 25 }, () => ({ fault: { type: "error", error: "bad-key" } })));
    const { stdout } = await run([...LIVE, "--for", "0.05", "--every", "10", "--yes"]);

    expect(stdout).toMatch(
      /✗ anthropic\/claude-sonnet-5-5 down: \d+ of 25 calls failed;.*\n +\d+ calls? failed at tier openai\/gpt-6\.1-terra with auth\.invalid, although nothing struck it: see what `understudy doctor` says of it\n/,
    );
  });

  test("says in JSON what it has cost, and that it may be more where a request ended early", async () => {
    vendors[0].script([{ fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
    const { stdout } = await run([...SHORTEST, "--yes", "--json"]);
    const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, "../src/schemas/drill.json"), "utf8"));
    const ajv = new Ajv({ strict: true, strictRequired: false });
    const document: { readonly asked: object } = JSON.parse(stdout);

    ajv.validate(schema, document);
    expect(ajv.errors).toBeNull();
    expect(document.asked).toMatchObject({ requests: 21, exact: false });
  });

  test("asks nobody without a terminal and without --yes, and says in one sentence what it would take", async () => {
    const ran = await run(SHORTEST);

    expect(ran).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "A live drill of two-vendors.ts asks real vendors: about 20 calls, a request or more each, in 1 s or longer: give --yes to go ahead without a question.\n",
    });
    expect(vendors.flatMap(({ requests }) => requests)).toEqual([]);
  });

  test.each([["n\n"], ["\n"], ["yesterday\n"], [""]])("asks at a terminal, and takes %j for a no", async (typed) => {
    const ran = await run(SHORTEST, { terminal: 80, stdin: typed === "" ? [] : [typed] });

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/ in 1 s or longer\.\nGo ahead\? \[y\/N\] Nobody was asked\.\n$/);
    expect(vendors.flatMap(({ requests }) => requests)).toEqual([]);
  });

  test("goes ahead after a yes at a terminal, with one line of progress there, no wider than it, that is gone at the end", async () => {
    const ran = await run(SHORTEST, { terminal: 20, stdin: ["y\n"] });
    const [, progress = ""] = ran.stderr.split("[y/N] ");
    const lines = progress.split("\r\u001B[K");

    expect(ran.code).toBe(0);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[1]).toBe("rehearsed 0 of 1 sc");
    expect(lines.at(-1)).toBe("");
    expect(progress).not.toContain("\n");
  });
});
