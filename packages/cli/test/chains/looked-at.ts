import { anthropic } from "@understudy/anthropic";
import type { ChainOptions, TierInput } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";

const DAY_MS = 86_400_000;
const apiKey = "any";
const gpt = openai("gpt-6.1-terra", { apiKey });
const claude = anthropic("claude-sonnet-5-5", { apiKey });
const flash = deepseek("deepseek-flash", { apiKey });
const proxy = { baseURL: "https://proxy.internal/v1", apiKey };

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

function limited(timeoutMs: number): readonly TierInput[] {
  return [gpt, claude].map((target) => ({ target, timeoutMs, silentReasoningMs: timeoutMs }));
}

/** One chain for each thing that the doctor sees without asking anyone. */
const CASES: Readonly<Record<string, readonly TierInput[]>> = {
  "problems of one target": [openai("gpt-6.1-terra", { baseURL: "http://10.0.0.7/v1" }), claude],
  "a model that its adapter does not know": [claude, openai("my-own", { apiKey })],
  "a retired model": [openai("gpt-6.1-terra", { apiKey, capabilities: { retiresOn: "2020-01-31" } }), claude],
  "a model that retires": [openai("gpt-6.1-terra", { apiKey, capabilities: { retiresOn: inDays(30) } }), claude],
  "a model that retires late": [openai("gpt-6.1-terra", { apiKey, capabilities: { retiresOn: inDays(200) } }), claude],
  "one vendor twice": [gpt, openai("gpt-6-luna", { apiKey: "other", baseURL: "https://eu.api.openai.com/v1" }), claude],
  "one endpoint": [openai("gpt-6.1-terra", proxy), anthropic("claude-sonnet-5-5", proxy)],
  "one quota": [
    openai("gpt-6.1-terra", { apiKey: "a", quotaGroup: "team" }),
    openai("gpt-6-luna", { apiKey: "b", quotaGroup: "team" }),
    claude,
  ],
  "one key": [gpt, openai("gpt-6-luna", { apiKey }), claude],
  "one key for siblings": [{ targets: [gpt, openai("gpt-6.1-terra", { apiKey })] }, claude],
  "a single tier": [gpt],
  "tiers of one vendor": [gpt, openai("gpt-6-luna", { apiKey: "other" })],
  "a smaller window": [claude, openai("gpt-6.1-terra", { apiKey, capabilities: { contextWindow: 128_000 } })],
  "lost abilities": [
    claude,
    openai("gpt-6.1-terra", { apiKey, capabilities: { tools: false, images: false, jsonOutput: false } }),
  ],
  "a short silence": limited(10_000),
  "a long silence": limited(60_000),
  "a degraded tier before another": [{ target: flash, degraded: true }, claude],
  "two names for one target": [
    { target: gpt, name: "one" },
    { target: gpt, name: "two" },
  ],
  "http beyond this machine": [
    claude,
    openai("gpt-6.1-terra", { apiKey, baseURL: "http://10.0.0.7/v1", allowInsecureHttp: true }),
  ],
  "http on this machine": [claude, openai("gpt-6.1-terra", { apiKey, baseURL: "http://127.0.0.1:9/v1" })],
  "a price of one": [claude, gpt],
};

const OPTIONS: Readonly<Record<string, ChainOptions>> = {
  "a price of one": { prices: { "openai/gpt-6.1-terra": { input: 1, output: 2 } } },
};

export default (): { readonly tiers: readonly TierInput[]; readonly options: ChainOptions } => {
  const name = process.env["LOOKED_AT"] ?? "";
  return { tiers: CASES[name] ?? [], options: OPTIONS[name] ?? {} };
};
