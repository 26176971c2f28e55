import type { AssistantPart, JsonObject, TargetMessage, TargetRequest } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { toMessages } from "./content.ts";
import { WITHOUT_SERVER_TOOLS } from "./server-tools.ts";

const USER: TargetMessage = { role: "user", content: [{ type: "text", text: "Hi" }] };
const SEARCH = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "q" } };
const FOUND = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
const MCP = { type: "mcp_tool_use", id: "mcptoolu_1", name: "list", server_name: "s", input: {} };
const CALLER = { type: "code_execution_20260120", tool_id: "srvtoolu_1" };

const block = (data: JsonObject) => ({ type: "opaque", kind: "hosted", data }) as const;
const said = (text: string) => ({ type: "text", text }) as const;
const call = (id: string, opaque?: JsonObject) =>
  ({ type: "tool-call", toolCallId: id, toolName: "bash", input: {}, opaque }) as const;
const answer = (...content: AssistantPart[]): TargetMessage => ({ role: "assistant", content });
const results = (...ids: string[]): TargetMessage => ({
  role: "tool",
  content: ids.map((toolCallId) => ({ type: "tool-result", toolCallId, toolName: "bash", content: [said("ok")] })),
});

interface Sent {
  /** Types of the blocks of each assistant turn, with who called. */
  readonly turns: readonly (readonly string[])[];
  readonly losses: readonly string[];
}

function send(...messages: TargetMessage[]): Sent {
  const losses: string[] = [];
  const native = toMessages(messages, true, ({ what, action }) => void losses.push(`${what} ${action}`));
  const turns = native.flatMap(({ role, content }) =>
    role === "assistant" && Array.isArray(content) ? [content.map((one) => typeOf(one))] : [],
  );
  return { turns, losses };
}

function typeOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "none";
  return `${String(Reflect.get(value, "type"))}${Reflect.has(value, "caller") ? " by a tool" : ""}`;
}

const deferred = answer(said("I look."), block(SEARCH), call("t1"));

describe("a server tool that waits for its result", () => {
  test("goes back while nothing but results follows", () => {
    expect(send(USER, deferred, results("t1"))).toEqual({
      turns: [["text", "server_tool_use", "tool_use"]],
      losses: [],
    });
  });

  test("goes back once its result has come, in the answer behind", () => {
    const messages = [USER, deferred, results("t1"), answer(block(FOUND), said("Done.")), USER];

    expect(send(...messages)).toEqual({
      turns: [
        ["text", "server_tool_use", "tool_use"],
        ["web_search_tool_result", "text"],
      ],
      losses: [],
    });
  });

  test("goes back while code that it runs makes its calls", () => {
    const code = { ...SEARCH, name: "code_execution" };
    const called = [answer(block(code), call("t1", { caller: CALLER })), results("t1")];
    const more = [answer(call("t2", { caller: CALLER })), results("t2")];

    expect(send(USER, ...called, ...more)).toEqual({
      turns: [["server_tool_use", "tool_use by a tool"], ["tool_use by a tool"]],
      losses: [],
    });
  });

  test("goes back in an answer that was paused", () => {
    expect(send(USER, answer(block(SEARCH)))).toEqual({ turns: [["server_tool_use"]], losses: [] });
  });

  test.each<[string, TargetMessage[]]>([
    ["the user speaks behind the results", [USER, deferred, results("t1"), USER]],
    ["another vendor answered", [USER, deferred, results("t1"), answer(said("So.")), USER]],
    ["another vendor calls tools", [USER, deferred, results("t1"), answer(call("t2")), results("t2")]],
    ["a pause was not continued", [USER, answer(said("I look."), block(SEARCH)), USER]],
    ["another vendor went on with a paused answer", [USER, answer(block(SEARCH), said("So.")), results()]],
    ["an MCP server never answered", [USER, answer(said("I look."), block(MCP)), USER]],
  ])("is left out, and reported, when %s", (_, messages) => {
    const { turns, losses } = send(...messages);

    expect(turns.flat()).not.toContain("server_tool_use");
    expect(turns.flat()).not.toContain("mcp_tool_use");
    expect(losses).toEqual(["messages[1] opaque dropped"]);
  });

  test("takes the callers of its calls with it", () => {
    const code = { ...SEARCH, name: "code_execution" };

    const sent = send(USER, answer(block(code), call("t1", { caller: CALLER })), results("t1"), USER);

    expect(sent).toEqual({ turns: [["tool_use"]], losses: ["messages[1] opaque dropped"] });
  });

  test("is not missed by its result: one whose call was cut off the history is left out too", () => {
    expect(send(USER, answer(block(FOUND), said("Done.")), USER)).toEqual({
      turns: [["text"]],
      losses: ["messages[1] opaque dropped"],
    });
  });
});

describe("the repair without earlier server tools", () => {
  const request: TargetRequest = {
    messages: [
      USER,
      answer(
        { type: "reasoning", text: "hm", opaque: { signature: "s" } },
        block(SEARCH),
        block(FOUND),
        { type: "text", text: "Found.", opaque: { citations: [{ type: "web_search_result_location" }] } },
        call("t1", { caller: CALLER }),
      ),
      results("t1"),
      answer(block(SEARCH), block(FOUND)),
      USER,
    ],
    tools: [],
    toolChoice: "auto",
    output: { type: "text" },
    reasoning: { visible: true },
    stop: [],
  };

  test("leaves out both blocks of every pair and what points at them, and keeps the texts and the reasoning", () => {
    const { messages } = WITHOUT_SERVER_TOOLS.apply(request);

    expect(toMessages(messages, true, () => undefined)).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "text", text: "Found." },
          { type: "tool_use", id: "t1", name: "bash", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "ok" }] },
          { type: "text", text: "Hi" },
        ],
      },
    ]);
  });

  test("concerns one conversation, and changes none without them", () => {
    const plain = { ...request, messages: [USER, answer(said("Hello.")), USER] };

    expect(WITHOUT_SERVER_TOOLS.once).toBe(true);
    expect(WITHOUT_SERVER_TOOLS.apply(plain)).toBe(plain);
    const repaired = WITHOUT_SERVER_TOOLS.apply(request);
    expect(WITHOUT_SERVER_TOOLS.apply(repaired)).toBe(repaired);
  });
});
