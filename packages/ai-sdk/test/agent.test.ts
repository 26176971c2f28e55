import { ToolLoopAgent, streamText, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { understudy, understudyCall } from "../src/index.ts";
import { bodyOf, counts, LOST, setUp, type SetUp } from "./set-up.ts";

/** Claude thinks and calls; then it is down and GPT calls; then Claude answers. */
function threeSteps({ claude, gpt }: SetUp): void {
  claude.script([
    { answer: { reasoning: "First Paris.", toolCalls: [{ name: "weather", input: { city: "Paris" } }] } },
    { fault: LOST },
    { answer: { text: "12 and 7 degrees." } },
  ]);
  gpt.script([{ answer: { reasoning: "Then Oslo.", toolCalls: [{ name: "weather", input: { city: "Oslo" } }] } }]);
}

interface Seen {
  readonly tiers: readonly unknown[];
  readonly text: string;
}

function expectSteps({ claude, gpt }: SetUp, { tiers, text }: Seen): void {
  expect(text).toBe("12 and 7 degrees.");
  expect(tiers).toEqual(["anthropic/claude-sonnet-5-5", "openai/gpt-6.1-terra", "anthropic/claude-sonnet-5-5"]);
  const last = JSON.stringify(bodyOf(claude.requests[2])["messages"]);
  expect(last).toMatch(/"type":"thinking","thinking":"First Paris.","signature":"[^"]+"/);
  expect(last).toContain("Paris: mild");
  expect(last).toContain("Oslo: mild");
  expect(last).not.toContain("Then Oslo.");
  const second = JSON.stringify(bodyOf(gpt.requests[0])["input"]);
  expect(second).toContain("Paris: mild");
  expect(second).not.toMatch(/First Paris|"reasoning"/);
  expect([claude.requests.length, gpt.requests.length]).toEqual([3, 1]);
}

function tierOf({
  providerMetadata,
}: {
  readonly providerMetadata?: Record<string, { [name: string]: unknown }> | undefined;
}): unknown {
  return providerMetadata?.["understudy"]?.["tier"];
}

describe("an agent of three steps over a failover and back", () => {
  const WITHOUT_BREAKER = { maxAttempts: 4 };
  const thinking = { reasoning: "low" } as const;

  test("10: runs each tool once, and returns each model's reasoning to it alone (generate)", async () => {
    await using vendors = await setUp(WITHOUT_BREAKER);
    threeSteps(vendors);
    const cities: string[] = [];
    const agent = new ToolLoopAgent({
      model: understudy(vendors.chain),
      tools: { weather: weatherTool(cities) },
      ...thinking,
    });

    const result = await agent.generate({ prompt: "How warm is it in Paris and Oslo?" });

    // What a model cannot read of another's reasoning is ordinary after a failover: it is told, and not printed.
    const [, second] = result.steps;
    expect(second?.warnings).toEqual([]);
    expect(second?.providerMetadata?.["understudy"]?.["losses"]).toMatchObject([{ what: "messages[1] reasoning" }]);
    expectSteps(vendors, { tiers: result.steps.map(tierOf), text: result.text });
    expect(cities).toEqual(["Paris", "Oslo"]);
  });

  test("10: the same streamed", async () => {
    await using vendors = await setUp(WITHOUT_BREAKER);
    threeSteps(vendors);
    const cities: string[] = [];
    const agent = new ToolLoopAgent({
      model: understudy(vendors.chain),
      tools: { weather: weatherTool(cities) },
      ...thinking,
    });

    const result = await agent.stream({ prompt: "How warm is it in Paris and Oslo?" });

    const text = await result.text;
    expectSteps(vendors, { tiers: (await result.steps).map(tierOf), text });
    expect(cities).toEqual(["Paris", "Oslo"]);
  });

  test("10: the same with understudyCall in `prepareCall`", async () => {
    await using vendors = await setUp(WITHOUT_BREAKER);
    threeSteps(vendors);
    const cities: string[] = [];
    const agent = new ToolLoopAgent({
      model: understudy(vendors.chain),
      tools: { weather: weatherTool(cities) },
      prepareCall: (options) => ({ ...options, ...understudyCall(vendors.chain) }),
      ...thinking,
    });

    const result = await agent.stream({ prompt: "How warm is it in Paris and Oslo?" });

    const text = await result.text;
    expectSteps(vendors, { tiers: (await result.steps).map(tierOf), text });
    expect(cities).toEqual(["Paris", "Oslo"]);
  });

  test.each([
    ["understudy", (vendors: SetUp) => ({ model: understudy(vendors.chain) })],
    ["understudyCall", (vendors: SetUp) => understudyCall(vendors.chain)],
  ] as const)("11: a tool whose call came before a cut does not run (%s)", async (_name, given) => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: "Let me see. ", toolCalls: [{ name: "weather", input: { city: "Paris" } }] });
    vendors.claude.script([{ fault: { type: "cut", at: "content", how: "fin" } }]);
    vendors.gpt.answer({ text: "It is mild." });
    const cities: string[] = [];

    const result = streamText({ ...given(vendors), prompt: "Weather?", tools: { weather: weatherTool(cities) } });

    expect(await result.text).toMatch(/It is mild\.$/);
    expect(cities).toEqual([]);
    expect(await result.toolCalls).toEqual([]);
    expect(counts(vendors)).toEqual([1, 1]);
  });
});

function weatherTool(cities: string[]) {
  return tool({
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => {
      cities.push(city);
      return `${city}: mild`;
    },
  });
}
