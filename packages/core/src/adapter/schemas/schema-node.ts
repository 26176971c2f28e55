import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";

/** Keywords whose value is one schema, a list of schemas, or schemas by name. */
const ONE = new Set(
  "items additionalProperties unevaluatedItems unevaluatedProperties contains propertyNames not if then else".split(
    " ",
  ),
);
const MANY = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const NAMED = new Set(["properties", "patternProperties", "dependentSchemas", "$defs"]);

/** What restricts a value. Of everything else a validator takes no notice. */
const ASSERTIONS = new Set([
  ...ONE,
  ...MANY,
  ...(
    "$ref type enum const properties patternProperties dependentSchemas dependentRequired required minProperties " +
    "maxProperties minItems maxItems uniqueItems minContains maxContains minLength maxLength pattern format minimum " +
    "maximum exclusiveMinimum exclusiveMaximum multipleOf"
  ).split(" "),
]);

export function isSchema(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Does leaving it out let more values through? */
export function isAssertion(keyword: string): boolean {
  return ASSERTIONS.has(keyword);
}

/** The value of a keyword with every schema in it changed. */
export function mapSchemas(keyword: string, value: JsonValue, change: (schema: JsonValue) => JsonValue): JsonValue {
  if (ONE.has(keyword)) return change(value);
  if (MANY.has(keyword) && isList(value)) return value.map(change);
  if (NAMED.has(keyword) && isSchema(value)) return mapValues(value, change);
  return value;
}

/** The schemas right inside a schema. */
export function schemasIn(schema: JsonObject): readonly JsonObject[] {
  const found: JsonObject[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    mapSchemas(keyword, value, (child) => {
      if (isSchema(child)) found.push(child);
      return child;
    });
  }
  return found;
}

export function mapValues(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  // `fromEntries` defines properties; assigning one named `__proto__` would not.
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));
}

export function without(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

/** An own property, whatever its name: `{}["constructor"]` is none. */
export function own(object: JsonValue | undefined, name: string): JsonValue | undefined {
  return isSchema(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What a `type` allows; empty where nothing is said. */
export function typesOf({ type }: JsonObject): readonly string[] {
  return (isList(type) ? type : [type]).filter((one) => typeof one === "string");
}

/** The words among the values, for `required` and the like. */
export function namesIn(value: JsonValue | undefined): readonly string[] {
  return isList(value) ? [...new Set(value.filter((one) => typeof one === "string"))] : [];
}

/** Those that differ, in order. */
export function distinct<Value extends JsonValue>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
