import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../model/json.ts";
import type { AssistantPart } from "../../model/parts.ts";
import type { TargetMessage } from "../../model/target.ts";
import { noMedia, toChatMessages, type ChatMessageRules } from "./chat-messages.ts";

interface Sent {
  readonly messages: readonly JsonObject[];
  readonly losses: readonly string[];
}

function send(content: readonly AssistantPart[], rules: Partial<ChatMessageRules> = {}): Sent {
  const losses: string[] = [];
  const history: TargetMessage[] = [{ role: "assistant", content }];
  const messages = toChatMessages(
    undefined,
    history,
    { vendor: "v", noContent: null, toMedia: noMedia, ...rules },
    {
      loss: ({ what, action }) => losses.push(`${what} ${action}`),
    },
  );
  return { messages, losses };
}

const call = (fields: object) => ({ type: "tool-call", toolCallId: "c", toolName: "f", input: {}, ...fields }) as const;

function argumentsOf(fields: object): { readonly text: unknown; readonly losses: readonly string[] } {
  const { messages, losses } = send([call(fields)]);
  const text = /"arguments":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(messages))?.[1] ?? '""';
  return { text: JSON.parse(text), losses };
}

describe("arguments on their way back", () => {
  test.each([
    ["as they were spelled", { input: { a: 1 }, opaque: { arguments: `{ "a": 1 }` } }, `{ "a": 1 }`],
    ["with numbers that JavaScript cannot hold", { inputText: `{"id":9007199254740993}` }, `{"id":9007199254740993}`],
    ["as none, where null was written", { opaque: { arguments: "null" } }, "{}"],
    ["as none, where white space was written", { opaque: { arguments: " " } }, "{}"],
    ["as none, where another vendor's call had null", { input: null }, "{}"],
  ])("go %s", (_how, fields, expected) => {
    expect(argumentsOf(fields)).toEqual({ text: expected, losses: [] });
  });

  test.each([
    ["a free text", { input: "select 1" }, `{"input":"select 1"}`],
    ["a list", { input: [1] }, `{"input":[1]}`],
    ["false", { input: false }, `{"input":false}`],
    ["broken arguments", { inputText: `{"a` }, `{"invalid_arguments":"{\\"a"}`],
    ["JSON inside of JSON", { inputText: `"{}"` }, `{"invalid_arguments":"\\"{}\\""}`],
  ])("are an object also for %s, which is reported", (_what, fields, expected) => {
    expect(argumentsOf(fields)).toEqual({ text: expected, losses: ["messages[0] tool-call translated"] });
  });
});

describe("answers on their way back", () => {
  test("hold reasoning only where the server wants it, and on every turn where it needs it", () => {
    const thought = { type: "reasoning", text: "Hm." } as const;
    const text = { type: "text", text: "x" } as const;
    const field = { reasoning: "reasoning_content", isReasoningNeeded: true };

    expect(send([thought, text])).toEqual({
      messages: [{ role: "assistant", content: "x" }],
      losses: ["messages[0] reasoning dropped"],
    });
    expect(send([text], field).messages).toEqual([{ role: "assistant", content: "x", reasoning_content: "" }]);
    expect(send([thought], { ...field, noContent: "" }).messages).toEqual([
      { role: "assistant", content: "", reasoning_content: "Hm." },
    ]);
    expect(send([thought], { reasoning: "content" }).messages).toEqual([
      { role: "assistant", content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] },
    ]);
  });

  test("hold nothing opaque that this wire did not make", () => {
    const item = { type: "opaque", kind: "web_search_call", data: { id: "ws_1" } } as const;

    expect(send([item, { type: "text", text: "x" }])).toEqual({
      messages: [{ role: "assistant", content: "x" }],
      losses: ["messages[0] opaque dropped"],
    });
  });
});
