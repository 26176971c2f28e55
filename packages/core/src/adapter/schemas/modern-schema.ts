import type { JsonObject, JsonValue } from "../../model/json.ts";
import { SchemaTargets } from "./schema-targets.ts";
import { isList, isSchema, mapSchemas, mapValues, namesIn, own, typesOf, without } from "./schema-node.ts";

export interface ModernSchema {
  readonly schema: JsonObject;
  readonly hasReferences: boolean;
  /** Constraints that could not be read. */
  readonly lost: ReadonlySet<string>;
}

const TYPES = ["string", "number", "integer", "boolean", "null", "array", "object"];
/** Names of places and dialects: references no longer need them. */
const PLACES = new Set(
  "$schema $id id $anchor $dynamicAnchor $recursiveAnchor $vocabulary $defs definitions".split(" "),
);
const SCHEMA_LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];

const isNumber = (value: JsonValue): boolean => typeof value === "number";
const isCount = (value: JsonValue): boolean => typeof value === "number" && value >= 0;
const isText = (value: JsonValue): boolean => typeof value === "string";
const isFlag = (value: JsonValue): boolean => typeof value === "boolean";
const isAnySchema = (value: JsonValue): boolean => isSchema(value) || isFlag(value);

/** What the value of a keyword has to be. Another one makes the whole schema illegal. */
const SHAPES: ReadonlyMap<string, (value: JsonValue) => boolean> = new Map(
  (
    [
      ["minimum maximum exclusiveMinimum exclusiveMaximum", isNumber],
      ["multipleOf", (value: JsonValue) => typeof value === "number" && value > 0],
      ["minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains", isCount],
      ["title description $comment format", isText],
      ["pattern", isPattern],
      ["uniqueItems deprecated readOnly writeOnly", isFlag],
      ["enum", (value: JsonValue) => isList(value) && value.length > 0],
      ["examples required", isList],
      [
        "anyOf oneOf allOf prefixItems",
        (value: JsonValue) => isList(value) && value.length > 0 && value.every(isAnySchema),
      ],
      ["properties patternProperties dependentSchemas dependentRequired", isSchema],
      ["items additionalProperties unevaluatedItems unevaluatedProperties", isAnySchema],
      ["contains propertyNames not if then else", isAnySchema],
    ] as const
  ).flatMap(([keywords, fits]) => keywords.split(" ").map((keyword) => [keyword, fits] as const)),
);

/**
 * A schema of any draft, or of OpenAPI, as draft 2020-12 says the same. References are `#` or `#/$defs/…`, and `$defs`,
 * which stands at the root alone, holds what is referred to and nothing else. One that leads nowhere, or out of the
 * document, is left out.
 */
export function modernSchema(root: JsonObject): ModernSchema {
  const modern = new Modernizer(root);
  const schema = modern.schema(root);
  const definitions: [string, JsonValue][] = [];
  // Grows while it is walked through.
  for (const { name, target } of modern.targets.wanted) definitions.push([name, modern.schema(target)]);
  return {
    schema: definitions.length === 0 ? schema : { ...schema, $defs: Object.fromEntries(definitions) },
    hasReferences: modern.hasReferences,
    lost: modern.lost,
  };
}

class Modernizer {
  readonly targets: SchemaTargets;
  readonly lost = new Set<string>();
  hasReferences = false;

  constructor(root: JsonObject) {
    this.targets = new SchemaTargets(root);
  }

  schema(given: JsonObject): JsonObject {
    const schema = renamed(given);
    const entries: [string, JsonValue][] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      if (PLACES.has(keyword)) continue;
      if (keyword === "$ref") {
        const reference = typeof value === "string" ? this.targets.find(given, value) : undefined;
        if (reference === undefined) this.lost.add("$ref");
        else {
          this.hasReferences = true;
          entries.push(["$ref", reference]);
        }
      } else if (SHAPES.get(keyword)?.(value) === false) this.lost.add(keyword);
      else if (keyword === "type") this.#type(value, entries);
      else if (keyword === "required") entries.push(["required", namesIn(value)]);
      else entries.push([keyword, mapSchemas(keyword, value, (child) => this.#child(keyword, child))]);
    }
    return Object.fromEntries(entries);
  }

  #child(keyword: string, child: JsonValue): JsonValue {
    if (isSchema(child)) return this.schema(child);
    const isNamed = keyword === "properties" || SCHEMA_LISTS.includes(keyword);
    if (child === false) return isNamed ? { not: {} } : false;
    return isNamed ? {} : child;
  }

  #type(value: JsonValue, entries: [string, JsonValue][]): void {
    const known = typesOf({ type: value }).filter((type) => TYPES.includes(type));
    const [first] = known;
    // Before draft 4, `any` was a type.
    if (first === undefined) {
      if (value !== "any") this.lost.add("type");
    } else entries.push(["type", isList(value) && known.length > 1 ? known : first]);
  }
}

/** Keywords that are not today's, or were something else. */
const OLD = new Set(
  (
    "exclusiveMinimum exclusiveMaximum items additionalItems $recursiveRef $dynamicRef dependencies nullable required " +
    "properties"
  ).split(" "),
);

/** The schema with today's names for what older drafts and OpenAPI call otherwise. */
function renamed(given: JsonObject): JsonObject {
  let schema = given;
  if (!Object.keys(given).some((keyword) => OLD.has(keyword))) return given;
  for (const [exclusive, limit] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    const flag = schema[exclusive];
    const value = schema[limit];
    if (typeof flag !== "boolean") continue;
    schema = without(schema, flag ? [exclusive, limit] : [exclusive]);
    if (flag && value !== undefined) schema = { ...schema, [exclusive]: value };
  }
  if (isList(schema["items"])) {
    const { items, additionalItems, ...rest } = schema;
    schema = { ...rest, ...(items.length > 0 && { prefixItems: items }) };
    if (additionalItems !== undefined) schema = { ...schema, items: additionalItems };
  } else if ("additionalItems" in schema) schema = without(schema, ["additionalItems"]);
  // Says nothing, and not every vendor takes a schema that is a boolean.
  if (schema["items"] === true && schema["prefixItems"] === undefined) schema = without(schema, ["items"]);
  for (const old of ["$recursiveRef", "$dynamicRef"]) {
    const reference = schema[old];
    if (reference !== undefined) schema = { $ref: reference, ...without(schema, [old]) };
  }
  schema = withDependencies(schema);
  // Before draft 4, each property said for itself that it is required.
  const inside = isSchema(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  const required = inside.filter(([, child]) => own(child, "required") === true).map(([name]) => name);
  if (typeof schema["required"] === "boolean") schema = without(schema, ["required"]);
  if (required.length > 0) schema = { ...schema, required: [...namesIn(schema["required"]), ...required] };
  if (!("nullable" in schema)) return schema;
  const rest = without(schema, ["nullable"]);
  return schema["nullable"] === true ? nullable(rest) : rest;
}

function withDependencies(schema: JsonObject): JsonObject {
  const { dependencies, ...rest } = schema;
  if (!isSchema(dependencies)) return schema;
  const entries = Object.entries(dependencies);
  const names = Object.fromEntries(entries.filter(([, value]) => isList(value)));
  const schemas = Object.fromEntries(entries.filter(([, value]) => !isList(value)));
  return {
    ...rest,
    ...(Object.keys(names).length > 0 && { dependentRequired: names }),
    ...(Object.keys(schemas).length > 0 && { dependentSchemas: mapValues(schemas, (value) => value) }),
  };
}

function nullable(schema: JsonObject): JsonObject {
  const types = typesOf(schema);
  if (types.length === 0) {
    const { title, description, ...rest } = schema;
    return {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      anyOf: [rest, { type: "null" }],
    };
  }
  const values = schema["enum"];
  return {
    ...schema,
    type: [...new Set([...types, "null"])],
    ...(isList(values) && { enum: [...new Set([...values, null])] }),
  };
}

function isPattern(value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  return ["u", ""].some((flags) => {
    try {
      // oxlint-disable-next-line no-new -- it throws or it does not
      new RegExp(value, flags);
      return true;
    } catch {
      // Another language's expression.
      return false;
    }
  });
}
