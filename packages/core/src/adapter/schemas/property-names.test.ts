import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../model/json.ts";
import type { StreamPart, TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";
import { Evidence } from "../reading/evidence.ts";
import { legalPropertyNames, ownPropertyNames } from "./property-names.ts";
import type { WireReader } from "../reading/wire-reader.ts";

const LEGAL = /^[a-zA-Z0-9_.-]{1,64}$/;
const TEXT = { type: "string" };

function requestFor(inputSchema: JsonObject, input: JsonValue = {}): TargetRequest {
  return {
    messages: [
      {
        role: "assistant",
        content: [
          { type: "text", text: "$top" },
          { type: "tool-call", toolCallId: "c1", toolName: "f", input, opaque: { arguments: JSON.stringify(input) } },
          { type: "tool-call", toolCallId: "c2", toolName: "gone", input },
        ],
      },
    ],
    tools: [
      { name: "f", inputSchema },
      { name: "g", inputSchema: { type: "object", properties: { a: TEXT } } },
    ],
    toolChoice: "auto",
    output: { type: "text" },
    reasoning: { visible: false },
    stop: [],
  };
}

interface Sent {
  readonly schema: JsonObject | undefined;
  /** The inputs of the two earlier calls. */
  readonly inputs: readonly unknown[];
  readonly losses: readonly Loss[];
}

function send(request: TargetRequest): Sent {
  const losses: Loss[] = [];
  const { tools, messages } = legalPropertyNames(request, LEGAL, (loss) => losses.push(loss));
  const inputs = messages.flatMap(({ content }) => content.flatMap((part) => ("input" in part ? [part.input] : [])));
  return { schema: tools[0]?.inputSchema, inputs, losses };
}

/** What a caller gets of a call that its vendor finished. */
function receive(request: TargetRequest, input: JsonValue): JsonValue | undefined {
  const call: StreamPart = {
    type: "tool-call",
    id: "1",
    part: { type: "tool-call", toolCallId: "c3", toolName: "f", input },
  };
  const reader: WireReader = {
    evidence: new Evidence(),
    event: (_, out) => out.push(call),
    whole: () => undefined,
    finish: () => undefined,
  };
  const out: StreamPart[] = [];
  ownPropertyNames(reader, request, LEGAL).event({ data: "" }, out);
  const [part] = out;
  return part?.type === "tool-call" ? part.part.input : undefined;
}

describe("legalPropertyNames", () => {
  test("returns the very same request, and reader, where all names are legal", () => {
    const request = requestFor({ type: "object", properties: { a_b: TEXT } });
    const reader: WireReader = {
      evidence: new Evidence(),
      event: () => undefined,
      whole: () => undefined,
      finish: () => undefined,
    };

    expect(legalPropertyNames(request, LEGAL, () => expect.fail("nothing is lost"))).toBe(request);
    expect(ownPropertyNames(reader, request, LEGAL)).toBe(reader);
  });

  test("renames at every depth, says the name in the description, and reports it once", () => {
    const inner = { type: "object", properties: { "a b": { ...TEXT, description: "Inner." } }, required: ["a b"] };
    const request = requestFor({
      type: "object",
      properties: { $top: { type: "integer" }, __top: TEXT, list: { type: "array", items: { $ref: "#/$defs/I" } } },
      required: ["$top"],
      dependentRequired: { $top: ["__top"] },
      $defs: { I: inner },
    });

    const { schema, losses } = send(request);

    expect(schema).toEqual({
      type: "object",
      properties: {
        __top_2: { type: "integer", description: "{name: $top}" },
        __top: TEXT,
        list: { type: "array", items: { $ref: "#/$defs/I" } },
      },
      required: ["__top_2"],
      dependentRequired: { __top_2: ["__top"] },
      $defs: {
        I: { type: "object", properties: { _a_b: { ...TEXT, description: "Inner. {name: a b}" } }, required: ["_a_b"] },
      },
    });
    expect(losses).toEqual([
      {
        what: "tools",
        action: "translated",
        reason: "names of properties that the vendor refuses are written differently",
      },
    ]);
  });

  test.each<[string, JsonObject, JsonValue, JsonValue]>([
    [
      "inside lists",
      { type: "array", items: { type: "object", properties: { $a: TEXT } } },
      [{ $a: "x" }],
      [{ _$a: "x" }],
    ],
    ["inside tuples", { prefixItems: [TEXT, { properties: { $a: TEXT } }] }, ["x", { $a: "y" }], ["x", { _$a: "y" }]],
    ["in one of several forms", { anyOf: [TEXT, { properties: { $a: TEXT } }] }, { $a: "x" }, { _$a: "x" }],
    ["in what all forms share", { allOf: [{ properties: { $a: TEXT } }, {}] }, { $a: "x" }, { _$a: "x" }],
    [
      "under keys that are free",
      { additionalProperties: { properties: { $a: TEXT } } },
      { $a: { $a: "x" } },
      { $a: { _$a: "x" } },
    ],
    ["by a reference back", { $ref: "#/$defs/N" }, { $a: { $a: {} } }, { _$a: { _$a: {} } }],
    ["but no data", { type: "object" }, { $a: [{ $a: 1 }] }, { $a: [{ $a: 1 }] }],
    [
      "but no keys of a map",
      { properties: { $a: TEXT, m: { type: "object" } } },
      { $a: "x", m: { $a: "y" } },
      { _$a: "x", m: { $a: "y" } },
    ],
  ])("renames in earlier calls, and back in new ones: %s", (_, schema, own, shown) => {
    const node = { type: "object", properties: { $a: { $ref: "#/$defs/N" } } };
    const request = requestFor(
      { type: "object", properties: { v: schema, $a: TEXT }, $defs: { N: node } },
      { v: own, $a: "" },
    );
    const native = { v: JSON.parse(JSON.stringify(shown).replaceAll("_$a", "__a")), __a: "" };

    expect(send(request).inputs).toEqual([native, { v: own, $a: "" }]);
    expect(receive(request, native)).toEqual({ v: own, $a: "" });
  });

  test("sends no text of a call that has the other names", () => {
    const request = requestFor({ type: "object", properties: { $a: TEXT } }, { $a: "x" });

    const { messages } = legalPropertyNames(request, LEGAL, () => undefined);

    expect(messages[0]?.content[1]).toEqual({
      type: "tool-call",
      toolCallId: "c1",
      toolName: "f",
      input: { __a: "x" },
      opaque: undefined,
    });
  });

  test("renames constants and defaults as the values that they are", () => {
    const schema = {
      type: "object",
      properties: { v: { properties: { $a: TEXT }, default: { $a: "x" }, enum: [{ $a: "y" }] } },
    };

    expect(send(requestFor(schema)).schema).toMatchObject({
      properties: { v: { default: { __a: "x" }, enum: [{ __a: "y" }] } },
    });
  });

  test("keeps names apart that look alike, and takes those of the prototype for names", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have such a key
    const properties = JSON.parse(`{"都市":{},"都道":{},"__proto__":{},"constructor":{},"":{}}`) as JsonObject;
    const request = requestFor({ type: "object", properties });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    const value = JSON.parse(`{"都市":1,"都道":2,"__proto__":3,"constructor":4,"":5}`) as JsonObject;

    const names = Object.keys(send(requestFor({ type: "object", properties }, value)).inputs[0] ?? {});

    expect(names).toHaveLength(5);
    expect(names.filter((name) => !LEGAL.test(name))).toEqual([]);
    const [sent = {}] = send(requestFor({ type: "object", properties }, value)).inputs;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what was made of JSON
    expect(JSON.stringify(receive(request, sent as JsonObject))).toBe(JSON.stringify(value));
  });
});
