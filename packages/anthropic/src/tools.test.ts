import { describe, expect, test } from "vitest";
import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { toMessages } from "./content.ts";
import { toTools } from "./tools.ts";

const STRICT = { anthropic: { strict: true } };

function tool(inputSchema: JsonObject, native: JsonObject = { strict: true }): TargetRequest["tools"][number] {
  return { name: "f", description: "F.", inputSchema, vendorOptions: { anthropic: native } };
}

function declare(
  tools: TargetRequest["tools"],
  native: JsonObject = {},
  without: readonly string[] = [],
): { readonly tools: readonly JsonObject[]; readonly losses: readonly string[] } {
  const losses: string[] = [];
  const request: TargetRequest = {
    messages: [],
    tools,
    toolChoice: "auto",
    output: { type: "text" },
    reasoning: { visible: true },
    stop: [],
    without,
  };
  const loss = ({ what, action, reason }: Loss): void => void losses.push(`${what} ${action}: ${reason}`);
  return { tools: toTools(request, native, loss) ?? [], losses };
}

function withOptional(count: number): JsonObject {
  const properties = Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: "string" }]));
  return { type: "object", properties };
}

function withUnions(count: number): JsonObject {
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const either = { anyOf: [{ type: "string" }, { type: "number" }] };
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, either])), required: names };
}

const strictOnes = (tools: readonly JsonObject[]): readonly boolean[] => tools.map(({ strict }) => strict === true);

describe("strict tools", () => {
  test.each<[string, JsonObject, RegExp]>([
    ["refers to itself", { type: "object", properties: { next: { $ref: "#" } } }, /recursive/],
    [
      "refers to itself through a definition",
      { type: "object", properties: { a: { $ref: "#/$defs/n" } }, $defs: { n: { anyOf: [{ $ref: "#/$defs/n" }] } } },
      /recursive/,
    ],
    ["has free keys", { type: "object", properties: {}, additionalProperties: { type: "string" } }, /free keys/],
  ])("are declared without being enforced, as they are, when the schema %s", (_, schema, reason) => {
    const { tools, losses } = declare([tool(schema)]);

    expect(tools[0]).not.toHaveProperty("strict");
    expect(tools[0]?.["input_schema"]).not.toHaveProperty("additionalProperties", false);
    expect(losses).toEqual([expect.stringMatching(/^tools strict downgraded: /)]);
    expect(losses[0]).toMatch(reason);
  });

  test("are enforced as far as the vendor's number of them reaches, with those that are declared natively", () => {
    const native = { tools: [{ name: "own", input_schema: { type: "object" }, strict: true }] };

    const { tools, losses } = declare(
      Array.from({ length: 21 }, () => tool({ type: "object", properties: {} })),
      native,
    );

    expect(strictOnes(tools).filter(Boolean)).toHaveLength(19);
    expect(losses).toHaveLength(2);
  });

  test.each<[string, readonly JsonObject[], readonly boolean[]]>([
    ["optional parameters", [withOptional(20), withOptional(5), withOptional(4)], [true, false, true]],
    ["unions", [withUnions(10), withUnions(6), withUnions(5)], [true, false, true]],
  ])("share the room for %s, and one that finds none takes none", (_, schemas, expected) => {
    expect(strictOnes(declare(schemas.map((schema) => tool(schema))).tools)).toEqual(expected);
  });

  test("are not enforced once the vendor refused one", () => {
    const { tools, losses } = declare([tool({ type: "object", properties: {} })], {}, ["strict"]);

    expect(strictOnes(tools)).toEqual([false]);
    expect(losses).toEqual(["tools strict downgraded: the vendor refused it"]);
  });

  test("that a schema could be enforced for stay as strict as they are asked for", () => {
    const { tools, losses } = declare([{ ...tool(withOptional(2)), vendorOptions: STRICT }]);

    expect(tools).toMatchObject([{ strict: true, input_schema: { additionalProperties: false } }]);
    expect(losses).toEqual([]);
  });
});

describe("tools that the vendor defines", () => {
  test.each<[JsonObject, JsonObject]>([
    [{ type: "bash_20250124" }, { name: "f", type: "bash_20250124" }],
    [
      { type: "computer_20251124", display_width_px: 100, strict: true },
      { name: "f", type: "computer_20251124", display_width_px: 100, strict: true },
    ],
    [{ type: "computer_toolset_20260801" }, { type: "computer_toolset_20260801" }],
    [
      { type: "mcp_toolset", mcp_server_name: "x" },
      { type: "mcp_toolset", mcp_server_name: "x" },
    ],
  ])("have neither schema nor description of the caller's: %j", (native, expected) => {
    expect(declare([tool({ type: "object", properties: { a: {} } }, native)]).tools).toEqual([expected]);
  });

  test("keep both where the type says that the tool is the caller's", () => {
    expect(declare([tool({ type: "object" }, { type: "custom" })]).tools).toEqual([
      { name: "f", description: "F.", input_schema: { type: "object" }, type: "custom" },
    ]);
  });
});

const call = (id: string, more = {}) =>
  ({ type: "tool-call", toolCallId: id, toolName: "left_click", input: {}, ...more }) as const;
const result = (id: string) => ({ type: "tool-result", toolCallId: id, toolName: "left_click", content: [] }) as const;

test("says of a result to which set of tools its call belongs", () => {
  const opaque = { toolset_name: "computer" };
  const messages = toMessages(
    [
      { role: "assistant", content: [call("t1", { opaque }), call("t2")] },
      { role: "tool", content: [result("t1"), result("t2")] },
    ],
    true,
    () => undefined,
  );

  expect(messages).toMatchObject([
    { content: [{ toolset_name: "computer" }, {}] },
    {
      content: [
        { type: "tool_result", tool_use_id: "t1", toolset_name: "computer" },
        { type: "tool_result", tool_use_id: "t2" },
      ],
    },
  ]);
  expect(JSON.stringify(messages).match(/toolset_name/g)).toHaveLength(2);
});

test("sends citations back without the file that the vendor told with them, which it refuses in a request", () => {
  const citation = {
    type: "page_location",
    cited_text: "c",
    document_index: 0,
    document_title: null,
    start_page_number: 1,
    end_page_number: 2,
  };
  const opaque = {
    citations: [
      { ...citation, file_id: "file_1" },
      { ...citation, file_id: null },
    ],
  };

  const messages = toMessages(
    [{ role: "assistant", content: [{ type: "text", text: "A", opaque }] }],
    true,
    () => undefined,
  );

  expect(messages).toEqual([
    { role: "assistant", content: [{ type: "text", text: "A", citations: [citation, citation] }] },
  ]);
});
