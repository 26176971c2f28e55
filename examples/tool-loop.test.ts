import { createChain, type Message, type ToolResultPart } from "@understudy/core";
import type { Fault } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { CAST, VENDOR_NAMES, type VendorName } from "./demo/cast.ts";

type Fields = { readonly [name: string]: unknown };

/** A tool call or its result, as it stands in a vendor's native request. */
interface NativeStep {
  readonly kind: "call" | "result";
  readonly id: unknown;
  readonly value: unknown;
}

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ["refuses", { type: "error", error: "overloaded" }],
  ["breaks off in mid-answer", { type: "cut", at: { deltas: 1 }, how: "reset" }],
];

const PAIRS = VENDOR_NAMES.flatMap((first) =>
  VENDOR_NAMES.filter((second) => second !== first).flatMap((second) =>
    FAULTS.map(([name, fault]) => ({ first, second, name, fault })),
  ),
);

describe("a tool loop", () => {
  test.each(PAIRS)("goes on at $second when $first $name after the tools ran", async ({ first, second, fault }) => {
    const [one, two] = await Promise.all([CAST[first].start(), CAST[second].start()]);
    const cities = ["Paris", "Oslo"];
    const calls = cities.map((city) => ({ name: "weather", input: { city } }));
    one.script([{ answer: { text: "Let me look.", toolCalls: calls } }, { fault }]);
    two.answer({ text: "Take a coat." });
    const chain = createChain(
      [
        CAST[first].target({ apiKey: "simulated", baseURL: one.url }),
        CAST[second].target({ apiKey: "simulated", baseURL: two.url }),
      ],
      { holdMs: 0 },
    );
    const ran: unknown[] = [];
    const messages: Message[] = [{ role: "user", content: "Do I need a coat in Paris or Oslo?" }];

    const tiers: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- each turn needs the one before
      const answer = await (await chain.stream({ messages, tools: [WEATHER] })).result;
      tiers.push(answer.tier);
      messages.push(answer.message);
      if (answer.toolCalls.length === 0) break;
      const results = answer.toolCalls.map(({ toolCallId, input }): ToolResultPart => {
        ran.push(input);
        return { type: "tool-result", toolCallId, content: `12 degrees in ${cities[ran.length - 1] ?? ""}.` };
      });
      messages.push({ role: "tool", content: results });
    }
    await Promise.all([one.close(), two.close()]);

    expect(tiers).toEqual([chain.tiers[0], chain.tiers[1]]);
    expect(ran).toEqual([{ city: "Paris" }, { city: "Oslo" }]);
    expect(one.requests.length).toBe(2);
    expect(two.requests.map((request) => request.refusal)).toEqual([undefined]);
    const steps = nativeSteps(second, two.requests[0]?.body);
    const received = (kind: NativeStep["kind"]): NativeStep[] => steps.filter((step) => step.kind === kind);
    expect(received("call").map(({ value }) => value)).toEqual([{ city: "Paris" }, { city: "Oslo" }]);
    expect(received("result").map(({ id }) => id)).toEqual(received("call").map(({ id }) => id));
    expect(received("result").map(({ value }) => JSON.stringify(value))).toEqual([
      expect.stringContaining("12 degrees in Paris."),
      expect.stringContaining("12 degrees in Oslo."),
    ]);
  });
});

const WEATHER = {
  name: "weather",
  description: "The weather in a city.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
} as const;

/** Reads calls and results where the vendor's own format has them; a history in a foreign format has none. */
function nativeSteps(vendor: VendorName, body: unknown): readonly NativeStep[] {
  const { messages, input, contents } = fields(body);
  switch (vendor) {
    case "anthropic":
      return list(messages).flatMap((message) => list(fields(message)["content"]).flatMap(anthropicStep));
    case "openai":
    case "xai":
      return list(input).flatMap(responsesStep);
    case "bedrock":
      return list(messages).flatMap((message) => list(fields(message)["content"]).flatMap(converseStep));
    case "gemini":
      return list(contents).flatMap((content) => list(fields(content)["parts"]).flatMap(geminiStep));
    case "chat":
    case "deepseek":
    case "mistral":
      return list(messages).flatMap(chatStep);
    default:
      return vendor satisfies never;
  }
}

function anthropicStep(block: unknown): readonly NativeStep[] {
  const { type, id, input, tool_use_id: of, content } = fields(block);
  if (type === "tool_use") return [{ kind: "call", id, value: input }];
  return type === "tool_result" ? [{ kind: "result", id: of, value: content }] : [];
}

function converseStep(block: unknown): readonly NativeStep[] {
  const { toolUse: call, toolResult: result } = fields(block);
  if (call !== undefined) return [{ kind: "call", id: fields(call)["toolUseId"], value: fields(call)["input"] }];
  if (result === undefined) return [];
  return [{ kind: "result", id: fields(result)["toolUseId"], value: fields(result)["content"] }];
}

function responsesStep(item: unknown): readonly NativeStep[] {
  const { type, call_id: id, arguments: text, output } = fields(item);
  if (type === "function_call") return [{ kind: "call", id, value: JSON.parse(String(text)) }];
  return type === "function_call_output" ? [{ kind: "result", id, value: output }] : [];
}

function chatStep(message: unknown): readonly NativeStep[] {
  const { role, content, tool_call_id: of, tool_calls: calls } = fields(message);
  if (role === "tool") return [{ kind: "result", id: of, value: content }];
  return list(calls).map((call) => {
    const { id, function: called } = fields(call);
    return { kind: "call", id, value: JSON.parse(String(fields(called)["arguments"])) };
  });
}

/** Gemini pairs by order and name, and by id where it gave one. */
function geminiStep(part: unknown): readonly NativeStep[] {
  const { functionCall: call, functionResponse: response } = fields(part);
  if (call !== undefined) return [{ kind: "call", id: fields(call)["id"], value: fields(call)["args"] }];
  if (response === undefined) return [];
  return [{ kind: "result", id: fields(response)["id"], value: fields(response)["response"] }];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fields(value: unknown): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object, and every field is read as unknown
  return (typeof value === "object" && value !== null ? value : {}) as Fields;
}
