import { isObject, words, type WireObject } from "../json.ts";
import type { Problem } from "./problem.ts";

const TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
const COUNTS = words("minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains");
const TEXTS = words("$id $ref $anchor $comment title description pattern format contentEncoding contentMediaType");
const FLAGS = words("uniqueItems deprecated readOnly writeOnly");
const MAPS = words("properties patternProperties $defs definitions dependentSchemas");
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const NODES = words(
  "items additionalProperties unevaluatedItems unevaluatedProperties contains propertyNames not if then else",
);

/** A tool's input has to be a schema of draft 2020-12, by the shapes that its meta-schema gives the keywords. */
export function checkDraft(path: string, schema: WireObject): Problem {
  return isLegal(schema)
    ? undefined
    : `${path}: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12).`;
}

function isLegal(node: unknown): boolean {
  if (typeof node === "boolean") return true;
  if (!isObject(node)) return false;
  const all = (names: readonly string[], test: (value: unknown) => boolean): boolean =>
    names.every((name) => node[name] === undefined || test(node[name]));
  return (
    all(["type"], isType) &&
    all(NUMBERS, (value) => typeof value === "number") &&
    all(COUNTS, (value) => Number.isInteger(value) && Number(value) >= 0) &&
    all(TEXTS, (value) => typeof value === "string") &&
    all(FLAGS, (value) => typeof value === "boolean") &&
    all(["required"], isNames) &&
    all(["enum", "examples"], Array.isArray) &&
    all(LISTS, (value) => Array.isArray(value) && value.length > 0 && value.every(isLegal)) &&
    all(MAPS, (value) => isObject(value) && Object.values(value).every(isLegal)) &&
    all(NODES, isLegal)
  );
}

function isType(value: unknown): boolean {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => TYPES.some((type) => type === name)) && isDistinct(names);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string") && isDistinct(value);
}

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
