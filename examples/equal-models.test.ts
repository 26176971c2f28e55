import { readFileSync } from "node:fs";
import { join } from "node:path";
import { anthropic } from "@understudy/anthropic";
import { createChain, type Clock, type Target } from "@understudy/core";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { describe, expect, test } from "vitest";

const PAGE = readFileSync(join(import.meta.dirname, "../docs/equal-models.md"), "utf8");
const KEY = { apiKey: "key" };
/** A day on which none of these models ends soon. */
const CLOCK: Clock = {
  now: () => 0,
  wallNow: () => 1_788_000_000_000,
  setTimeout: () => undefined,
  clearTimeout: () => undefined,
};

const FACTORIES: readonly (readonly [prefix: string, make: (model: string, options: typeof KEY) => Target])[] = [
  ["claude-", anthropic],
  ["gpt-", openai],
  ["gemini-", gemini],
  ["deepseek-", deepseek],
  ["mistral-", mistral],
  ["grok-", xai],
  ["us.", (model, options) => bedrock(model, { ...options, region: "us-east-1" })],
];

function targetOf(model: string): Target {
  const [, make] = FACTORIES.find(([prefix]) => model.startsWith(prefix)) ?? [];
  if (make === undefined) throw new Error(`No adapter for ${model}.`);
  return make(model, KEY);
}

function refuse(): never {
  throw new Error("Something was sent.");
}

/** What `check` says of a chain of these models, a line for each finding. */
async function told(models: readonly string[]): Promise<readonly string[]> {
  const findings = await createChain(models.map(targetOf), { clock: CLOCK }).check();
  return findings.map(({ level, message }) => `${level}: ${message}`);
}

/** The chains of one block of the page, each with the lines below it. */
function chainsOf(section: string): readonly (readonly [chain: string, lines: readonly string[]])[] {
  const [, block = ""] = new RegExp(`<!-- ${section} -->\\s+\`\`\`\\n([^\`]*)\`\`\``).exec(PAGE) ?? [];
  return block
    .split(/\n(?=\S)/)
    .filter((chain) => chain.trim() !== "")
    .map((chain) => {
      const [head = "", ...lines] = chain.trimEnd().split("\n");
      return [head, lines.map((line) => line.trim()).filter((line) => line !== "nothing")];
    });
}

describe.each(["equal", "nearly", "unequal"])("chains that the page calls %s", (section) => {
  const chains = chainsOf(section);

  test("are on the page", () => {
    expect(chains.length).toBeGreaterThan(2);
  });

  test.each(chains)("%s is told as the page says", async (chain, lines) => {
    expect(await told(chain.split(" → "))).toEqual(lines);
  });
});

describe("what is equal", () => {
  test.each([
    ["claude-sonnet-5-5", "gpt-6.2-sol"],
    ["claude-sonnet-5-5", "gpt-5.5"],
    ["claude-sonnet-5-5", "gpt-6.2-astra"],
    ["claude-haiku-5-5", "gpt-5.4-mini"],
    ["claude-haiku-5-5", "deepseek-flash"],
    ["gpt-5.4-mini", "deepseek-flash"],
    ["gpt-5.4-mini", "mistral-small-latest"],
    ["gemini-3.1-pro-preview", "claude-sonnet-5-5"],
  ])("%s and %s raise no alarm, whichever is first", async (one, other) => {
    const all = [...(await told([one, other])), ...(await told([other, one]))];

    expect(all.filter((line) => !line.startsWith("info: "))).toEqual([]);
  });

  test.each([
    ["a reasoning model and a plain one", "claude-opus-5-5", "gpt-4.1", "no-reasoning"],
    ["Opus and a small model", "claude-opus-5-5", "gpt-6-luna", "smaller-model"],
    [
      "Medium and Large of Mistral, which does not reason",
      "mistral-medium-latest",
      "mistral-large-latest",
      "no-reasoning",
    ],
    ["a frontier model and Flash-Lite", "gemini-4-argon", "gemini-3.5-flash-lite", "smaller-model"],
  ])("%s are not", async (_name, first, second, type) => {
    const findings = await createChain([targetOf(first), targetOf(second)], { clock: CLOCK }).check();

    expect(findings).toContainEqual(expect.objectContaining({ type, level: "warning" }));
  });
});

describe("an answer of the second model, with a request that names no effort", () => {
  test.each([
    ["claude-haiku-5-5", "gpt-5.4-mini", "none", true],
    ["claude-sonnet-5-5", "gpt-5.4", "none", true],
    ["claude-haiku-5-5", "gpt-6-luna", "medium", false],
    ["claude-sonnet-5-5", "gpt-6.2-astra", "medium", false],
  ])("%s → %s, which is asked for effort %s, is degraded: %s", async (first, second, effort, degraded) => {
    await using claude = await startAnthropic();
    await using gpt = await startOpenAI();
    claude.script([{ fault: { type: "error", error: "overloaded" } }]);
    const chain = createChain([
      anthropic(first, { ...KEY, baseURL: claude.url }),
      openai(second, { ...KEY, baseURL: gpt.url }),
    ]);

    const answer = await chain.generate("Why?");

    expect(answer).toMatchObject({ tier: `openai/${second}`, degraded });
    expect(claude.requests[0]?.body).toMatchObject({ thinking: { type: "adaptive" } });
    expect(gpt.requests[0]?.body).toMatchObject({ reasoning: { effort } });
  });

  test("of Sonnet after GPT's flagship is as good as the flagship's", async () => {
    await using claude = await startAnthropic();
    await using gpt = await startOpenAI();
    gpt.script([{ fault: { type: "error", error: "overloaded" } }]);
    const chain = createChain([
      openai("gpt-6.2-astra", { ...KEY, baseURL: gpt.url }),
      anthropic("claude-sonnet-5-5", { ...KEY, baseURL: claude.url }),
    ]);

    expect(await chain.generate("Why?")).toMatchObject({ tier: "anthropic/claude-sonnet-5-5", degraded: false });
  });
});

describe("with a request", () => {
  test("each tier's losses are those that its answers would report, and nothing is sent", async () => {
    const options = { ...KEY, fetch: refuse };
    const request = {
      messages: [{ role: "user", content: "Hi" }],
      topK: 4,
      seed: 3,
      maxOutputTokens: 500_000,
    } as const;
    const chain = createChain(
      [
        anthropic("claude-sonnet-5-5", options),
        openai("gpt-6.2-sol", options),
        gemini("gemini-3.8-flash", options),
        deepseek("deepseek-flash", options),
      ],
      { clock: CLOCK },
    );

    const losses = (await chain.check(request)).flatMap((finding) => (finding.type === "losses" ? [finding] : []));

    expect(losses.map(({ tiers, losses: lost }) => [tiers[0], lost.map(({ what }) => what).toSorted()])).toEqual([
      ["anthropic/claude-sonnet-5-5", ["maxOutputTokens", "seed", "topK"]],
      ["openai/gpt-6.2-sol", ["maxOutputTokens", "seed", "topK"]],
      ["gemini/gemini-3.8-flash", ["maxOutputTokens", "topK"]],
      ["deepseek/deepseek-flash", ["maxOutputTokens", "seed", "topK"]],
    ]);
  });

  test("a sound recording is passed over by those that take none, before anything is sent", async () => {
    const source = { type: "base64", mediaType: "audio/wav", data: "AAAA" } as const;
    const request = { messages: [{ role: "user", content: [{ type: "audio", source }] }] } as const;
    const chain = createChain(["gemini-3.8-flash", "claude-sonnet-5-5"].map(targetOf), { clock: CLOCK });

    expect(await chain.check(request)).toContainEqual(
      expect.objectContaining({ type: "unable", tiers: ["anthropic/claude-sonnet-5-5"], missing: ["audio"] }),
    );
  });
});
