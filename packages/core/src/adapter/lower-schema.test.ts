import { describe, expect, it } from "vitest";
import type { JsonObject } from "../model/json.ts";
import type { Loss } from "../model/trace.ts";
import { lowerSchema, type LoweredSchema, type SchemaRules } from "./lower-schema.ts";

function lower(schema: JsonObject, rules: SchemaRules): LoweredSchema & { readonly losses: readonly Loss[] } {
  const lowered = lowerSchema(schema, rules, "output.schema");
  return { ...lowered, losses: lowered.loss === undefined ? [] : [lowered.loss] };
}

describe("lowerSchema", () => {
  it("TR-10 drops what the vendor refuses, tells it in the description, and reports it", () => {
    const { schema, losses } = lower(
      { type: "object", properties: { age: { type: "integer", minimum: 0, description: "Years." } } },
      { drop: ["minimum"] },
    );

    expect(schema).toEqual({
      type: "object",
      properties: { age: { type: "integer", description: "Years. {minimum: 0}" } },
    });
    expect(losses).toEqual([
      { what: "output.schema", action: "downgraded", reason: "not enforced by the vendor: minimum" },
    ]);
  });

  it("loses annotations silently and keeps properties that are named like keywords", () => {
    const { schema, losses } = lower(
      { $schema: "x", type: "object", properties: { minimum: { type: "string" }, $schema: true } },
      { drop: ["$schema", "minimum"] },
    );

    expect(schema).toEqual({ type: "object", properties: { minimum: { type: "string" }, $schema: true } });
    expect(losses).toEqual([]);
  });

  it("closes objects at every depth and says when one was a map", () => {
    const closed = lower(
      { type: "object", properties: { a: { anyOf: [{ type: "object", properties: { b: true } }] } } },
      { closeObjects: true },
    );
    const map = lower({ type: "object", additionalProperties: { type: "number" } }, { closeObjects: true });

    expect(closed.schema).toEqual({
      type: "object",
      properties: {
        a: { anyOf: [{ type: "object", properties: { b: true }, additionalProperties: false }] },
      },
      additionalProperties: false,
    });
    expect(closed).toMatchObject({ hasOpenObjects: false, losses: [] });
    expect(map).toMatchObject({ hasOpenObjects: true, losses: [{ action: "downgraded" }] });
  });

  it("makes every property required and what was optional nullable", () => {
    const { schema } = lower(
      {
        type: "object",
        properties: { a: { type: "string" }, b: { type: "string" }, c: { $ref: "#/$defs/C" }, d: { enum: ["x"] } },
        required: ["a"],
        $defs: { C: { type: "null" } },
      },
      { requireAll: true },
    );

    expect(schema["required"]).toEqual(["a", "b", "c", "d"]);
    expect(schema["properties"]).toEqual({
      a: { type: "string" },
      b: { type: ["string", "null"] },
      c: { anyOf: [{ $ref: "#/$defs/C" }, { type: "null" }] },
      d: { anyOf: [{ enum: ["x"] }, { type: "null" }] },
    });
  });

  it("says whether an object may lack a property", () => {
    const inner = { type: "object", properties: { b: {} } };

    expect(lower({ type: "object", properties: { a: {} }, required: ["a"] }, {}).hasOptionals).toBe(false);
    expect(lower({ type: "object", properties: { a: inner }, required: ["a"] }, {}).hasOptionals).toBe(true);
  });

  it("renames and adjusts", () => {
    const { schema } = lower(
      { oneOf: [{ const: 1 }], minItems: 3, constructor: 1 },
      {
        rename: { oneOf: "anyOf", const: "enum" },
        adjust: { const: (value) => [value], minItems: (value) => (Number(value) > 1 ? 1 : value) },
      },
    );

    expect(schema).toEqual({ anyOf: [{ enum: [1] }], minItems: 1, constructor: 1 });
  });

  it("leaves no reference that leads nowhere", () => {
    const { schema, losses } = lower(
      {
        properties: { a: { $ref: "#/$defs/A" }, b: { $ref: "#/$defs/B" }, c: { $ref: "https://x.test/c" } },
        $defs: { A: {} },
      },
      {},
    );

    expect(schema["properties"]).toEqual({ a: { $ref: "#/$defs/A" }, b: {}, c: {} });
    expect(losses).toMatchObject([{ reason: "not enforced by the vendor: $ref" }]);
  });

  it("sees recursion, also through a detour, and no recursion in a shared definition", () => {
    const tree = { properties: { children: { items: { $ref: "#" } } } };
    const detour = {
      $ref: "#/$defs/A",
      $defs: { A: { items: { $ref: "#/$defs/B" } }, B: { items: { $ref: "#/$defs/A" } } },
    };
    const shared = { properties: { a: { $ref: "#/$defs/A" }, b: { $ref: "#/$defs/A" } }, $defs: { A: {} } };

    expect([tree, detour, shared].map((schema) => lower(schema, {}).isRecursive)).toEqual([true, true, false]);
  });

  it("leaves nothing beside a reference where the vendor wants that", () => {
    const { schema } = lower(
      { items: { $ref: "#/$defs/A", description: "x" }, $defs: { A: {} } },
      { bareReferences: true },
    );

    expect(schema["items"]).toEqual({ $ref: "#/$defs/A" });
  });

  it("takes prototype keys for what they are: keys", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal could not have this key
    const hostile = JSON.parse(`{"properties":{"__proto__":{"type":"object"}}}`) as JsonObject;

    const { schema } = lower(hostile, { closeObjects: true });

    expect(JSON.stringify(schema)).toContain(`"__proto__":{"type":"object","additionalProperties":false}`);
    expect(Reflect.get({}, "type")).toBeUndefined();
  });

  it("does not touch its input", () => {
    const schema = Object.freeze({
      type: "object",
      minProperties: 1,
      properties: Object.freeze({ a: Object.freeze({}) }),
    });

    expect(() => lower(schema, { drop: ["minProperties"], closeObjects: true, requireAll: true })).not.toThrow();
  });
});
