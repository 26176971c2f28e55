import type { JsonObject } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { closing } from "./closing.ts";

const SEARCH = { type: "server_tool_use", id: "s1", name: "web_search", input: {} };
const FOUND = { type: "web_search_tool_result", tool_use_id: "s1", content: [] };
const MCP = { type: "mcp_tool_use", id: "m1", name: "list", server_name: "s", input: {} };
const text = (words: string): JsonObject => ({ type: "text", text: words });

function close(content: readonly JsonObject[], canContinue = false): readonly unknown[] {
  const losses: string[] = [];
  const messages = [
    { role: "user", content: [text("Hi")] },
    { role: "assistant", content: [...content] },
  ];
  const closed = closing(messages, canContinue, ({ what, action }) => void losses.push(`${what} ${action}`));
  return [closed.length, ...losses];
}

describe("a conversation that ends with the model's turn", () => {
  test.each<[string, readonly JsonObject[]]>([
    ["a finished server tool and what was said of it", [SEARCH, FOUND, text("Rain.")]],
    ["a finished server tool before a text that was cut", [text("I look."), SEARCH, FOUND, text("R")]],
    ["reasoning behind a finished tool", [SEARCH, FOUND, { type: "thinking", thinking: "hm", signature: "s" }]],
  ])("gets a turn of the user behind %s", (_, content) => {
    expect(close(content)).toEqual([3, "messages translated"]);
  });

  test.each<[string, readonly JsonObject[]]>([
    ["a server tool waits for its result", [text("I look."), SEARCH]],
    ["the tool of a connector waits", [MCP]],
    ["one of two waits", [SEARCH, FOUND, { ...SEARCH, id: "s2" }]],
    ["nothing has been said of what a tool found", [SEARCH, FOUND]],
    ["the vendor stopped behind its summary", [{ type: "compaction", content: "c" }]],
  ])("is sent as it is where it was paused: %s", (_, content) => {
    expect(close(content)).toEqual([2]);
  });

  test("is continued by a model that can, also behind a server tool", () => {
    const messages = [{ role: "assistant", content: [SEARCH, FOUND, text("So far ")] }];

    expect(closing(messages, true, () => undefined)).toEqual([
      { role: "assistant", content: [SEARCH, FOUND, text("So far")] },
    ]);
  });
});
