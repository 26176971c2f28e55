import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { bundlePackages, type Bundle } from "./snippets/bundle.ts";
import { LIMIT_MS, runNode, runsSources, type Run } from "./snippets/run.ts";
import { isLong } from "../scripts/long.ts";

const FOLDER = import.meta.dirname;

vi.setConfig({ testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS });

/** Lines that each program prints, in this order, possibly with others in between. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "tool-loop.ts": [
    "anthropic/claude-sonnet-5-5: Let me look.",
    "running weather(Paris)",
    "openai/gpt-6.1-terra: Take a coat: it rains.",
    "Claude had 2 requests, GPT 1.",
  ],
  "chat.ts": [
    "Paris. (anthropic/claude-sonnet-5-5)",
    "About two million. (openai/gpt-6.1-terra)",
    "  messages[1] reasoning dropped: made by another target",
    "You asked about Paris, then about its people. (anthropic/claude-sonnet-5-5)",
  ],
  "web-handler.ts": [
    "start",
    "text-delta",
    "failover",
    "text-delta",
    "finish",
    "done",
    "The page shows: Air scatters blue light more than red.",
  ],
  "json-output.ts": ["Pancakes, 20 minutes: flour, milk, eggs", "openai/gpt-6.1-terra, validated: true"],
  "policy.ts": ["default: anthropic/claude-sonnet-5-5, refusal", "policy: openai/gpt-6.1-terra, stop: Put salt on it."],
  "siblings.ts": [
    "claude: From the other project.",
    "passed over: scope-failed (quota)",
    "claude: From the other project. after 1 attempt",
    "claude: From Europe.",
  ],
  "ai-sdk.ts": [
    "shown: The sky is ",
    "the answer begins again",
    "shown: blue light more than red.",
    "kept: Air scatters blue light more than red.",
    "answered: deepseek-flash",
  ],
  "telemetry.ts": [
    "GET /chat",
    "  understudy chat  answered",
    "    * understudy.failover",
    "    chat claude-sonnet-5-5  server.error",
    "    chat gpt-6.1-terra  9",
    "gen_ai.client.operation.duration",
    "gen_ai.client.token.usage",
    "understudy.failovers",
  ],
  "ai-sdk-chat.ts": [
    'screen: "The sky is "',
    'screen: ""',
    'screen: "Air scatters blue light more than red."',
    'from: {"tier":"openai/gpt-6.1-terra"}',
    'screen: "You asked about the sky."',
    'from: {"tier":"anthropic/claude-sonnet-5-5"}',
    "Claude was told of the first answer: false",
    "and of the second: true",
  ],
  "observe.ts": [
    "attempt 1: anthropic/claude-sonnet-5-5 server.error",
    "attempt 2: openai/gpt-6.1-terra answered",
    "breaker of anthropic/claude-sonnet-5-5: closed → open",
    "call 5: answered",
    "cooldown of a key: auth.invalid",
    "ALERT openai/gpt-6.1-terra: auth.invalid",
    "call 6: failed",
    "auth: auth.invalid",
    "anthropic: breaker open, 0 bad of 0, blocked by its breaker",
    "openai: breaker closed, 0 bad of 6, blocked by its key",
  ],
};

const hasServer = ["redis-server", "valkey-server"].some((name) => spawnSync(name, ["--version"]).status === 0);
const FLEET: Readonly<Record<string, readonly string[]>> = {
  "fleet.ts": hasServer
    ? [
        "two: openai/gpt-6.1-terra, 2 asked",
        "  one: breaker closed → open",
        "Now both know, and ask GPT at once:",
        "one: openai/gpt-6.1-terra, 1 asked",
        "two: openai/gpt-6.1-terra, 1 asked",
      ]
    : ["This example needs redis-server or valkey-server: it is skipped."],
  "serverless.ts": [
    "  12 requests answered; Claude, which is down, was asked 12 times",
    hasServer
      ? "  12 requests answered; Claude, which is down, was asked 5 times"
      : "The other half of this example needs redis-server or valkey-server: it is skipped.",
  ],
};

let bundle: Bundle;

beforeAll(async () => {
  if (runsSources) bundle = await bundlePackages("examples");
});

function run(...parameters: readonly string[]): Promise<Run> {
  return runNode([...bundle.parameters, ...parameters], { cwd: FOLDER, env: bundle.env });
}

async function play(...parameters: readonly string[]): Promise<{ code: number | null; lines: string[] }> {
  const { code, stdout, stderr } = await run(...parameters);
  expect(stderr).toBe("");
  return { code, lines: stdout.trimEnd().split("\n") };
}

/** The expected lines that are there in their order; all of them when everything is as expected. */
function found(lines: readonly string[], expected: readonly string[]): readonly string[] {
  let from = 0;
  return expected.filter((line) => {
    const at = lines.indexOf(line, from);
    if (at !== -1) from = at + 1;
    return at !== -1;
  });
}

describe.skipIf(!runsSources)("the examples", () => {
  test.concurrent.each(Object.entries({ ...PROGRAMS, ...FLEET }))(
    "%s prints what it promises",
    async (program, expected) => {
      const { code, lines } = await play(program);

      expect(found(lines, expected), `${program}\n${lines.join("\n")}`).toEqual(expected);
      expect(code).toBe(0);
    },
  );

  test("are all listed in their README and tested here", () => {
    const programs = readdirSync(FOLDER).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
    const readme = readFileSync(join(FOLDER, "README.md"), "utf8");

    expect(programs.filter((name) => !readme.includes(`(${name})`))).toEqual([]);
    expect(programs.filter((name) => name !== "demo.ts" && !(name in PROGRAMS) && !(name in FLEET))).toEqual([]);
  });

  test("hand tool results to the second vendor in its native form, and run nothing twice", async () => {
    const { lines } = await play("tool-loop.ts");
    const received: unknown = JSON.parse(lines.find((line) => line.startsWith("[{")) ?? "null");

    expect(lines.filter((line) => line.startsWith("running "))).toEqual(["running weather(Paris)"]);
    expect(received).toMatchObject([
      {
        model: "gpt-6.1-terra",
        input: [
          { role: "user" },
          { role: "assistant" },
          { type: "function_call", name: "weather", arguments: '{"city":"Paris"}' },
          { type: "function_call_output", output: "12 degrees and rain in Paris." },
        ],
      },
    ]);
  });
});

describe.skipIf(!runsSources)("the demo", () => {
  /** Every vendor once; `pnpm long` also has them in other places. */
  const ORDERS = ["anthropic,openai,deepseek", "gemini,chat,mistral", "xai,bedrock"].concat(
    isLong ? ["gemini,chat,anthropic", "mistral,anthropic", "bedrock,mistral", "chat,openai,gemini,deepseek"] : [],
  );

  test.concurrent.each(ORDERS)("goes as it should with %s", async (vendors) => {
    const { code, lines } = await play("demo.ts", "--vendors", vendors);

    expect(lines).toContain("7 of 7 acts went as they should");
    expect(lines.slice(-2)).toEqual([
      "To see it in a browser: npm run page",
      "To see a minute of every outage, drawn: npm run report",
    ]);
    expect(code, `${vendors}\n${lines.join("\n")}`).toBe(0);
  });

  test("is plain text when its output is no terminal", async () => {
    const { stdout } = await run("demo.ts", "--vendors", "anthropic,deepseek");

    // What the chain says of itself before the first act.
    expect(stdout).toContain(
      "info: tier deepseek/deepseek-flash is a small model, the first one (claude-sonnet-5-5) a balanced one\n",
    );
    // oxlint-disable-next-line no-control-regex -- it is what must not be there
    expect(stdout).not.toMatch(/\u001b/);
  });

  test("draws every outage when it is asked for a report", async () => {
    const folder = mkdtempSync(join(tmpdir(), "understudy-demo-"));
    const page = join(folder, "drill.html");
    const { code, stdout } = await run("demo.ts", "--vendors", "anthropic,deepseek", "--report", page);
    const report = readFileSync(page, "utf8");
    rmSync(folder, { recursive: true });

    expect(code).toBe(0);
    expect(stdout).toContain(`42 outages rehearsed: open ${page}`);
    expect(report.match(/<figure/g)?.length).toBeGreaterThan(10);
  });

  test("names the vendors when it is asked for one that it does not know", async () => {
    const { code, stderr } = await run("demo.ts", "--vendors", "anthropic,nobody");

    expect(code).toBe(1);
    expect(stderr).toContain(
      "--vendors takes at least two of anthropic, openai, deepseek, gemini, mistral, xai, bedrock, chat",
    );
  });
});
