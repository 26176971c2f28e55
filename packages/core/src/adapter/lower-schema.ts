import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import type { Loss } from "../model/trace.ts";
import { checkReferences } from "./schema-references.ts";

/** What of JSON Schema a vendor takes. Everything not named stays as it is. */
export interface SchemaRules {
  /** Keywords the vendor refuses. Constraints among them are told in the description instead. */
  readonly drop?: readonly string[] | undefined;
  /** If given, every other keyword is dropped too. */
  readonly keep?: readonly string[] | undefined;
  /** Keywords with other names: `{ oneOf: "anyOf" }`. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Replaces a value the vendor refuses; `undefined` drops the keyword, the same value leaves it alone. */
  readonly adjust?: Readonly<Record<string, (value: JsonValue) => JsonValue | undefined>> | undefined;
  /** Every object gets `additionalProperties: false`. */
  readonly closeObjects?: boolean | undefined;
  /** Every property is required; one that was optional may be null instead. */
  readonly requireAll?: boolean | undefined;
  /** A schema with `$ref` holds nothing else. */
  readonly bareReferences?: boolean | undefined;
}

export interface LoweredSchema {
  readonly schema: JsonObject;
  /** A definition refers to itself. */
  readonly isRecursive: boolean;
  /** An object takes properties that are not named (a map), which `closeObjects` took away from it. */
  readonly hasOpenObjects: boolean;
  /** An object may lack one of its properties. */
  readonly hasOptionals: boolean;
  /** To be reported where this schema is sent. */
  readonly loss?: Loss | undefined;
}

const ONE = ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"];
const MANY = ["anyOf", "oneOf", "allOf", "prefixItems"];
const NAMED = ["properties", "$defs", "definitions", "patternProperties", "dependentSchemas"];
/** Dropping these takes nothing from what a value may be. */
const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
]);

/**
 * Fits a JSON Schema into a vendor's subset. `where` tells in a loss which schema it was; references never dangle. The
 * input is not touched.
 */
export function lowerSchema(schema: JsonObject, rules: SchemaRules, where: string): LoweredSchema {
  const lowering = new Lowering(rules);
  const { schema: checked, isRecursive, dangling } = checkReferences(lowering.lower(schema));
  const lost = [...lowering.lost, ...(dangling ? ["$ref"] : [])];
  const reason = `not enforced by the vendor: ${lost.join(", ")}`;
  const loss: Loss | undefined = lost.length === 0 ? undefined : { what: where, action: "downgraded", reason };
  const { hasOpenObjects, hasOptionals } = lowering;
  return { schema: checked, isRecursive, hasOpenObjects, hasOptionals, loss };
}

class Lowering {
  readonly lost = new Set<string>();
  hasOpenObjects = false;
  hasOptionals = false;
  readonly #rules: SchemaRules;

  constructor(rules: SchemaRules) {
    this.#rules = rules;
  }

  lower(schema: JsonObject): JsonObject {
    const { bareReferences, rename = {} } = this.#rules;
    if (bareReferences === true && "$ref" in schema) {
      return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword.startsWith("$")));
    }
    const entries: [string, JsonValue][] = [];
    const told: string[] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      const kept = this.#keep(keyword, value);
      if (kept !== undefined)
        entries.push([(Object.hasOwn(rename, keyword) && rename[keyword]) || keyword, this.#descend(keyword, kept)]);
      else if (!ANNOTATIONS.has(keyword)) {
        this.lost.add(keyword);
        if (typeof value !== "object") told.push(`${keyword}: ${String(value)}`);
      }
    }
    // `fromEntries` defines properties; assigning one named `__proto__` would not.
    return this.#finishObject(withNote(Object.fromEntries(entries), told));
  }

  #keep(keyword: string, value: JsonValue): JsonValue | undefined {
    const { drop, keep, adjust } = this.#rules;
    if (drop?.includes(keyword) === true || keep?.includes(keyword) === false) return undefined;
    const change = adjust !== undefined && Object.hasOwn(adjust, keyword) ? adjust[keyword] : undefined;
    return change === undefined ? value : change(value);
  }

  #descend(keyword: string, value: JsonValue): JsonValue {
    if (ONE.includes(keyword)) return this.#child(value);
    if (MANY.includes(keyword) && isArray(value)) return value.map((child) => this.#child(child));
    if (NAMED.includes(keyword) && isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, this.#child(child)]));
    }
    return value;
  }

  #child(value: JsonValue): JsonValue {
    return isObject(value) ? this.lower(value) : value;
  }

  #finishObject(schema: JsonObject): JsonObject {
    const properties = schema["properties"];
    const type = schema["type"];
    const isObjectSchema = type === "object" || (isArray(type) && type.includes("object")) || isObject(properties);
    if (!isObjectSchema) return schema;
    let finished = schema;
    if (this.#rules.closeObjects === true) {
      const open = schema["additionalProperties"];
      const isMap = open === true || isObject(open) || (properties === undefined && open !== false);
      if (isMap) {
        this.hasOpenObjects = true;
        this.lost.add("additionalProperties");
      }
      finished = { ...finished, additionalProperties: false };
    }
    if (!isObject(properties)) return finished;
    if (this.#rules.requireAll === true) return requireAll(finished, properties);
    const required = schema["required"];
    this.hasOptionals ||= Object.keys(properties).some((name) => !isArray(required) || !required.includes(name));
    return finished;
  }
}

function requireAll(schema: JsonObject, properties: JsonObject): JsonObject {
  const required = schema["required"];
  const already = new Set<JsonValue>(isArray(required) ? required : []);
  const entries = Object.entries(properties).map(([name, child]): [string, JsonValue] => [
    name,
    already.has(name) ? child : nullable(child),
  ]);
  return { ...schema, properties: Object.fromEntries(entries), required: entries.map(([name]) => name) };
}

function nullable(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { type } = schema;
  if (typeof type === "string" && schema["enum"] === undefined && schema["const"] === undefined) {
    return type === "null" ? schema : { ...schema, type: [type, "null"] };
  }
  if (isArray(type) && type.includes("null")) return schema;
  return { anyOf: [schema, { type: "null" }] };
}

function withNote(schema: JsonObject, told: readonly string[]): JsonObject {
  if (told.length === 0) return schema;
  const description = schema["description"];
  const note = `{${told.join(", ")}}`;
  return { ...schema, description: typeof description === "string" ? `${description} ${note}` : note };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value);
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
