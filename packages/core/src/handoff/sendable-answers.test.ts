import { describe, expect, test } from "vitest";
import { finish, harness } from "../../test/harness.ts";
import { answer, read, scripted, stop, type Script } from "../../test/scripted-target.ts";
import type { ToolCallPart } from "../index.ts";
import type { StreamPart } from "../adapter/index.ts";

type Written = Pick<ToolCallPart, "toolCallId" | "toolName" | "input" | "inputText">;

const call = (id: string, written: Partial<Written>): StreamPart => ({
  type: "tool-call",
  id,
  part: { type: "tool-call", toolCallId: "c", toolName: "get", input: {}, ...written },
});
const called = (parts: readonly StreamPart[]): Script => [
  read(...parts, { type: "end", finishReason: "tool-calls", rawFinishReason: "tool_calls" }),
  stop,
];

const ODD: Readonly<Record<string, readonly StreamPart[]>> = {
  "a call without a name": [call("1", { toolName: "" })],
  "a call without an id": [call("1", { toolCallId: "" })],
  "two calls without ids": [call("1", { toolCallId: "" }), call("2", { toolCallId: "" })],
  "two calls of one id": [call("1", {}), call("2", {})],
  "a call whose arguments are cut": [call("1", { inputText: '{"a":' })],
  "a name that no vendor takes": [call("1", { toolName: "get\nweather <|end|>" })],
  "a name of 5,000 characters": [call("1", { toolName: "x".repeat(5_000) })],
  "an opaque part without a kind": [
    { type: "opaque", id: "1", part: { type: "opaque", kind: "", data: {} } },
    call("2", {}),
  ],
};

describe("an answer", () => {
  test.each(Object.entries(ODD))("with %s goes back to its target and to another one", async (_name, parts) => {
    const { clock, chain } = harness();
    const own = scripted(clock, [called(parts), answer("Done")]);
    const other = scripted(clock, [answer("Done")], { vendor: "beta" });
    const asked = { role: "user", content: "Hi" } as const;
    const tools = [{ name: "get" }];

    const first = await finish(clock, chain([own]).generate({ messages: [asked], tools }));
    const messages = [asked, JSON.parse(JSON.stringify(first.message))];
    const calls = [...first.toolCalls, ...first.invalidToolCalls.map(({ part }) => part)];
    const results = calls.map(({ toolCallId }) => ({ type: "tool-result", toolCallId, content: "ok" }) as const);
    const request = { messages: [...messages, { role: "tool", content: results } as const], tools };

    await finish(clock, chain([own]).generate(request));
    await finish(clock, chain([other]).generate(request));

    for (const sent of [own.calls[1], other.calls[0]]) {
      const [, assistant, tool] = sent?.request.messages ?? [];
      const made = assistant?.role === "assistant" ? assistant.content.filter(isCall) : [];
      const ids = made.map(({ toolCallId }) => toolCallId);
      expect(made).toHaveLength(calls.length);
      expect(made.every(({ toolName }) => /^[\w-]{1,64}$/.test(toolName))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain("");
      expect(tool?.content).toMatchObject(
        made.map(({ toolCallId, toolName }) => ({ toolCallId, toolName, content: [{ text: "ok" }] })),
      );
    }
  });
});

function isCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === "tool-call";
}
