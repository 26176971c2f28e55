import type { JsonObject, JsonValue } from "@understudy/core";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What a vendor would refuse in a schema, judged by what the vendor itself says; undefined where it is legal. */
export type Judge = (root: JsonObject) => string | undefined;

interface Place {
  readonly node: JsonObject;
  readonly path: string;
}

const SINGLE = ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"];
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
const MAPS = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/** Every schema of a schema, with boolean ones left out. */
function places(root: JsonObject): readonly Place[] {
  const all: Place[] = [{ node: root, path: "#" }];
  for (const { node, path } of all) {
    const add = (value: JsonValue | undefined, step: string): void => {
      if (isObject(value)) all.push({ node: value, path: `${path}/${step}` });
    };
    for (const keyword of SINGLE) add(node[keyword], keyword);
    for (const keyword of LISTS) for (const [index, one] of entries(node[keyword])) add(one, `${keyword}/${index}`);
    for (const keyword of MAPS) for (const [name, one] of entries(node[keyword])) add(one, `${keyword}/${name}`);
  }
  return all;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entries(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

const has = (node: JsonObject, keywords: string): string | undefined =>
  keywords.split(" ").find((keyword) => Object.hasOwn(node, keyword));

function first(root: JsonObject, rule: (place: Place) => string | undefined): string | undefined {
  for (const place of places(root)) {
    const problem = rule(place);
    if (problem !== undefined) return `${problem} at ${place.path.slice(0, 200)}`;
  }
  return undefined;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Draft 2020-12, with references that lead somewhere inside. */
const isLegal: Judge = (root) => {
  if (ajv.validateSchema(root) !== true) return `no JSON Schema: ${ajv.errorsText()}`;
  return first(root, ({ node }) => {
    const { $ref } = node;
    if ($ref === undefined || $ref === "#") return undefined;
    const name = typeof $ref === "string" ? $ref.replace(/^#\/\$defs\//, "") : "";
    return entries(root["$defs"]).some(([one]) => one === name) ? undefined : "a reference that leads nowhere";
  });
};

/** "Regex lookaround is not supported"; what looks back at a group is of the same kind. */
function oddPattern({ pattern }: JsonObject): string | undefined {
  return typeof pattern === "string" && /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)
    ? "lookaround or backreference"
    : undefined;
}

function isObjectType(node: JsonObject): boolean {
  return list(node["type"]).includes("object");
}

/** "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level". */
function openAIRoot(root: JsonObject): string | undefined {
  return root["type"] === "object" ? has(root, "oneOf anyOf allOf enum not") : "no object";
}

/** "object schema missing properties", "array schema missing items". */
export const openAILoose: Judge = (root) =>
  isLegal(root) ??
  openAIRoot(root) ??
  first(root, ({ node }) => {
    if (isObjectType(node) && !isObject(node["properties"])) return "object schema missing properties";
    if (list(node["type"]).includes("array") && !isObject(node["items"])) return "array schema missing items";
    return oddPattern(node);
  });

const STRICT_KEYWORDS =
  "type properties required additionalProperties items minItems maxItems enum const anyOf $ref $defs title description " +
  "pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf";

export const openAIStrict: Judge = (root) =>
  openAILoose(root) ??
  first(root, ({ node }) => {
    const odd = Object.keys(node).find((keyword) => !STRICT_KEYWORDS.split(" ").includes(keyword));
    if (odd !== undefined) return `'${odd}' is not permitted`;
    if (node["$ref"] !== undefined) return Object.keys(node).length > 1 ? "$ref cannot have keywords" : undefined;
    if (node["type"] === undefined && node["anyOf"] === undefined) return "schema must have a 'type' key";
    if (list(node["type"]).filter((type) => type !== "null").length > 1) return "several types";
    if ([...list(node["enum"]), ...list(node["const"])].some((value) => typeof value === "object" && value !== null)) {
      return "a constant that is no scalar";
    }
    if (!isObjectType(node)) return undefined;
    if (node["additionalProperties"] !== false) return "'additionalProperties' is required to be false";
    const names = entries(node["properties"]).map(([name]) => name);
    const required = list(node["required"]);
    if (names.some((name) => !required.includes(name))) return "'required' must include every key in properties";
    return required.some((name) => !names.some((one) => one === name)) ? "extra required key" : undefined;
  }) ??
  openAISize(root);

/** ≤5,000 properties, ≤10 levels, ≤1,000 enum values, ≤120,000 characters, ≤15,000 in an enum of more than 250. */
function openAISize(root: JsonObject): string | undefined {
  let [properties, values, characters] = [0, 0, 0];
  for (const { node } of places(root)) {
    const names = [...entries(node["properties"]), ...entries(node["$defs"])].map(([name]) => name);
    const constants = [...list(node["enum"]), ...(node["const"] === undefined ? [] : [node["const"]])].map(String);
    properties += entries(node["properties"]).length;
    values += list(node["enum"]).length;
    const length = constants.join("").length;
    characters += names.join("").length + length;
    if (list(node["enum"]).length > 250 && length > 15_000) return "an enum of more than 15,000 characters";
  }
  if (properties > 5_000 || values > 1_000 || characters > 120_000) return "too large";
  return places(root).some(({ path }) => path.split("/properties/").length > 11) ? "more than 10 levels" : undefined;
}

/** "`input_schema.type` must be `object`; no `oneOf/allOf/anyOf` at the top level"; keys match the pattern. */
export const claudeTool: Judge = (root) =>
  isLegal(root) ??
  (root["type"] === "object" ? has(root, "oneOf allOf anyOf") : "type: Field required") ??
  first(root, ({ node }) =>
    entries(node["properties"]).every(([name]) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name))
      ? undefined
      : "Property keys should match pattern",
  );

/** "`additionalProperties: false` on every object; no recursion; …; `minItems` 0 or 1 only; no external `$ref`". */
export const claudeOutput: Judge = (root) =>
  isLegal(root) ??
  first(root, ({ node }) => {
    const word = has(node, "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems");
    if (word !== undefined) return `property '${word}' is not supported`;
    if (isObjectType(node) && node["additionalProperties"] !== false) return "'additionalProperties' must be false";
    if (Number(node["minItems"] ?? 0) > 1) return "'minItems' values other than 0 or 1 are not supported";
    return oddPattern(node);
  }) ??
  (cyclic(root, () => false) ? "Circular reference" : undefined);

const GEMINI_KEYWORDS =
  "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum anyOf " +
  "oneOf properties additionalProperties required propertyOrdering";

/** The supported keywords; "a sub-schema with `$ref` may hold nothing else but `$…` keys"; recursion. */
export const geminiSchema: Judge = (root) =>
  isLegal(root) ??
  first(root, ({ node }) => {
    const odd = Object.keys(node).find((keyword) => !GEMINI_KEYWORDS.split(" ").includes(keyword));
    if (odd !== undefined) return `unsupported '${odd}'`;
    if (node["$ref"] !== undefined && Object.keys(node).some((keyword) => !keyword.startsWith("$")))
      return "beside $ref";
    return list(node["enum"]).every((value) => typeof value === "string" || typeof value === "number")
      ? undefined
      : "an enum of neither strings nor numbers";
  }) ??
  (cyclic(root, (node, name) => !list(node["required"]).includes(name))
    ? "recursion outside of properties that are not required"
    : undefined);

/**
 * Is there a way from a schema back to itself? Where `mayPass` a property, the way ends. By a list of what is left to walk:
 * from each definition, what it leads to.
 */
function cyclic(root: JsonObject, mayPass: (node: JsonObject, name: string) => boolean): boolean {
  const { $defs: _definitions, ...rest } = root;
  const leads = new Map<string, readonly string[]>();
  for (const [name, body] of [["#", rest] as const, ...entries(root["$defs"])]) {
    const found: string[] = [];
    const open = isObject(body) ? [body] : [];
    for (const node of open) {
      const { $ref } = node;
      if (typeof $ref === "string") found.push($ref.replace("#/$defs/", ""));
      for (const keyword of SINGLE) if (isObject(node[keyword])) open.push(node[keyword]);
      for (const keyword of LISTS) for (const [, one] of entries(node[keyword])) if (isObject(one)) open.push(one);
      for (const [property, one] of entries(node["properties"])) {
        if (isObject(one) && !mayPass(node, property)) open.push(one);
      }
    }
    leads.set(name, found);
  }
  // What leads nowhere is taken away until nothing is left, or cycles are.
  const left = new Map(leads);
  for (let size = -1; size !== left.size;) {
    size = left.size;
    const done = [...left].filter(([, to]) => to.every((name) => !left.has(name))).map(([name]) => name);
    for (const name of done) left.delete(name);
  }
  return left.size > 0;
}
