import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import {
  startAnthropic,
  startDeepSeek,
  startOpenAI,
  type RequestRecord,
  type ScriptedAnswer,
  type Vendor,
} from "@understudy/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./run.ts";

/** Answers what the doctor asks: with a call where it has to, else with JSON, which is text as well. */
function obedient({ text }: RequestRecord): ScriptedAnswer {
  return /"name":"report","description"/.test(text)
    ? { toolCalls: [{ name: "report", input: { ok: true } }] }
    : { text: '{"ok": true}' };
}

const NAMES = ["CLAUDE", "GPT", "FLASH", "GPT_KEY", "VERTEX"];
const CANARY = "sk-canary-0123456789abcdef";

describe("understudy doctor", () => {
  let vendors: readonly [Vendor, Vendor, Vendor];

  beforeEach(async () => {
    vendors = await Promise.all([startAnthropic(), startOpenAI({ apiKey: "good" }), startDeepSeek()]);
    for (const vendor of vendors) vendor.answer(obedient);
    const [claude, gpt, flash] = vendors;
    Object.assign(process.env, { CLAUDE: claude.url, GPT: gpt.url, FLASH: flash.url, GPT_KEY: CANARY });
  });

  afterEach(async () => {
    await Promise.all(vendors.map((vendor) => vendor.close()));
    for (const name of NAMES) delete process.env[name];
  });

  test("asks each target by itself: all is well, a refused key, an unknown model, no key", async () => {
    const ran = await run(["doctor", "four-targets.ts"], { env: { GPT_KEY: CANARY } });

    expect(ran.code).toBe(1);
    const lines = ran.stdout.split("\n").filter((line) => /^[✓!✗] \d/.test(line));
    expect(lines).toEqual([
      expect.stringMatching(
        /^✓ 1 anthropic\/claude-sonnet-5-5 +streams \d\.\d s · tool.* · JSON +served by claude-sonnet-5-5/,
      ),
      expect.stringMatching(/^✗ 2 openai\/gpt-6\.1-terra +streams auth\.invalid 401: .*Renew the key of target 2\./),
      expect.stringMatching(/^✗ 3 deepseek\/no-such-model +streams model\.not-found \d+: .*Correct the model's id/),
      expect.stringMatching(/^✗ 4 openai\/gpt-6-luna +.*no API key/),
    ]);
    expect(vendors.map(({ requests }) => requests.length)).toEqual([3, 1, 1]);
    expect(ran.stdout).toContain("3 failed, ");
    expect(ran.stdout).toContain("5 requests");
    expect(ran.stdout + ran.stderr).not.toContain("canary");
  });

  test("needs no key of targets in projects, and says when a token cannot be had", async () => {
    await using vertex = await startAnthropic({ vertex: true });
    vertex.answer(obedient);
    process.env["VERTEX"] = vertex.url;

    const ran = await run(["doctor", "in-projects.ts", "--quick"]);
    const known = await run(["models", "in-projects.ts"]);

    expect(ran.stdout).not.toContain("no API key");
    expect(ran.stdout).toMatch(/^✓ 1 anthropic\/claude-haiku-4-5@20251001 /m);
    expect(ran.stdout).toMatch(
      /^✗ 2 .*`vertex\.accessToken` failed; nothing was sent\. See that target 2 can get its key or token on this machine\./m,
    );
    expect(vertex.requests).toHaveLength(1);
    expect(known.stdout).toMatch(/claude-haiku-4-5@20251001 +200,000 +64,000/);
  });

  test("prints one JSON document that its schema describes, and no key", async () => {
    const ran = await run(["doctor", "four-targets.ts", "--json", "--quick"]);
    const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, "../src/schemas/doctor.json"), "utf8"));
    const ajv = new Ajv({ strict: true });
    const document: { readonly targets: readonly { readonly status: string; readonly checks: readonly unknown[] }[] } =
      JSON.parse(ran.stdout);

    ajv.validate(schema, document);
    expect(ajv.errors).toBeNull();
    expect(document.targets.map(({ status, checks }) => [status, checks.length])).toEqual([
      ["ok", 1],
      ["failed", 1],
      ["failed", 1],
      ["failed", 0],
    ]);
    expect(ran.stdout).not.toContain("canary");
  });

  test("says that a target that limits requests lives", async () => {
    vendors[0].script([{ fault: { type: "error", error: "rate-limited" } }]);

    const ran = await run(["doctor", "four-targets.ts", "--tier", "anthropic/claude-sonnet-5-5", "--quick"]);

    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/! 1 anthropic\/claude-sonnet-5-5 +streams: it limits requests now: it lives/);
  });

  test("asks nobody offline, and warnings fail only when they are to", async () => {
    const [plain, strict] = [
      await run(["doctor", "well.ts", "--offline"]),
      await run(["doctor", "well.ts", "--offline", "--strict"]),
    ];

    expect([plain.code, strict.code]).toEqual([0, 1]);
    expect(vendors.flatMap(({ requests }) => requests)).toEqual([]);
  });

  test.each([
    [
      "one-vendor.ts",
      /! every tier is of openai: an outage there leaves no one to answer\n +add a tier of another vendor/,
    ],
    ["minute.ts", /! if every tier is silent, a caller waits .*\n +lower `timeoutMs` and `silentReasoningMs`/],
    [
      "no-tools.ts",
      /! tier deepseek\/deepseek-flash cannot take this request \(tools\): it is passed over\n +give a tier/,
    ],
  ])("sees what is wrong with %s, and says what to change", async (file, told) => {
    expect((await run(["doctor", file, "--offline"])).stdout).toMatch(told);
  });

  test.each([
    [["doctor", "four-targets.ts", "--nosuch"], "Unknown option --nosuch."],
    [["doctor", "four-targets.ts", "--offlin"], "Did you mean --offline?"],
    [["doctor", "absent.ts"], "absent.ts does not exist."],
    [["doctor"], "Give a chain file"],
    [
      ["doctor", "throws.mjs"],
      "throws.mjs cannot be loaded: its default export failed: Error: The configuration is missing.",
    ],
    [["doctor", "no-chain.mjs"], "no-chain.mjs holds no chain: export default an array of tiers"],
    [["doctor", "four-targets.ts", "--tier", "none"], "There is no tier none."],
    [["doctr"], "Unknown command doctr. Did you mean doctor?"],
  ])("refuses %j in one sentence", async (args, message) => {
    const ran = await run(args);

    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
  });
});
