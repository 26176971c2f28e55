import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import type { JsonObject, Message } from "@understudy/core";
import { asJsonObject } from "@understudy/core/adapter";
import { CASES, type SchemaCase } from "./schemas/cases.ts";
import { claudeOutput, claudeTool, geminiSchema, openAILoose, openAIStrict, type Judge } from "./schemas/judges.ts";
import { send, WIRES, type Sent, type Use } from "./schemas/wires.ts";

const OPENAI = (sent: Sent): Judge => (sent.isStrict ? openAIStrict : openAILoose);
const JUDGES: Readonly<Record<string, Readonly<Record<Use, (sent: Sent) => Judge>>>> = {
  openai: { tool: OPENAI, output: OPENAI },
  "openai.chat": { tool: OPENAI, output: OPENAI },
  anthropic: { tool: () => claudeTool, output: () => claudeOutput },
  bedrock: { tool: () => claudeTool, output: () => claudeOutput },
  gemini: { tool: () => geminiSchema, output: () => geminiSchema },
};

const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;
const CHECKERS = { old: new Ajv(OPTIONS), today: new Ajv2020(OPTIONS) };

function compiled(schema: JsonObject): ValidateFunction {
  const isOld = JSON.stringify(schema).includes("draft-07");
  return (isOld ? CHECKERS.old : CHECKERS.today).compile(schema);
}

const counts = { whole: 0, lowered: 0, words: 0 };

/** The table: every schema at every vendor, as the arguments of a tool and as the form of an answer. */
describe.each(Object.entries(WIRES))("at %s", (name, wire) => {
  test.each(Object.entries(CASES).flatMap(([title, one]) => uses(one).map((use) => [title, use, one] as const)))(
    "%s is sent as a legal %s, and what fits it still fits",
    async (_, use, one) => {
      const sent = await send(wire, use, one.schema);

      const losses = sent.answer.losses.filter(({ what }) => what === "tools" || what.startsWith("output"));
      const isWhole = losses.length === 0;
      counts[isInWords(sent, use) ? "words" : isWhole ? "whole" : "lowered"]++;
      const isRenamed = ["anthropic", "bedrock"].includes(name) && use === "tool";
      const fits = isRenamed ? (one.renamed ?? one.fits) : one.fits;
      const takes = checker(name, fits, sent);
      expect({
        refused: sent.schema && JUDGES[name]?.[use](sent)(sent.schema),
        // Where there is no schema, all of it is told, or there was nothing to say.
        untold: sent.schema === undefined && !isTold(sent, use, one.schema),
        // Nothing that fits is refused by what was sent; where nothing was reported, what does not fit still does not.
        lost: fits.filter((value) => !takes(value)),
        let: isWhole ? (one.wrong ?? []).filter((value) => takes !== ANYTHING && takes(value)) : [],
      }).toEqual({ refused: undefined, untold: false, lost: [], let: [] });
    },
  );
});

function uses({ only }: SchemaCase): readonly Use[] {
  return only === undefined ? ["tool", "output"] : [only];
}

function isInWords({ schema }: Sent, use: Use): boolean {
  return schema === undefined && use === "output";
}

function isTold({ body, answer }: Sent, use: Use, schema: JsonObject): boolean {
  // Gemini wants the schema of no arguments left out.
  if (use === "tool") return Object.keys(asJsonObject(schema["properties"])).length === 0;
  const words = JSON.stringify(JSON.stringify(schema)).slice(1, -1);
  return answer.losses.length === 1 && JSON.stringify(body).includes(words);
}

const ANYTHING = (): boolean => true;

function checker(name: string, fits: readonly unknown[], { schema }: Sent): (value: unknown) => boolean {
  // What has no values here may be too deep for the checker; DeepSeek's tools go out as they are.
  return schema === undefined || fits.length === 0 || JUDGES[name] === undefined ? ANYTHING : compiled(schema);
}

/** Written by hand: what has to go out of the hardest ones. */
const EXPECTED: readonly (readonly [string, string, Use, JsonObject])[] = [
  [
    "zod: a discriminated union at the root",
    "anthropic",
    "tool",
    {
      type: "object",
      properties: {
        kind: { type: "string", enum: ["circle", "square"] },
        radius: { type: "number" },
        side: { type: "number" },
      },
      required: ["kind"],
      additionalProperties: false,
      description: '{one of: kind="circle", radius | kind="square", side}',
    },
  ],
  [
    "zod: an intersection at the root",
    "openai",
    "tool",
    {
      type: "object",
      properties: {
        id: { type: "string" },
        kind: { type: "string", enum: ["circle", "square"] },
        radius: { type: "number" },
        side: { type: "number" },
      },
      required: ["id", "kind"],
      description: '{one of: kind="circle", radius | kind="square", side}',
    },
  ],
  [
    "mcp: either of two arguments",
    "openai.chat",
    "tool",
    {
      type: "object",
      properties: { id: { type: "string" }, name: { type: "string" } },
      description: "{one of: id | name}",
    },
  ],
  [
    "pydantic: a root of references",
    "anthropic",
    "tool",
    {
      type: "object",
      properties: {
        kind: { type: "string", enum: ["cat", "dog"] },
        lives: { type: "integer" },
        owner: { type: "string" },
      },
      required: ["kind"],
      discriminator: { propertyName: "kind" },
      description: '{one of: kind="cat", lives | kind="dog", owner?}',
    },
  ],
  ["mcp: no schema at all", "openai", "tool", { type: "object", properties: {} }],
  [
    "mcp: an array without items",
    "openai",
    "tool",
    { type: "object", properties: { hints: { type: "array", description: "Hints.", items: {} } } },
  ],
  [
    "mcp: OData's keys",
    "anthropic",
    "tool",
    {
      type: "object",
      properties: {
        __top: { type: "integer", description: "{name: $top}" },
        _filter_id_: { type: "string", description: "{name: filter[id]}" },
        ___: { type: "string", description: "{name: 都市}" },
        inner: {
          type: "object",
          properties: { _a_b: { type: "string", description: "{name: a b}" } },
          required: ["_a_b"],
        },
        list: {
          type: "array",
          items: { type: "object", properties: { __top: { type: "string", description: "{name: $top}" } } },
        },
      },
      required: ["__top", "___"],
    },
  ],
  [
    "mcp: a lookaround",
    "openai",
    "tool",
    {
      type: "object",
      properties: {
        date: { type: "string", description: "{pattern: ^(?!0000)\\d{4}$}" },
        back: { type: "string", description: "{pattern: (a)\\1}" },
      },
      required: ["date", "back"],
      additionalProperties: false,
    },
  ],
  [
    "pydantic v1: a described reference",
    "gemini",
    "tool",
    {
      type: "object",
      properties: { from: { anyOf: [{ $ref: "#/$defs/Point" }], description: "Start." } },
      required: ["from"],
      $defs: { Point: { type: "object", properties: { x: { type: "integer" } }, required: ["x"] } },
    },
  ],
  [
    "pydantic: an enumeration with null",
    "gemini",
    "output",
    {
      type: "object",
      properties: {
        color: { anyOf: [{ type: "string", enum: ["red", "blue"] }, { type: "null" }] },
        flag: { type: "boolean", description: "{enum: [true]}" },
      },
      required: ["color", "flag"],
      additionalProperties: false,
    },
  ],
  [
    "openapi: inheritance",
    "openai",
    "output",
    {
      type: "object",
      properties: { pet: { $ref: "#/$defs/Dog" } },
      required: ["pet"],
      additionalProperties: false,
      $defs: {
        Dog: {
          type: "object",
          properties: { id: { type: "integer", description: "{format: int64}" }, bark: { type: "boolean" } },
          required: ["id", "bark"],
          additionalProperties: false,
        },
      },
    },
  ],
  [
    "draft 4: exclusive bounds as flags",
    "anthropic",
    "tool",
    {
      type: "object",
      properties: { price: { type: "number", exclusiveMinimum: 0, maximum: 9 } },
      required: ["price"],
    },
  ],
  [
    "draft 7: definitions",
    "gemini",
    "tool",
    {
      type: "object",
      properties: { task: { $ref: "#/$defs/Task" }, same: { $ref: "#/$defs/task" } },
      required: ["task"],
      $defs: {
        Task: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
        task: { $ref: "#/$defs/Task" },
      },
    },
  ],
  [
    "pydantic: a recursive model",
    "gemini",
    "output",
    {
      $ref: "#/$defs/Node",
      $defs: {
        Node: {
          type: "object",
          properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/Node" } } },
          required: ["name"],
          description: "{required: children}",
        },
      },
    },
  ],
  [
    "zod: a tuple with a rest",
    "anthropic",
    "output",
    {
      type: "object",
      properties: {
        row: {
          type: "array",
          items: { anyOf: [{ type: "string" }, { type: "number" }] },
          description: '{prefixItems: [{"type":"string"}]}',
        },
      },
      required: ["row"],
      additionalProperties: false,
    },
  ],
];

test.each(EXPECTED)("%s goes to %s as a %s in this form", async (title, name, use, expected) => {
  const [wire, one] = [WIRES[name], CASES[title]];
  if (wire === undefined || one === undefined) throw new Error(`${name}, ${title}`);

  const { schema } = await send(wire, use, one.schema);

  expect(schema).toEqual(expected);
});

test("a call of a tool whose keys Claude refuses has the caller's keys, and goes back with Claude's", async () => {
  const [wire, one] = [WIRES["anthropic"], CASES["mcp: OData's keys"]];
  const [own, shown] = [one?.fits[0], one?.renamed?.[0]];
  if (wire === undefined || one === undefined || own === undefined || shown === undefined) throw new Error("no case");

  const first = await send(wire, "tool", one.schema, asJsonObject(shown));
  const { toolCalls, message } = first.answer;
  const result: Message = { role: "tool", content: [{ type: "tool-result", toolCallId: "c1", content: "Done." }] };
  const second = await send(wire, "tool", one.schema, {}, [{ role: "user", content: "Hi" }, message, result]);

  expect(toolCalls.map(({ input }) => input)).toEqual([own]);
  expect(first.answer.losses).toEqual([
    {
      what: "tools",
      action: "translated",
      reason: "names of properties that the vendor refuses are written differently",
    },
  ]);
  expect(second.body["messages"]).toMatchObject([
    { role: "user" },
    { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "f", input: shown }] },
    { role: "user" },
  ]);
});

test("the cases say of themselves what fits them", () => {
  for (const [title, { schema, fits, wrong = [], isOld }] of Object.entries(CASES)) {
    if (isOld === true) continue;
    const takes = compiled(schema);
    expect([title, fits.filter((value) => !takes(value)), wrong.filter((value) => takes(value))]).toEqual([
      title,
      [],
      [],
    ]);
  }
});

afterAll(() => {
  const { whole, lowered, words } = counts;
  const size = Object.keys(CASES).length;
  // oxlint-disable-next-line no-console -- the one line that the check shows of it
  console.info(
    `schemas: ${size} × ${Object.keys(WIRES).length} × 2: ${whole} whole, ${lowered} lowered, ${words} in words`,
  );
});
