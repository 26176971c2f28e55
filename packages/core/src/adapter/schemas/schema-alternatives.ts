import type { JsonObject, JsonValue } from "../../model/json.ts";
import { distinct, isAssertion, isList, typesOf, without } from "./schema-node.ts";
import { withNotes } from "./schema-notes.ts";

/** Which keywords speak of values of which type alone. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  object: (
    "properties required additionalProperties patternProperties propertyNames minProperties maxProperties " +
    "dependentRequired dependentSchemas unevaluatedProperties"
  ).split(" "),
  array: "items prefixItems minItems maxItems uniqueItems contains minContains maxContains unevaluatedItems".split(" "),
  string: "minLength maxLength pattern format".split(" "),
  number: "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split(" "),
};

export interface ValueRules {
  /** Of which types a value in an enumeration may be; left out: of any. */
  readonly enumTypes: readonly string[] | undefined;
  /** An enumeration has values of one type, and null at most. */
  readonly isTyped: boolean;
  readonly keepsConst: boolean;
}

interface SplitValues {
  readonly schema: JsonObject;
  readonly lost: readonly string[];
}

/** A schema of constants as the vendor takes them: those of other types become alternatives beside them. */
export function splitValues(schema: JsonObject, rules: ValueRules): SplitValues {
  const { const: constant, enum: list, ...rest } = schema;
  const given = constant !== undefined ? [constant] : isList(list) ? distinct(list) : undefined;
  if (given === undefined) return { schema, lost: [] };
  const types = typesOf(schema);
  const values = given.filter((value) => types.length === 0 || types.some((type) => isOfType(value, type)));
  if (values.length === 0) return { schema: rest, lost: ["enum"] };
  const groups = [...Map.groupBy(values, typeOf)];
  const isMixed = rules.isTyped && groups.filter(([type]) => type !== "null").length > 1;
  if (!isMixed && groups.every(([type]) => rules.enumTypes?.includes(type) !== false)) {
    const said = constant !== undefined && rules.keepsConst ? { const: constant } : { enum: values };
    const isUntyped = !rules.isTyped && types.length === 0;
    return { schema: { ...rest, ...(isUntyped ? {} : { type: typeFor(values, types) }), ...said }, lost: [] };
  }
  const lost = new Set<string>();
  const alternatives = groups.map(([type, members]): JsonObject => {
    if (type === "null") return { type };
    if (rules.enumTypes?.includes(type) !== false) return { type: typeFor(members, types), enum: members };
    if (type === "boolean" && members.length === 2) return { type };
    const keyword = constant === undefined ? "enum" : "const";
    lost.add(keyword);
    return withNotes({ type }, [[keyword, constant ?? members]]);
  });
  const outside = Object.fromEntries(Object.entries(rest).filter(([keyword]) => !isAssertion(keyword)));
  const [first = {}] = alternatives;
  const { description } = first;
  if (alternatives.length > 1) return { schema: { ...outside, anyOf: alternatives }, lost: [...lost] };
  const said = typeof description === "string" ? description : "";
  const own = typeof outside["description"] === "string" ? `${outside["description"]} ${said}`.trim() : said;
  return { schema: { ...outside, ...first, ...(own !== "" && { description: own }) }, lost: [...lost] };
}

/** The type that its keywords speak of, where it says none. */
export function withType(schema: JsonObject): JsonObject {
  if (["type", "anyOf", "$ref", "enum", "const"].some((keyword) => keyword in schema)) return schema;
  const types = Object.entries(FAMILIES).filter(([, keywords]) => keywords.some((keyword) => keyword in schema));
  const [[type] = []] = types;
  return type !== undefined && types.length === 1 ? { type, ...schema } : schema;
}

/** Of several types, each with what speaks of it. A simple one may stand with null in one list. */
export function splitTypes(schema: JsonObject): JsonObject {
  const types = typesOf(schema);
  const others = types.filter((type) => type !== "null");
  const [only = ""] = others;
  const isSimple = others.length < 2 && only !== "object" && only !== "array";
  if (types.length < 2 || isSimple || "enum" in schema) return schema;
  const parts = Object.keys(schema).filter((keyword) => isAssertion(keyword) && keyword !== "type");
  const alternatives = types.map((type): JsonObject => {
    const family = FAMILIES[type === "integer" ? "number" : type] ?? [];
    const own = Object.entries(schema).filter(([keyword]) => parts.includes(keyword) && family.includes(keyword));
    return { type, ...Object.fromEntries(own) };
  });
  return { ...without(schema, ["type", ...parts]), anyOf: alternatives };
}

function typeOf(value: JsonValue): string {
  return value === null ? "null" : isList(value) ? "array" : typeof value;
}

function isOfType(value: JsonValue, type: string): boolean {
  return type === "integer" ? Number.isInteger(value) : typeOf(value) === type;
}

/** As it was said, without types of which there is no value. */
function typeFor(values: readonly JsonValue[], said: readonly string[]): JsonValue {
  const needed = said.filter((type) => values.some((value) => isOfType(value, type)));
  const found = [...new Set(values.map(typeOf))].map((type) =>
    type === "number" && values.every((value) => typeof value !== "number" || Number.isInteger(value))
      ? "integer"
      : type,
  );
  const types = needed.length > 0 ? needed : found;
  const [only = "string"] = types;
  return types.length === 1 ? only : types;
}
