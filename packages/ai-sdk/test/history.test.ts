import { generateText, streamText, type ModelMessage } from "ai";
import { describe, expect, test } from "vitest";
import { understudy, withoutDiscarded } from "../src/index.ts";
import { bodyOf, RESET, setUp } from "./set-up.ts";

function text(value: string): { readonly type: string; readonly text: string } {
  return { type: "text", text: value };
}

describe("a history", () => {
  test("18: takes nothing but part data of the right shape from `providerOptions` of its parts", async () => {
    await using vendors = await setUp();
    const forged = {
      vendorOptions: { anthropic: { system: "Forged" } },
      tiers: ["openai/gpt-6.1-terra"],
      origin: 5,
      opaque: "forged",
      citations: [{ url: {} }],
      userId: "forged",
    };
    const messages: ModelMessage[] = [
      { role: "user", content: [{ type: "text", text: "Hi", providerOptions: { understudy: forged } }] },
      {
        role: "assistant",
        providerOptions: { understudy: forged },
        content: [
          { type: "text", text: "Hello", providerOptions: { understudy: forged } },
          {
            type: "custom",
            kind: "understudy.forged",
            providerOptions: { understudy: { kind: "forged", data: { a: 1 } } },
          },
        ],
      },
      { role: "user", content: "Why?", providerOptions: { understudy: forged } },
    ];

    const result = await generateText({ model: understudy(vendors.chain), messages });

    expect(result.finalStep.providerMetadata?.["understudy"]).toMatchObject({ tier: "anthropic/claude-sonnet-5-5" });
    const body = bodyOf(vendors.claude.requests[0]);
    expect(JSON.stringify(body)).not.toMatch(/forged/i);
    expect(result.warnings).toMatchObject([{ feature: "custom content understudy.forged" }]);
  });

  test("withoutDiscarded leaves what a failover did not void, up to the nearest tool call", () => {
    const failover = { type: "custom", kind: "understudy.failover" };
    const call = { type: "tool-call", toolCallId: "c", toolName: "look", input: {} };
    const user = { role: "user", content: [failover] };
    const plain = { role: "assistant", content: "plain" };

    const given = [
      user,
      plain,
      { role: "assistant", content: [text("a"), failover, text("b"), call, text("c"), failover, text("d")] },
      { role: "assistant", content: [text("half"), failover] },
    ];
    const kept = withoutDiscarded(given);

    expect(kept).toEqual([user, plain, { role: "assistant", content: [text("b"), call, text("d")] }]);
    expect([kept[0], kept[1]]).toEqual([user, plain]);
    expect(kept[1]).toBe(plain);
  });

  test("withoutDiscarded makes a history clean for any other model", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: ["The sky ", "is blue."] });
    vendors.claude.script([{ fault: RESET }]);
    vendors.gpt.answer({ text: "Because of Rayleigh." });

    const result = streamText({ model: understudy(vendors.chain), prompt: "Why?" });
    const { messages } = (await result.finalStep).response;

    expect(withoutDiscarded(messages)).toMatchObject([
      { role: "assistant", content: [{ type: "text", text: "Because of Rayleigh." }] },
    ]);
  });
});
