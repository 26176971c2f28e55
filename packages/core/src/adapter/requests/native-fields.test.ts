import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../model/json.ts";
import type { TargetTool } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { actsAtVendor, defined, mergeNative, pairs, toolNames, type MergeRules } from "./native-fields.ts";

function merge(
  body: JsonObject,
  native: Parameters<typeof mergeNative>[1],
  rules: Pick<MergeRules, "says" | "rivals"> = {},
): { merged: JsonObject; losses: string[] } {
  const losses: string[] = [];
  const loss = ({ what }: { readonly what: string }): void => void losses.push(what);
  return { merged: mergeNative(body, native, { objects: ["text"], lists: ["tools"], ...rules, loss }), losses };
}

describe("mergeNative", () => {
  test("puts a native field in its namesake's place, merges objects and adds to lists where it is told to", () => {
    const body = { a: 1, text: { format: "x", verbosity: "low" }, tools: [1], other: { kept: true } };

    const { merged, losses } = merge(body, { a: null, text: { verbosity: "high" }, tools: [2], other: {}, more: "m" });

    expect(merged).toEqual({
      a: null,
      text: { format: "x", verbosity: "high" },
      tools: [1, 2],
      other: {},
      more: "m",
    });
    expect(losses).toEqual([]);
  });

  test("takes out what is undefined, and reports it where there was something to take out", () => {
    const { merged, losses } = merge({ a: 1 }, { a: undefined, b: undefined });

    expect(merged).toEqual({});
    expect(losses).toEqual(["a"]);
  });

  test("reports a native field that a repair takes out where the adapter wants it, also if the body has none", () => {
    const losses: string[] = [];
    const rules = {
      reportsNative: true,
      objects: [],
      lists: [],
      without: ["a", "b"],
      loss: ({ what }: Loss) => void losses.push(what),
    };

    expect(mergeNative({}, { a: 1 }, rules)).toEqual({});
    expect(losses).toEqual(["a"]);
  });

  test("merges objects inside of one another, and only those that it is told to", () => {
    const { merged } = merge(
      { text: { text: { a: 1 }, other: { a: 1 } } },
      { text: { text: { b: 2 }, other: { b: 2 } } },
    );

    expect(merged).toEqual({ text: { text: { a: 1, b: 2 }, other: { b: 2 } } });
  });

  test("reports what of the request is overridden by another value, and takes out what stands or falls with it", () => {
    const rules = { says: pairs("level:effort budget:effort most"), rivals: pairs("level:budget budget:level") };
    const body = { text: { level: "low", most: 5 } };

    const other = merge(body, { text: { budget: 0, most: 6 } }, rules);
    const same = merge(body, { text: { level: "low", most: 5 } }, rules);
    const both = merge(body, { text: { level: "low", budget: 0 } }, rules);

    expect(other.merged).toEqual({ text: { budget: 0, most: 6 } });
    expect(other.losses).toEqual(["effort", "most"]);
    expect([same.merged, same.losses]).toEqual([body, []]);
    // Both are the caller's own.
    expect(both.merged).toEqual({ text: { level: "low", budget: 0, most: 5 } });
  });

  test("takes a field inside an object out by its name with a dot, and reports it", () => {
    const { merged, losses } = merge(
      { text: { format: "x" }, a: 1 },
      { text: { verbosity: "high" }, "text.verbosity": undefined, "a.b": undefined, "text.other": undefined },
    );

    expect(merged).toEqual({ text: { format: "x" }, a: 1 });
    expect(losses).toEqual(["text.verbosity"]);
  });

  test("takes prototype keys for what they are: keys", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have this key
    const hostile = JSON.parse(`{"__proto__":{"polluted":true}}`) as JsonObject;

    const { merged } = merge({ a: 1 }, hostile);

    expect(JSON.stringify(merged)).toBe(`{"a":1,"__proto__":{"polluted":true}}`);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("toolNames", () => {
  test("finds names in each form in which tools are declared", () => {
    const names = [{ name: "a" }, { function: { name: "b" } }, { type: "custom", custom: { name: "c" } }];

    expect(toolNames([...names, { functionDeclarations: [{ name: "d" }] }, { type: "web_search" }])).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
  });
});

describe("defined", () => {
  test("keeps null, false, zero and empty texts", () => {
    expect(defined({ a: null, b: false, c: 0, d: "", e: undefined })).toEqual({ a: null, b: false, c: 0, d: "" });
  });
});

const tool = (type?: string): TargetTool => ({
  name: "look",
  description: "Looks.",
  inputSchema: { type: "object" },
  ...(type === undefined ? {} : { vendorOptions: { alpha: { type } } }),
});

describe("actsAtVendor", () => {
  test.each([
    [{ tools: [{ googleSearch: {} }] }, true],
    [{ web_search_options: {} }, true],
    [{ mcp_servers: [{ url: "https://mcp.test" }] }, true],
    [{ container: "c-1" }, true],
    [{ conversation: "conv-1" }, true],
    [{ background: true }, true],
    [{ tools: [], background: false, conversation: null }, false],
    [{ tool_choice: "auto", parallel_tool_calls: false, service_tier: "flex", previous_response_id: "r-1" }, false],
    [{}, false],
  ])("R14.8 of the native fields %j: %s", (native, acts) => {
    expect(actsAtVendor(native, [tool()], "alpha")).toBe(acts);
  });

  test("R14.8 a tool of a type of the vendor's own acts, one of the caller's does not", () => {
    const acts = ["web_search", "custom", "function"].map((type) => actsAtVendor({}, [tool(type)], "alpha"));

    expect(acts).toEqual([true, false, false]);
    expect(actsAtVendor({}, [tool("web_search")], "beta")).toBe(false);
  });
});
