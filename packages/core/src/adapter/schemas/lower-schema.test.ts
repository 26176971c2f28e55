import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../model/json.ts";
import { lowerSchema, type SchemaRules } from "./lower-schema.ts";

/** As a vendor that enforces schemas: everything named, typed and closed. */
const STRICT: SchemaRules = {
  keep: "$defs $ref type description enum const anyOf properties required additionalProperties items pattern minimum",
  refusedAtRoot: "anyOf oneOf allOf enum not",
  closeObjects: true,
  typed: true,
  spelledOut: true,
  bareReferences: true,
  plainPatterns: true,
  enumTypes: "string number boolean null",
};
/** As a vendor that takes a subset: names and numbers only, and recursion in what may be left out. */
const SUBSET: SchemaRules = {
  keep: "$defs $ref type description enum anyOf properties required additionalProperties items prefixItems",
  enumTypes: "string number",
  bareReferences: true,
  optionalCycles: true,
};
/** As a vendor that takes everything but a union at the root. */
const ANY: SchemaRules = { refusedAtRoot: "anyOf oneOf allOf" };

const TEXT = { type: "string" };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false, ...more };
}

function lower(schema: JsonObject, rules: SchemaRules): JsonObject {
  return lowerSchema(schema, rules, "tools").schema;
}

/** What becomes of the schema of one property. */
function inside(schema: JsonObject, rules: SchemaRules, more: JsonObject = {}): unknown {
  const { properties } = lower(object({ a: schema }, more), rules);
  return properties;
}

/** The next one of a row of definitions, with a constraint of its own. */
function next(index: number): JsonObject {
  return { allOf: [{ $ref: `#/$defs/D${index + 1}` }, { minProperties: 1 }] };
}

describe("lowerSchema", () => {
  test("leaves out items that say nothing, as not every vendor takes a schema that is a boolean", () => {
    const list = object({ list: { type: "array", items: true } });

    expect(lower(list, SUBSET)).toEqual(object({ list: { type: "array" } }));
    expect(lower(list, ANY)).toEqual(object({ list: { type: "array" } }));
  });

  test("TR-10 drops what the vendor refuses, tells it in the description, and reports it", () => {
    const schema = object({ age: { type: "integer", maximum: 9, description: "Years.", title: "Age" } });

    const lowered = lowerSchema(schema, STRICT, "output.schema");

    expect(lowered).toEqual({
      schema: object({ age: { type: "integer", description: "Years. {maximum: 9}" } }),
      obstacles: new Set(),
      loss: { what: "output.schema", action: "downgraded", reason: "not enforced by the vendor: maximum" },
    });
  });

  test("sends a schema that the vendor takes as it is, and reports nothing", () => {
    const schema = object({ a: TEXT, b: { type: "array", items: { anyOf: [TEXT, { type: "null" }] } } });

    for (const rules of [STRICT, SUBSET, ANY]) {
      expect(lowerSchema(schema, rules, "tools")).toEqual({ schema, obstacles: new Set(), loss: undefined });
    }
  });

  test.each<[string, JsonObject, unknown]>([
    [
      "flags of exclusive bounds",
      { type: "number", minimum: 0, exclusiveMinimum: true },
      { type: "number", exclusiveMinimum: 0 },
    ],
    ["nullable", { type: "string", enum: ["x"], nullable: true }, { type: ["string", "null"], enum: ["x", null] }],
    ["a list of items", { items: [TEXT], additionalItems: false }, { prefixItems: [TEXT], items: false }],
    [
      "dependencies",
      { dependencies: { b: ["c"], d: TEXT } },
      { dependentRequired: { b: ["c"] }, dependentSchemas: { d: TEXT } },
    ],
    ["the type any", { type: "any" }, {}],
    ["a null in the place of a value", { type: "string", enum: null, minLength: null }, TEXT],
    ["an expression of another language", { type: "string", pattern: "(?P<a>x)" }, TEXT],
    ["ids", { id: "#a", $id: "b", $anchor: "c", type: "string" }, TEXT],
  ])("says in draft 2020-12 what an older one says by %s", (_, schema, expected) => {
    expect(inside(schema, ANY)).toEqual({ a: expected });
  });

  test("makes the property required that says so itself", () => {
    const schema = { type: "object", properties: { a: { type: "string", required: true }, b: { required: false } } };

    expect(lower(schema, ANY)).toEqual({ type: "object", properties: { a: TEXT, b: {} }, required: ["a"] });
  });

  test.each<[string, JsonObject, string]>([
    ["definitions", { definitions: { A: TEXT } }, "#/definitions/A"],
    ["a place", { properties: { a: { $ref: "#/properties/A" }, A: TEXT } }, "#/properties/A"],
    ["an anchor", { $defs: { A: { ...TEXT, $anchor: "A" } } }, "#A"],
    ["an id", { $defs: { A: { ...TEXT, $id: "https://x.test/A" } } }, "https://x.test/A"],
    ["an id of the document", { $id: "https://x.test/", $defs: { A: TEXT } }, "https://x.test/#/$defs/A"],
  ])("finds what a reference leads to: %s", (_, more, $ref) => {
    const schema = { type: "object", properties: { a: { $ref } }, ...more };

    expect(lower(schema, ANY)).toMatchObject({
      properties: { a: { $ref: expect.stringMatching(/^#\/\$defs\/A$/) } },
      $defs: { A: TEXT },
    });
  });

  test("leaves no reference that leads nowhere, out of the document, or only to itself", () => {
    const schema = object(
      { a: { $ref: "#/$defs/A" }, b: { $ref: "https://x.test/b" }, c: { $ref: "#/$defs/C" } },
      { $defs: { C: { $ref: "#/$defs/D" }, D: { $ref: "#/$defs/C" } } },
    );

    const { schema: lowered, loss } = lowerSchema(schema, ANY, "tools");

    expect(lowered).toEqual(object({ a: {}, b: {}, c: {} }));
    expect(loss).toMatchObject({ reason: "not enforced by the vendor: $ref" });
  });

  test("gives definitions simple names, and leaves out what nothing leads to", () => {
    const schema = object({ a: { $ref: "#/$defs/P%5BI%5D" } }, { $defs: { "P[I]": TEXT, Q: { type: "number" } } });

    expect(lower(schema, ANY)).toEqual(object({ a: { $ref: "#/$defs/P_I_" } }, { $defs: { P_I_: TEXT } }));
  });

  test("merges a union at the root: all properties, those required that all require, constants as one list", () => {
    const schema = {
      oneOf: [
        { $ref: "#/$defs/Cat" },
        { type: "object", properties: { kind: { const: "dog", type: "string" }, age: TEXT }, required: ["kind"] },
        { type: "null" },
      ],
      $defs: { Cat: object({ kind: { const: "cat", type: "string" }, age: { type: "integer" }, lives: TEXT }) },
    };

    expect(lower(schema, ANY)).toEqual({
      type: "object",
      properties: {
        kind: { type: "string", enum: ["cat", "dog"] },
        age: { anyOf: [{ type: "integer" }, TEXT] },
        lives: TEXT,
      },
      required: ["kind"],
      description: '{one of: kind="cat", age, lives | kind="dog", age?}',
    });
  });

  test("keeps what stands beside a union at the root, and enters a cycle there", () => {
    const schema = {
      type: "object",
      properties: { id: TEXT },
      required: ["id"],
      anyOf: [{ required: ["name"] }, { $ref: "#/$defs/Node" }],
      $defs: { Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" } } } },
    };

    expect(lower(schema, ANY)).toEqual({
      type: "object",
      properties: { id: TEXT, next: { $ref: "#/$defs/Node" } },
      required: ["id"],
      description: "{one of: name | next?}",
      $defs: { Node: { type: "object", properties: { next: { $ref: "#/$defs/Node" } } } },
    });
  });

  test("merges allOf: both properties, all that is required, the narrower bound", () => {
    const base = { type: "object", properties: { id: { type: "number", minimum: 1 } }, required: ["id"] };
    const more = { properties: { id: { type: "integer", minimum: 3 }, b: TEXT }, required: ["b"] };

    const merged = inside({ allOf: [{ $ref: "#/$defs/Base" }, more] }, STRICT, { $defs: { Base: base } });

    expect(merged).toEqual({ a: object({ id: { type: "integer", minimum: 3 }, b: TEXT }) });
  });

  test("refers where allOf only describes, and puts a description around a reference", () => {
    const schema = { description: "Start.", allOf: [{ $ref: "#/$defs/P" }] };

    expect(inside(schema, SUBSET, { $defs: { P: TEXT } })).toEqual({
      a: { anyOf: [{ $ref: "#/$defs/P" }], description: "Start." },
    });
  });

  test.each<[string, SchemaRules, JsonObject, JsonObject]>([
    [
      "null beside names",
      SUBSET,
      { enum: ["x", null] },
      { anyOf: [{ type: "string", enum: ["x"] }, { type: "null" }] },
    ],
    ["null beside names", STRICT, { enum: ["x", null] }, { type: ["string", "null"], enum: ["x", null] }],
    ["one boolean", SUBSET, { const: true, title: "T" }, { type: "boolean", description: "{const: true}" }],
    ["both booleans", SUBSET, { enum: [true, false] }, { type: "boolean" }],
    ["a constant", SUBSET, { const: "x" }, { enum: ["x"] }],
    ["a constant", STRICT, { const: 1.5 }, { type: "number", const: 1.5 }],
    [
      "several types",
      STRICT,
      { enum: ["x", 1, null] },
      { anyOf: [{ type: "string", enum: ["x"] }, { type: "integer", enum: [1] }, { type: "null" }] },
    ],
    [
      "several types in a list",
      STRICT,
      { type: ["array", "null"], items: TEXT, description: "D." },
      { anyOf: [{ type: "array", items: TEXT }, { type: "null" }], description: "D." },
    ],
    [
      "a type beside a union",
      STRICT,
      { type: "string", anyOf: [{ pattern: "a" }] },
      { anyOf: [{ pattern: "a", type: "string" }] },
    ],
    [
      "a type that can be seen",
      STRICT,
      { properties: {} },
      { type: "object", properties: {}, additionalProperties: false },
    ],
  ])("says constants and types as the vendor takes them: %s", (_, rules, schema, expected) => {
    expect(inside(schema, rules)).toEqual({ a: expected });
  });

  test("says a tuple as a list of any of its members", () => {
    const schema = { type: "array", prefixItems: [TEXT, { type: "number" }], items: false };

    expect(inside(schema, { ...STRICT, keep: `${STRICT.keep} maxItems` })).toEqual({
      a: {
        type: "array",
        items: { anyOf: [TEXT, { type: "number" }] },
        maxItems: 2,
        description: '{prefixItems: [{"type":"string"},{"type":"number"}]}',
      },
    });
    expect(inside(schema, { ...SUBSET, keep: `${SUBSET.keep} maxItems` })).toEqual({
      a: { type: "array", prefixItems: [TEXT, { type: "number" }], maxItems: 2 },
    });
  });

  test("declares what is required, and knows when that is all there can be", () => {
    const record = { type: "object", additionalProperties: TEXT, propertyNames: { enum: ["x"] }, required: ["x"] };

    expect(inside(record, STRICT)).toEqual({ a: object({ x: TEXT }) });
    expect(lower({ type: "object", required: ["x"] }, SUBSET)).toMatchObject({ properties: { x: {} } });
  });

  test("frees the properties in which a schema leads back to itself", () => {
    const schema = object(
      { tree: { $ref: "#/$defs/T" }, json: { $ref: "#/$defs/J" } },
      {
        $defs: {
          T: object({ v: TEXT, next: { type: "array", items: { $ref: "#/$defs/T" } } }),
          J: { anyOf: [TEXT, { type: "array", items: { $ref: "#/$defs/J" } }] },
        },
      },
    );

    expect(lower(schema, SUBSET)).toEqual(
      object(
        { tree: { $ref: "#/$defs/T" }, json: { $ref: "#/$defs/J" } },
        {
          $defs: {
            T: object(
              { v: TEXT, next: { type: "array", items: { $ref: "#/$defs/T" } } },
              { required: ["v"], description: "{required: next}" },
            ),
            J: { anyOf: [TEXT, { type: "array", items: {} }] },
          },
        },
      ),
    );
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ["free keys", { type: "object", additionalProperties: TEXT }, ["free keys"]],
    ["free keys", { type: "object", properties: {}, patternProperties: { a: TEXT } }, ["free keys"]],
    ["free keys", { type: "object" }, ["free keys"]],
    ["optional properties", object({ b: TEXT }, { required: [] }), ["optional properties"]],
    ["values of any type", {}, ["values of any type"]],
    ["values of any type", { type: "array" }, ["values of any type"]],
    ["recursion", { $ref: "#" }, ["recursion"]],
    ["nothing", object({}), []],
  ])("says what stands in the way of enforcing: %s", (_, schema, expected) => {
    expect([...lowerSchema(object({ a: schema }), STRICT, "tools").obstacles]).toEqual(expected);
  });

  test.each<[string, JsonObject, boolean]>([
    ["properties", object({ b: TEXT, c: TEXT, d: TEXT }), true],
    ["levels", object({ b: object({ c: object({}) }) }), true],
    ["constants", { enum: ["1", "2", "3", "4"] }, true],
    ["characters", { enum: ["x".repeat(30)] }, true],
    ["a long list", { enum: ["x".repeat(7), "y".repeat(7)] }, true],
    ["nothing", object({ b: { enum: ["x"] } }), false],
  ])("says that a schema is too large by its %s", (_, schema, isLarge) => {
    const size = { properties: 3, levels: 3, values: 3, characters: 20, longEnum: { values: 1, characters: 10 } };

    const { obstacles } = lowerSchema(object({ a: schema }), { ...STRICT, size }, "tools");

    expect(obstacles.has("its size")).toBe(isLarge);
  });

  test("takes keys for what they are, also those of the prototype and those that are named like keywords", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have this key
    const hostile = JSON.parse(
      `{"type":"object","properties":{"__proto__":{"type":"object"},"$ref":{"type":"string"}}}`,
    ) as JsonObject;

    const { properties } = lower(hostile, STRICT);

    expect(JSON.stringify(properties)).toBe(
      `{"__proto__":{"type":"object","additionalProperties":false,"properties":{}},"$ref":{"type":"string"}}`,
    );
    expect(Reflect.get({}, "type")).toBeUndefined();
  });

  test("copies definitions in bounds, however often they are merged into each other", () => {
    const definitions = Array.from({ length: 60 }, (_, index) => [
      `D${index}`,
      index === 59 ? object({}) : object({ x: next(index), y: next(index) }),
    ]);

    const schema = lower(object({ a: next(-1) }, { $defs: Object.fromEntries(definitions) }), STRICT);

    expect(JSON.stringify(schema).length).toBeLessThan(1_000_000);
  });

  test("enters no cycle but at the root, where a union of the cycle is merged into an object of it", () => {
    const inner = { properties: { b: TEXT }, anyOf: [{ $ref: "#/$defs/A" }, { required: ["b"] }] };
    const schema = object({ a: { $ref: "#/$defs/A" } }, { $defs: { A: object({ a: inner }) } });

    expect(lower(schema, SUBSET)).toEqual(
      object({ a: { $ref: "#/$defs/A" } }, { $defs: { A: object({ a: { properties: { b: TEXT } } }) } }),
    );
  });

  test("does not touch its input", () => {
    const freeze = <Value>(value: Value): Value => {
      if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    const schema = freeze({ anyOf: [object({ a: { enum: ["x", null] } }), object({ b: { items: [TEXT] } })] });

    for (const rules of [STRICT, SUBSET, ANY]) expect(() => lower(schema, rules)).not.toThrow();
  });
});
