import type { JsonObject, JsonValue } from "@understudy/core";

/** A schema as some library or server writes it, with values that fit it and values that do not. */
export interface SchemaCase {
  readonly schema: JsonObject;
  readonly fits: readonly JsonValue[];
  readonly wrong?: readonly JsonValue[];
  /** The arguments of a tool are an object. Default both. */
  readonly only?: "output";
  /** It is written in a draft that the checker of this test does not know. */
  readonly isOld?: true;
  /** `fits` by the names that Claude is given instead of those that it refuses. */
  readonly renamed?: readonly JsonValue[];
}

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false, ...more };
}

const TEXT = { type: "string" };
const COUNT = { type: "integer" };
const SHAPES = [
  object({ kind: { type: "string", const: "circle" }, radius: { type: "number" } }),
  object({ kind: { type: "string", const: "square" }, side: { type: "number" } }),
];
const SHAPE = { kind: "circle", radius: 2 };

function nested(levels: number): JsonObject {
  let schema: JsonObject = TEXT;
  for (let level = 0; level < levels; level++) schema = object({ a: schema });
  return schema;
}

function nestedValue(levels: number): JsonValue {
  let value: JsonValue = "x";
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const MANY_NAMES = Array.from({ length: 1_200 }, (_, index) => `value_${index}`);
const LONG_CHAIN = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [
    `D${index}`,
    index === 499 ? TEXT : { $ref: `#/$defs/D${index + 1}`, description: "On." },
  ]),
);

export const CASES: Readonly<Record<string, SchemaCase>> = {
  // Zod 4
  "zod: a plain object": {
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      ...object({ city: { type: "string", description: "Where." }, days: { ...COUNT, minimum: 1, maximum: 14 } }),
    },
    fits: [{ city: "Oslo", days: 3 }],
    wrong: [{ city: "Oslo" }, { city: "Oslo", days: 99 }],
  },
  "zod: optional, nullable and default": {
    schema: {
      type: "object",
      properties: {
        query: TEXT,
        limit: { default: 10, ...COUNT, minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 },
        after: { anyOf: [TEXT, { type: "null" }] },
        note: TEXT,
      },
      required: ["query", "after"],
    },
    fits: [
      { query: "x", after: null },
      { query: "x", after: "y", limit: 2, note: "z" },
    ],
    wrong: [{ query: "x" }],
  },
  "zod: a discriminated union at the root": {
    schema: { oneOf: SHAPES },
    fits: [SHAPE, { kind: "square", side: 1 }],
    wrong: [{ radius: 1 }, { kind: "triangle" }, { kind: "circle", side: 1 }],
  },
  "zod: a union of loose objects at the root": {
    schema: {
      anyOf: [
        { type: "object", properties: { id: TEXT }, required: ["id"] },
        { type: "object", properties: { id: COUNT, name: TEXT }, required: ["name"] },
      ],
    },
    fits: [{ id: "a" }, { id: 1, name: "b" }],
  },
  "zod: a union inside": {
    schema: object({ shape: { oneOf: SHAPES } }),
    fits: [{ shape: SHAPE }],
    wrong: [{ shape: { kind: "triangle" } }],
  },
  "zod: any and unknown": {
    schema: object({ key: TEXT, value: {} }),
    fits: [
      { key: "a", value: [1, { b: null }] },
      { key: "a", value: "c" },
    ],
    wrong: [{ value: 1 }],
  },
  "zod: an array of anything": { schema: object({ rows: { type: "array", items: {} } }), fits: [{ rows: [1, "a"] }] },
  "zod: a record": {
    schema: object({ labels: { type: "object", propertyNames: TEXT, additionalProperties: { type: "number" } } }),
    fits: [{ labels: { a: 1, b: 2 } }],
    wrong: [{ labels: 3 }],
  },
  "zod: a record of named keys": {
    schema: object({
      scores: {
        type: "object",
        propertyNames: { type: "string", enum: ["home", "away"] },
        additionalProperties: { type: "number" },
        required: ["home", "away"],
      },
    }),
    fits: [{ scores: { home: 1, away: 0 } }],
    wrong: [{ scores: { home: 1 } }, { scores: { home: 1, away: 0, other: 2 } }],
  },
  "zod: a tuple": {
    schema: object({ at: { type: "array", prefixItems: [{ type: "number" }, TEXT] } }),
    fits: [{ at: [1, "a"] }],
    wrong: [{ at: "x" }],
  },
  "zod: a tuple with a rest": {
    schema: object({ row: { type: "array", prefixItems: [TEXT], items: { type: "number" } } }),
    fits: [{ row: ["a", 1, 2] }],
    wrong: [{ row: 1 }],
  },
  "zod: literals of several types": {
    schema: object({ level: { enum: ["low", 1, null] } }),
    fits: [{ level: "low" }, { level: 1 }, { level: null }],
    wrong: [{ level: "high" }, { level: true }],
  },
  "zod: literals": {
    schema: object({
      yes: { type: "boolean", const: true },
      none: { type: "null" },
      one: { type: "number", const: 1 },
    }),
    fits: [{ yes: true, none: null, one: 1 }],
  },
  "zod: a recursive object": {
    schema: object({ name: TEXT, children: { type: "array", items: { $ref: "#" } } }),
    fits: [{ name: "a", children: [{ name: "b", children: [] }] }],
    wrong: [{ name: "a", children: [1] }],
  },
  "zod: recursion by a definition": {
    schema: object(
      { tree: { $ref: "#/$defs/__schema0" } },
      {
        $defs: {
          __schema0: object({ value: TEXT, next: { anyOf: [{ $ref: "#/$defs/__schema0" }, { type: "null" }] } }),
        },
      },
    ),
    fits: [{ tree: { value: "a", next: { value: "b", next: null } } }],
    wrong: [{ tree: { next: null } }],
  },
  "zod: any JSON": {
    schema: object(
      { data: { $ref: "#/$defs/json" } },
      {
        $defs: {
          json: {
            anyOf: [
              TEXT,
              { type: "number" },
              { type: "boolean" },
              { type: "null" },
              { type: "array", items: { $ref: "#/$defs/json" } },
              { type: "object", propertyNames: TEXT, additionalProperties: { $ref: "#/$defs/json" } },
            ],
          },
        },
      },
    ),
    fits: [{ data: { a: [1, "b", null] } }],
    wrong: [{}],
  },
  "zod: dates, addresses and ids": {
    schema: object({
      at: { type: "string", format: "date-time", pattern: "^\\d{4}-\\d{2}-\\d{2}T.*$" },
      mail: { type: "string", format: "email", pattern: "^(?!\\.)(?!.*\\.\\.)[a-z.]+@[a-z.]+$" },
      id: { type: "string", format: "uuid" },
      link: { type: "string", format: "uri" },
    }),
    fits: [
      { at: "2026-11-28T12:00:00Z", mail: "a@b.c", id: "2f1d6c1e-6c5f-4d5f-9a55-1f0e7f4c3b2a", link: "https://a.b" },
    ],
  },
  "zod: an emoji": {
    schema: object({
      icon: { type: "string", format: "emoji", pattern: "^(\\p{Extended_Pictographic}|\\p{Emoji_Component})+$" },
    }),
    fits: [{ icon: "🦜" }],
  },
  "zod: an intersection": {
    schema: object({
      user: {
        allOf: [
          { type: "object", properties: { id: TEXT }, required: ["id"] },
          { type: "object", properties: { age: COUNT }, required: ["age"] },
        ],
      },
    }),
    fits: [{ user: { id: "a", age: 1 } }],
    wrong: [{ user: { id: "a" } }],
  },
  "zod: an intersection at the root": {
    schema: {
      allOf: [
        { type: "object", properties: { id: TEXT }, required: ["id"] },
        { anyOf: SHAPES.map(({ additionalProperties: _closed, ...open }) => open) },
      ],
    },
    fits: [{ id: "a", ...SHAPE }],
    wrong: [SHAPE],
  },
  "zod: sets, sizes and bounds": {
    schema: object({
      tags: { type: "array", items: { type: "string", minLength: 1, maxLength: 9 }, minItems: 2, maxItems: 4 },
      share: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
      step: { type: "number", multipleOf: 0.5 },
    }),
    fits: [{ tags: ["a", "b"], share: 0.5, step: 1.5 }],
    wrong: [
      { tags: 1, share: 0.5, step: 1 },
      { tags: ["a"], share: 0.5, step: 1 },
      { tags: ["a", ""], share: 0.5, step: 1 },
      { tags: ["a", "b"], share: 1, step: 1 },
      { tags: ["a", "b"], share: 0.5, step: 0.3 },
    ],
  },
  "zod: never": {
    schema: { type: "object", properties: { a: TEXT, b: { not: {} } }, required: ["a"], additionalProperties: false },
    fits: [{ a: "x" }],
  },
  "zod: nothing but strict": { schema: object({}), fits: [{}], wrong: [{ a: 1 }] },

  // Valibot
  "valibot: a variant": {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      anyOf: [
        { type: "object", properties: { type: { const: "mail" }, to: TEXT }, required: ["type", "to"] },
        { type: "object", properties: { type: { const: "call" }, number: TEXT }, required: ["type", "number"] },
      ],
    },
    fits: [
      { type: "mail", to: "a" },
      { type: "call", number: "1" },
    ],
    wrong: [{ to: "a" }, { type: "fax" }],
  },
  "valibot: a picklist, a nullish and a strict tuple": {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: {
        unit: { enum: ["c", "f"] },
        note: { anyOf: [TEXT, { type: "null" }] },
        at: { type: "array", items: [{ type: "number" }, { type: "number" }], minItems: 2, additionalItems: false },
      },
      required: ["unit", "at"],
    },
    fits: [{ unit: "c", note: null, at: [1, 2] }],
    wrong: [{ unit: "k", at: [1, 2] }],
  },
  "valibot: lazy": {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      $ref: "#/definitions/0",
      definitions: {
        0: { type: "object", properties: { element: TEXT, next: { $ref: "#/definitions/0" } }, required: ["element"] },
      },
    },
    fits: [{ element: "a", next: { element: "b" } }],
  },
  "valibot: a record and loose keys": {
    schema: {
      type: "object",
      properties: { map: { type: "object", additionalProperties: { type: "boolean" } } },
      required: ["map"],
      additionalProperties: {},
    },
    fits: [{ map: { a: true }, more: 1 }],
    wrong: [{}],
  },

  // ArkType
  "arktype: sorted keys and a list of types": {
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { name: TEXT, size: { anyOf: [{ type: "number" }, TEXT] }, state: { enum: [false, "open", true] } },
      required: ["name", "state"],
    },
    fits: [
      { name: "a", size: 1, state: true },
      { name: "a", state: "open" },
    ],
    wrong: [{ name: "a", state: 1 }],
  },
  "arktype: an aliased scope": {
    schema: {
      $ref: "#/$defs/intersection11",
      $defs: {
        intersection11: {
          type: "object",
          properties: { name: TEXT, dependencies: { type: "array", items: { $ref: "#/$defs/intersection11" } } },
          required: ["name"],
        },
      },
    },
    fits: [{ name: "a", dependencies: [{ name: "b" }] }],
  },
  "arktype: a division and a pattern": {
    schema: object({
      even: { type: "integer", multipleOf: 2 },
      code: { type: "string", pattern: "^(?<year>\\d{4})-\\k<year>$" },
    }),
    fits: [{ even: 2, code: "2026-2026" }],
    wrong: [
      { even: 3, code: "2026-2026" },
      { even: 2, code: "2026-2027" },
    ],
  },

  // pydantic v2
  "pydantic: an optional and a default": {
    schema: {
      properties: {
        query: { title: "Query", type: "string" },
        limit: { anyOf: [COUNT, { type: "null" }], default: null, title: "Limit" },
      },
      required: ["query"],
      title: "Search",
      type: "object",
    },
    fits: [{ query: "a" }, { query: "a", limit: null }],
  },
  "pydantic: a described reference": {
    schema: {
      $defs: { Point: { properties: { x: COUNT, y: COUNT }, required: ["x", "y"], title: "Point", type: "object" } },
      properties: { from: { $ref: "#/$defs/Point", description: "Where it starts." } },
      required: ["from"],
      type: "object",
    },
    fits: [{ from: { x: 1, y: 2 } }],
    wrong: [{ from: { x: 1 } }],
  },
  "pydantic v1: a described reference": {
    schema: {
      definitions: { Point: { properties: { x: COUNT }, required: ["x"], type: "object" } },
      properties: { from: { description: "Start.", allOf: [{ $ref: "#/definitions/Point" }] } },
      required: ["from"],
      type: "object",
    },
    fits: [{ from: { x: 1 } }],
    wrong: [{ from: 1 }],
  },
  "pydantic: a discriminator with a mapping": {
    schema: {
      $defs: {
        Cat: {
          properties: { kind: { const: "cat", type: "string" }, lives: COUNT },
          required: ["kind", "lives"],
          type: "object",
        },
        Dog: { properties: { kind: { const: "dog", type: "string" } }, required: ["kind"], type: "object" },
      },
      properties: {
        pet: {
          discriminator: { mapping: { cat: "#/$defs/Cat", dog: "#/$defs/Dog" }, propertyName: "kind" },
          oneOf: [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }],
        },
      },
      required: ["pet"],
      type: "object",
    },
    fits: [{ pet: { kind: "cat", lives: 7 } }],
    wrong: [{ pet: { kind: "cow" } }],
  },
  "pydantic: a root of references": {
    schema: {
      $defs: {
        Cat: {
          properties: { kind: { const: "cat", type: "string" }, lives: COUNT },
          required: ["kind", "lives"],
          type: "object",
        },
        Dog: {
          properties: { kind: { const: "dog", type: "string" }, owner: TEXT },
          required: ["kind"],
          type: "object",
        },
      },
      discriminator: { propertyName: "kind" },
      oneOf: [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }],
    },
    fits: [
      { kind: "cat", lives: 7 },
      { kind: "dog", owner: "a" },
    ],
    wrong: [{ lives: 1 }, { kind: "cow" }],
  },
  "pydantic: a recursive model": {
    schema: {
      $defs: {
        Node: {
          properties: { name: TEXT, children: { items: { $ref: "#/$defs/Node" }, type: "array" } },
          required: ["name", "children"],
          type: "object",
        },
      },
      $ref: "#/$defs/Node",
    },
    fits: [{ name: "a", children: [{ name: "b", children: [] }] }],
    wrong: [{ children: [] }],
  },
  "pydantic: mutual recursion in lists": {
    schema: object(
      { group: { $ref: "#/$defs/Group" } },
      {
        $defs: {
          Group: { type: "array", items: { $ref: "#/$defs/Member" } },
          Member: object({ name: TEXT, groups: { type: "array", items: { $ref: "#/$defs/Group" } } }),
        },
      },
    ),
    fits: [{ group: [{ name: "a", groups: [[]] }] }],
  },
  "pydantic: an enumeration with null": {
    schema: object({ color: { enum: ["red", "blue", null] }, flag: { enum: [true] } }),
    fits: [
      { color: null, flag: true },
      { color: "red", flag: true },
    ],
    wrong: [{ color: "green", flag: true }],
  },
  "pydantic: a dictionary, a set and a decimal": {
    schema: object({
      map: { additionalProperties: { type: "array", items: COUNT }, type: "object" },
      set: { items: TEXT, type: "array", uniqueItems: true },
      price: { anyOf: [{ type: "number" }, { pattern: "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$", type: "string" }] },
    }),
    fits: [{ map: { a: [1] }, set: ["a"], price: "1.5" }],
    wrong: [{ map: { a: [1] }, set: ["a", "a"], price: 1 }],
  },
  "pydantic: a generic's name": {
    schema: {
      $defs: { "Page[Item]": { properties: { n: COUNT }, required: ["n"], type: "object" } },
      properties: { page: { $ref: "#/$defs/Page%5BItem%5D" } },
      required: ["page"],
      type: "object",
    },
    fits: [{ page: { n: 1 } }],
    wrong: [{ page: { n: "a" } }],
  },

  // MCP servers
  "mcp: no schema at all": { schema: {}, fits: [{}] },
  "mcp: no arguments": { schema: { type: "object" }, fits: [{}] },
  "mcp: an array without items": {
    schema: { type: "object", properties: { hints: { type: "array", description: "Hints." } } },
    fits: [{ hints: ["a", 1] }, {}],
    wrong: [{ hints: "a" }],
  },
  "mcp: an object without properties": {
    schema: {
      type: "object",
      properties: { meta: { type: "object" }, list: { type: ["array", "null"] } },
      required: ["meta"],
    },
    fits: [{ meta: { a: 1 }, list: null }],
    wrong: [{ meta: "a" }],
  },
  "mcp: either of two arguments": {
    schema: {
      type: "object",
      properties: { id: TEXT, name: TEXT },
      anyOf: [{ required: ["id"] }, { required: ["name"] }],
    },
    fits: [{ id: "a" }, { name: "b" }],
    wrong: [{ id: 1 }, {}],
  },
  "mcp: OData's keys": {
    schema: {
      type: "object",
      properties: {
        $top: COUNT,
        "filter[id]": TEXT,
        都市: TEXT,
        inner: { type: "object", properties: { "a b": TEXT }, required: ["a b"] },
        list: { type: "array", items: { type: "object", properties: { $top: TEXT } } },
      },
      required: ["$top", "都市"],
    },
    fits: [{ $top: 1, 都市: "x", inner: { "a b": "c" }, list: [{ $top: "d" }] }],
    renamed: [{ __top: 1, ___: "x", inner: { _a_b: "c" }, list: [{ __top: "d" }] }],
  },
  "mcp: a lookaround": {
    schema: object({
      date: { type: "string", pattern: "^(?!0000)\\d{4}$" },
      back: { type: "string", pattern: "(a)\\1" },
    }),
    fits: [{ date: "2026", back: "aa" }],
    wrong: [
      { date: "0000", back: "aa" },
      { date: "2026", back: "ab" },
    ],
  },
  "mcp: Python's expression": {
    schema: object({ name: { type: "string", pattern: "(?P<first>[a-z]+)\\Z" } }),
    fits: [{ name: "a" }],
    isOld: true,
  },
  "mcp: null where nothing is meant": {
    schema: {
      type: "object",
      properties: { a: { type: "string", description: null, enum: null, minLength: null } },
      required: null,
    },
    fits: [{ a: "b" }],
    isOld: true,
  },
  "mcp: fields of its own": {
    schema: {
      type: "object",
      properties: { a: { type: "string", "x-order": 1, markdownDescription: "**a**" } },
      required: ["a"],
      "x-ui": {},
    },
    fits: [{ a: "b" }],
    wrong: [{}],
  },
  "mcp: types that are none": {
    schema: { type: "object", properties: { when: { type: "date" }, data: { type: "any" }, n: { type: "float" } } },
    fits: [{ when: "today", data: 1, n: 1.5 }],
    isOld: true,
  },
  "mcp: a reference into another file": {
    schema: { type: "object", properties: { a: { $ref: "https://example.com/a.json#/definitions/A" }, b: TEXT } },
    fits: [{ a: { c: 1 }, b: "x" }],
    isOld: true,
  },
  "mcp: a required property that is not declared": {
    schema: { type: "object", properties: { a: TEXT }, required: ["a", "b"] },
    fits: [{ a: "x", b: 1 }],
    wrong: [{ a: "x" }],
  },

  // OpenAPI 3.0 and draft 4
  "openapi: nullable": {
    schema: {
      type: "object",
      properties: {
        name: { type: "string", nullable: true, example: "Ann" },
        color: { type: "string", enum: ["red"], nullable: true },
        box: { nullable: true, allOf: [{ $ref: "#/definitions/Box" }] },
      },
      required: ["name", "color", "box"],
      definitions: { Box: { type: "object", properties: { w: { type: "number", format: "double" } } } },
    },
    fits: [
      { name: null, color: null, box: null },
      { name: "a", color: "red", box: { w: 1 } },
    ],
    isOld: true,
  },
  "openapi: inheritance": {
    schema: object(
      { pet: { $ref: "#/components/schemas/Dog" } },
      {
        components: {
          schemas: {
            Pet: { type: "object", properties: { id: { type: "integer", format: "int64" } }, required: ["id"] },
            Dog: {
              allOf: [
                { $ref: "#/components/schemas/Pet" },
                { type: "object", properties: { bark: { type: "boolean" } }, required: ["bark"] },
              ],
            },
          },
        },
      },
    ),
    fits: [{ pet: { id: 1, bark: true } }],
    wrong: [{ pet: { id: 1 } }],
  },
  "draft 4: exclusive bounds as flags": {
    schema: {
      $schema: "http://json-schema.org/draft-04/schema#",
      id: "http://example.com/price",
      type: "object",
      properties: {
        price: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      },
      required: ["price"],
    },
    fits: [{ price: 1 }, { price: 9 }],
    isOld: true,
  },
  "draft 4: references by id": {
    schema: {
      id: "http://example.com/root.json",
      type: "object",
      properties: { a: { $ref: "#a" }, b: { $ref: "root.json#/definitions/b" } },
      required: ["a", "b"],
      definitions: { x: { id: "#a", type: "string" }, b: { type: "integer" } },
    },
    fits: [{ a: "x", b: 1 }],
    isOld: true,
  },
  "draft 3: required where it stands": {
    schema: {
      type: "object",
      properties: { a: { type: "string", required: true }, b: { type: "any", required: false } },
    },
    fits: [{ a: "x", b: [] }],
    isOld: true,
  },

  // Draft 6 to 2020-12
  "draft 6: const, contains and boolean schemas": {
    schema: {
      type: "object",
      properties: { a: { const: "x" }, any: true, list: { type: "array", contains: { const: 1 }, items: true } },
      required: ["a"],
    },
    fits: [{ a: "x", any: 1, list: [1] }],
    wrong: [{ a: "y" }],
  },
  "draft 7: if, then and else": {
    schema: {
      type: "object",
      properties: { country: TEXT, code: TEXT },
      required: ["country"],
      if: { properties: { country: { const: "US" } } },
      // oxlint-disable-next-line unicorn/no-thenable -- it is a keyword
      then: { required: ["code"] },
      else: { properties: { code: { maxLength: 3 } } },
    },
    fits: [{ country: "US", code: "12345" }, { country: "NO" }],
    wrong: [{ country: "US" }, { country: "NO", code: "12345" }],
  },
  "draft 7: dependencies": {
    schema: {
      type: "object",
      properties: { card: TEXT, address: TEXT },
      dependencies: { card: ["address"], address: { properties: { card: { minLength: 1 } } } },
    },
    fits: [{ card: "1", address: "a" }],
    isOld: true,
  },
  "draft 7: definitions": {
    schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { task: { $ref: "#/definitions/Task" }, same: { $ref: "#/properties/task" } },
      required: ["task"],
      definitions: { Task: { type: "object", properties: { id: COUNT }, required: ["id"] } },
    },
    fits: [{ task: { id: 1 }, same: { id: 2 } }],
    wrong: [{ task: {} }],
  },
  "2019-09: what depends, and what is not evaluated": {
    schema: {
      $schema: "https://json-schema.org/draft/2019-09/schema",
      type: "object",
      allOf: [{ properties: { a: TEXT } }, { properties: { b: TEXT } }],
      dependentRequired: { a: ["b"] },
      dependentSchemas: { b: { properties: { a: { minLength: 1 } } } },
      unevaluatedProperties: false,
    },
    fits: [{ a: "x", b: "y" }],
    isOld: true,
  },
  "2019-09: recursion": {
    schema: {
      $recursiveAnchor: true,
      type: "object",
      properties: { next: { $recursiveRef: "#" }, v: TEXT },
      required: ["v"],
    },
    fits: [{ v: "a", next: { v: "b" } }],
    isOld: true,
  },
  "2020-12: patterns of keys": {
    schema: object({
      env: {
        type: "object",
        patternProperties: { "^S_": TEXT, "^N_": { type: "number" } },
        additionalProperties: false,
      },
    }),
    fits: [{ env: { S_A: "x", N_B: 1 } }],
    wrong: [{ env: 1 }],
  },
  "2020-12: not, and numbers of properties": {
    schema: object({
      a: { type: "string", not: { enum: ["root"] } },
      m: { type: "object", minProperties: 1, maxProperties: 3 },
    }),
    fits: [{ a: "user", m: { b: 1 } }],
    wrong: [
      { a: "root", m: { b: 1 } },
      { a: "user", m: {} },
    ],
  },
  "2020-12: an anchor": {
    schema: object({ a: { $ref: "#name" } }, { $defs: { Name: { $anchor: "name", type: "string" } } }),
    fits: [{ a: "x" }],
    wrong: [{ a: 1 }],
  },
  "2020-12: beside a reference": {
    schema: object(
      { a: { $ref: "#/$defs/Name", maxLength: 3 } },
      { $defs: { Name: { type: "string", minLength: 1 } } },
    ),
    fits: [{ a: "x" }],
    wrong: [{ a: 1 }],
  },
  "2020-12: a type beside a union": {
    schema: object({
      a: { type: "string", anyOf: [{ format: "email" }, { maxLength: 3 }] },
      b: { type: ["object", "null"], properties: { c: COUNT } },
    }),
    fits: [
      { a: "abc", b: null },
      { a: "abc", b: { c: 1 } },
    ],
    wrong: [
      { a: 1, b: null },
      { a: "abc", b: 1 },
    ],
  },
  "2020-12: a constant object": {
    schema: object({ a: { const: { b: 1 } }, c: { enum: [[1], "d"] } }),
    fits: [
      { a: { b: 1 }, c: [1] },
      { a: { b: 1 }, c: "d" },
    ],
  },
  "2020-12: types without keywords, keywords without types": {
    schema: object({ a: { minLength: 1 }, b: { items: TEXT }, c: { properties: { d: COUNT } }, e: { minimum: 1 } }),
    fits: [{ a: "x", b: ["y"], c: { d: 1 }, e: 2 }],
  },

  // Odd ones
  "odd: names of the prototype": {
    schema: parse(
      `{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}},"required":["__proto__"]}`,
    ),
    // The checker of this test leaves such a name out of account.
    fits: [],
  },
  "odd: names like keywords": {
    schema: object({
      type: TEXT,
      properties: COUNT,
      $ref: TEXT,
      enum: TEXT,
      anyOf: TEXT,
      required: { type: "boolean" },
      default: TEXT,
      id: TEXT,
    }),
    fits: [{ type: "a", properties: 1, $ref: "b", enum: "c", anyOf: "d", required: true, default: "e", id: "f" }],
    renamed: [{ type: "a", properties: 1, __ref: "b", enum: "c", anyOf: "d", required: true, default: "e", id: "f" }],
    wrong: [{}],
  },
  "odd: a reference that is its own": {
    schema: object({ a: { $ref: "#/$defs/A" } }, { $defs: { A: { $ref: "#/$defs/A" } } }),
    fits: [],
    isOld: true,
  },
  "odd: a union of itself": {
    schema: { anyOf: [{ $ref: "#" }, { type: "object", properties: { a: TEXT }, required: ["a"] }] },
    fits: [],
    isOld: true,
  },
  "odd: an empty union, an empty list of types": {
    schema: { type: "object", properties: { a: { anyOf: [] }, b: { type: [] }, c: { enum: [] } } },
    fits: [{ a: 1 }],
    isOld: true,
  },
  "odd: fifty levels": { schema: nested(50), fits: [nestedValue(50)], wrong: [{ a: 1 }] },
  "odd: three hundred levels": { schema: nested(300), fits: [], isOld: true },
  "odd: twelve hundred constants": {
    schema: object({ a: { type: "string", enum: MANY_NAMES } }),
    fits: [{ a: "value_7" }],
    wrong: [{ a: "other" }],
  },
  "odd: a chain of five hundred definitions": {
    schema: object({ a: { $ref: "#/$defs/D0" } }, { $defs: LONG_CHAIN }),
    fits: [],
    isOld: true,
  },
  "a list at the root": {
    schema: { type: "array", items: object({ a: TEXT }), minItems: 2 },
    fits: [[{ a: "x" }, { a: "y" }]],
    wrong: [{ a: "x" }],
    only: "output",
  },
  "a text at the root": {
    schema: { type: "string", enum: ["yes", "no"] },
    fits: ["yes"],
    wrong: ["maybe"],
    only: "output",
  },
  "a nullable object at the root": {
    schema: { anyOf: [object({ a: TEXT }), { type: "null" }] },
    fits: [{ a: "x" }, null],
    wrong: [1],
    only: "output",
  },
};

function parse(text: string): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have such a key
  return JSON.parse(text) as JsonObject;
}
