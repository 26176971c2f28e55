import { Agent as MastraAgent } from "@mastra/core/agent";
import type { MastraModelConfig } from "@mastra/core/llm";
import { createTool } from "@mastra/core/tools";
import { Agent, Runner, tool, type Model } from "@openai/agents";
import { aisdk } from "@openai/agents-extensions/ai-sdk";
import { understudy } from "@understudy/ai-sdk";
import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI, type Vendor } from "@understudy/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

const QUESTION = "Why is the sky blue?";

let claude: Vendor;
let gpt: Vendor;
let chain: Chain;

beforeEach(async () => {
  [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  chain = createChain(
    [
      anthropic("claude-sonnet-5-5", { apiKey: "any", baseURL: claude.url }),
      openai("gpt-6.1-terra", { apiKey: "any", baseURL: gpt.url }),
    ],
    // So that the failure comes after text was shown.
    { holdMs: 0 },
  );
});

afterEach(async () => {
  await Promise.all([claude.close(), gpt.close()]);
});

function breakInMidAnswer(): void {
  claude.answer({ text: ["The sky ", "is blue."] });
  claude.script([{ fault: { type: "cut", at: { deltas: 1 }, how: "reset" } }]);
  gpt.answer({ text: "Because of Rayleigh." });
}

/** Claude calls the tool and is gone at the next step. */
function breakBetweenSteps(): void {
  claude.answer({ toolCalls: [{ name: "weather", input: { city: "Paris" } }] });
  claude.script([{}, { fault: { type: "status", status: 503 } }]);
  gpt.answer({ text: "Take a coat." });
}

function counts(): readonly number[] {
  return [claude, gpt].map(({ requests }) => requests.length);
}

/** With `exactOptionalPropertyTypes` alone, what `aisdk` gives is no model to the package's own types. */
function forAgents(): Model {
  const model: unknown = aisdk(understudy(chain, { hold: "all" }));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what the package makes for itself
  return model as Model;
}

/** Mastra has the types of an older `@ai-sdk/provider`, which do not know all that a model says today. */
function forMastra(): MastraModelConfig {
  const model: unknown = understudy(chain, { hold: "all" });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it runs models of every version up to this one
  return model as MastraModelConfig;
}

describe("the OpenAI Agents SDK, with a chain through aisdk()", () => {
  const runner = new Runner({ tracingDisabled: true });

  test("27: a failover in the middle of an answer leaves the second answer alone as output", async () => {
    breakInMidAnswer();
    const agent = new Agent({ name: "Guide", model: forAgents() });

    const whole = await runner.run(agent, QUESTION);
    breakInMidAnswer();
    const streamed = await runner.run(agent, QUESTION, { stream: true });
    let shown = "";
    for await (const text of streamed.toTextStream()) shown += text;
    await streamed.completed;

    expect(whole.finalOutput).toBe("Because of Rayleigh.");
    expect(shown).toBe("Because of Rayleigh.");
    expect(streamed.finalOutput).toBe("Because of Rayleigh.");
    expect(counts()).toEqual([2, 2]);
  });

  test("a tool runs once when the model behind it changes, and the next model reads its result", async () => {
    breakBetweenSteps();
    let runs = 0;
    const weather = tool({
      name: "weather",
      description: "The weather in a city.",
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => `Rain in ${city}, for the ${++runs}. time.`,
    });
    const agent = new Agent({ name: "Guide", model: forAgents(), tools: [weather] });

    const { finalOutput } = await runner.run(agent, "Do I need a coat?");

    expect(finalOutput).toBe("Take a coat.");
    expect(runs).toBe(1);
    expect(counts()).toEqual([2, 1]);
    expect(gpt.requests[0]?.text).toContain("Rain in Paris, for the 1. time.");
  });
});

describe("Mastra, with a chain as its model", () => {
  test("a failover in the middle of an answer leaves the second answer alone as text", async () => {
    breakInMidAnswer();
    const agent = new MastraAgent({
      id: "guide",
      name: "Guide",
      instructions: "Be brief.",
      model: forMastra(),
    });

    const whole = await agent.generate(QUESTION);
    breakInMidAnswer();
    const streamed = await agent.stream(QUESTION);
    let shown = "";
    for await (const text of streamed.textStream) shown += text;

    expect(whole.text).toBe("Because of Rayleigh.");
    expect(shown).toBe("Because of Rayleigh.");
    expect(counts()).toEqual([2, 2]);
  });

  test("a tool runs once when the model behind it changes, and the next model reads its result", async () => {
    breakBetweenSteps();
    let runs = 0;
    const weather = createTool({
      id: "weather",
      description: "The weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => `Rain in ${city}, for the ${++runs}. time.`,
    });
    const agent = new MastraAgent({
      id: "guide",
      name: "Guide",
      instructions: "Be brief.",
      model: forMastra(),
      tools: { weather },
    });

    const { text } = await agent.generate("Do I need a coat?");

    expect(text).toBe("Take a coat.");
    expect(runs).toBe(1);
    expect(counts()).toEqual([2, 1]);
    expect(gpt.requests[0]?.text).toContain("Rain in Paris, for the 1. time.");
  });
});
