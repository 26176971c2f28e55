import type { JsonObject } from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { markCache } from "./cache-marks.ts";

const MARK = { cache_control: { type: "ephemeral" } };
const text = (words: string): JsonObject => ({ type: "text", text: words });
const user = (...content: JsonObject[]): JsonObject => ({ role: "user", content });
const model = (...content: JsonObject[]): JsonObject => ({ role: "assistant", content });
const use = (id: number): JsonObject => ({ type: "tool_use", id: `t${id}`, name: "f", input: {} });
const result = (id: number): JsonObject => ({ type: "tool_result", tool_use_id: `t${id}` });
const many = Array.from({ length: 18 }, (_, index) => index);

/** A conversation of agents: in each turn 18 calls, so that 36 blocks lie between one end and the next. */
function conversation(turns: number): JsonObject {
  const rounds = Array.from({ length: turns }, () => [model(...many.map(use)), user(...many.map(result))]);
  return { system: "S", tools: [{ name: "f" }], messages: [user(text("Hi")), ...rounds.flat()] };
}

/** Positions of the marks, in the order in which the vendor reads: tools, system, messages. */
function marks({ tools, system, messages }: JsonObject): readonly number[] {
  const lists = [tools, system, ...(Array.isArray(messages) ? messages.map((one) => Object(one).content) : [])];
  const blocks = lists.flatMap((list) => (Array.isArray(list) ? list : [list]));
  return blocks.flatMap((block, index) => (Object(block).cache_control === undefined ? [] : [index]));
}

describe("markCache", () => {
  test("marks the end of tools and system, the user turn before the newest calls, and the end", () => {
    const sent = markCache({ ...conversation(1) });

    expect(sent).toEqual({
      system: [{ ...text("S"), ...MARK }],
      tools: [{ name: "f" }],
      messages: [
        user({ ...text("Hi"), ...MARK }),
        model(...many.map(use)),
        user(...many.slice(1).map((id) => result(id - 1)), { ...result(17), ...MARK }),
      ],
    });
  });

  test("begins where the request before ended, however many calls lie between", () => {
    const ends = [1, 2, 3].map((turns) => marks(markCache(conversation(turns))));

    expect(ends[1]).toContain(ends[0]?.at(-1));
    expect(ends[2]).toContain(ends[1]?.at(-1));
  });

  test("marks the last tool where there is no system, but none that is loaded later", () => {
    const tools = [{ name: "f" }, { name: "g", defer_loading: true }];

    expect(markCache({ tools, messages: [user(text("Hi"))] })["tools"]).toEqual([{ name: "f", ...MARK }, tools[1]]);
  });

  test("leaves the caller's own marks alone, and makes at most four with them", () => {
    const own = { cache_control: { type: "ephemeral", ttl: "1h" } };
    const tools = ["a", "b", "c"].map((name) => ({ name, ...own }));
    const sent = markCache({ ...conversation(1), tools });

    expect(marks(sent)).toHaveLength(4);
    expect(sent["tools"]).toEqual(tools);
    const automatic = { ...conversation(1), cache_control: { type: "ephemeral" } };
    expect(markCache(automatic)).toBe(automatic);
  });

  test("puts none on reasoning and on blocks of the vendor's own", () => {
    const thinking = { type: "thinking", thinking: "hm", signature: "s" };
    const hosted = { type: "server_tool_use", id: "s1", name: "web_search", input: {} };
    const sent = markCache({ messages: [user(text("Hi")), model(text("I look."), thinking, hosted)] });

    expect(sent["messages"]).toEqual([
      user({ ...text("Hi"), ...MARK }),
      model({ ...text("I look."), ...MARK }, thinking, hosted),
    ]);
  });
});
