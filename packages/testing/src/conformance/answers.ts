import assert from "node:assert/strict";
import { createChain, type Answer, type Request, type StreamEvent } from "@understudy/core";
import type { ScriptedAnswer } from "../simulators/answer.ts";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT, TOOL_CALL, WEATHER_TOOL } from "./answer.ts";
import { API_KEY, PROMPT } from "./run-case.ts";

/** Good answers arrive whole, in order and with what the vendor says about them. */
export function testAnswers({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  const play = async (answer: ScriptedAnswer, request: Request): Promise<{ answer: Answer; events: StreamEvent[] }> => {
    await using vendor = await adapter.startVendor();
    vendor.answer(answer);
    const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);
    const stream = await chain.stream(request);
    const events: StreamEvent[] = [];
    for await (const event of stream) events.push(event);
    const whole = await chain.generate(request);
    const streamed = await stream.result;
    assert.equal(whole.text, streamed.text, "stream and generate differ");
    assert.equal(whole.finishReason, streamed.finishReason);
    return { answer: streamed, events };
  };

  describe(`${adapter.name}: an answer`, () => {
    test("of text has its text, finish reason and usage", async () => {
      const usage = { inputTokens: 120, cacheReadTokens: 20, outputTokens: 30 };
      const { answer, events } = await play({ ...ANSWER, usage }, { messages: [{ role: "user", content: PROMPT }] });

      assert.equal(answer.text, ANSWER_TEXT);
      assert.equal(answer.finishReason, "stop");
      assert.equal(answer.usage?.inputTokens, 120);
      assert.equal(answer.usage?.cacheReadTokens, 20);
      assert.equal(answer.usage?.outputTokens, 30);
      checkParts(events);
    });

    test("cut by the token limit says so", async () => {
      const { answer } = await play({ ...ANSWER, finish: "length" }, { messages: [{ role: "user", content: PROMPT }] });

      assert.equal(answer.finishReason, "length");
      assert.equal(answer.text, ANSWER_TEXT);
    });

    test("with a finish reason of the future is not taken for stop", async () => {
      const { answer } = await play(
        { ...ANSWER, finish: { raw: "a_reason_of_the_future" } },
        { messages: [{ role: "user", content: PROMPT }] },
      );

      assert.equal(answer.finishReason, "other");
    });

    test("of a tool call with a finish reason of the future releases no call", async () => {
      const { answer, events } = await play(
        { toolCalls: [TOOL_CALL], finish: { raw: "a_reason_of_the_future" } },
        { messages: [{ role: "user", content: PROMPT }], tools: [WEATHER_TOOL] },
      );

      assert.equal(answer.finishReason, "other");
      assert.deepEqual(answer.toolCalls, []);
      assert.deepEqual(
        answer.invalidToolCalls.map(({ part }) => part.toolName),
        ["weather"],
      );
      assert.ok(!events.some((event) => event.type === "tool-call"));
    });

    test("of parallel tool calls has them whole, just before finish, and they round-trip with their results", async () => {
      await using vendor = await adapter.startVendor();
      vendor.script([
        {
          answer: {
            toolCalls: [
              { name: "weather", input: { city: "Paris" } },
              { name: "weather", input: { city: "Oslo" } },
            ],
          },
        },
        { answer: { text: "Both are fine." } },
      ]);
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);
      const question = { role: "user", content: PROMPT } as const;
      const stream = await chain.stream({ messages: [question], tools: [WEATHER_TOOL] });
      const events: StreamEvent[] = [];
      for await (const event of stream) events.push(event);
      const first = await stream.result;
      const second = await chain.generate({
        messages: [
          question,
          first.message,
          {
            role: "tool",
            content: first.toolCalls.map(({ toolCallId, toolName }) => ({
              type: "tool-result",
              toolCallId,
              toolName,
              content: "12 degrees",
            })),
          },
        ],
        tools: [WEATHER_TOOL],
      });

      assert.equal(first.finishReason, "tool-calls");
      assert.deepEqual(
        first.toolCalls.map((call) => call.input),
        [{ city: "Paris" }, { city: "Oslo" }],
      );
      assert.equal(new Set(first.toolCalls.map((call) => call.toolCallId)).size, 2);
      assert.deepEqual(
        events.slice(-3).map((event) => event.type),
        ["tool-call", "tool-call", "finish"],
      );
      assert.equal(second.text, "Both are fine.");
      checkParts(events);
    });
  });
}

/** Starts, deltas and ends agree: every id is new, every delta belongs to an open part, every end repeats its text. */
function checkParts(events: readonly StreamEvent[]): void {
  const open = new Map<string, string>();
  const seen = new Set<string>();
  for (const event of events) {
    if (event.type === "text-start" || event.type === "reasoning-start" || event.type === "tool-call-start") {
      assert.ok(!seen.has(event.id), `${event.id} began twice`);
      seen.add(event.id);
      open.set(event.id, "");
    } else if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-call-delta") {
      const text = open.get(event.id);
      assert.ok(text !== undefined, `${event.type} of ${event.id}, which is not open`);
      open.set(event.id, text + event.delta);
    } else if (event.type === "text-end" || event.type === "reasoning-end") {
      assert.equal(event.part.text, open.get(event.id));
      open.delete(event.id);
    } else if (event.type === "tool-call") {
      open.delete(event.id);
    }
  }
  assert.equal(open.size, 0, "a part was left open");
}
