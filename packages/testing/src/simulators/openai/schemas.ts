import { firstIn, isObject, listOf, shown, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "./errors.ts";

/** Where a schema stands, and how the vendor names it in a refusal. */
export interface SchemaPlace {
  /** For example `function 'add'` or `response_format 'answer'`. */
  readonly name: string;
  readonly param: string;
  readonly code: string;
}

/** The rules of strict schemas: strict tools and structured output. */
export function checkStrictSchema(schema: unknown, place: SchemaPlace): OpenAIProblem | undefined {
  if (!isObject(schema) || schema["type"] !== "object") {
    const type = isObject(schema) ? shown(schema["type"] ?? "None") : shown(schema);
    return problem(place, `schema must be a JSON Schema of 'type: "object"', got 'type: "${type}"'.`);
  }
  const union = ["anyOf", "oneOf", "enum", "not"].find((keyword) => schema[keyword] !== undefined);
  if (union !== undefined) return problem(place, `root schema cannot have '${union}'.`);
  const { levels, properties } = sizeOf(schema);
  if (levels > 10) return problem(place, `${levels} levels of nesting exceed the limit of 10.`);
  if (properties > 5_000) return problem(place, `${properties} properties exceed the limit of 5000.`);
  return checkNode(schema, [], place);
}

/** Objects inside objects, and properties in all of them. */
function sizeOf(node: unknown): { readonly levels: number; readonly properties: number } {
  if (!isObject(node)) return { levels: 0, properties: 0 };
  const own = isObject(node["properties"]) ? node["properties"] : {};
  const inner = children(node, own).map(([, child]) => sizeOf(child));
  return {
    levels: Math.max(0, ...inner.map(({ levels }) => levels)) + (node["type"] === "object" ? 1 : 0),
    properties: inner.reduce((sum, { properties }) => sum + properties, Object.keys(own).length),
  };
}

/** The rules of any tool schema. */
export function checkLooseSchema(schema: unknown, place: SchemaPlace): OpenAIProblem | undefined {
  if (schema === undefined || schema === null) return undefined;
  if (!isObject(schema) || (schema["type"] !== "object" && schema["type"] !== undefined)) {
    const type = isObject(schema) ? shown(schema["type"]) : shown(schema);
    return problem(place, `schema must be a JSON Schema of 'type: "object"', got 'type: "${type}"'.`);
  }
  if (["oneOf", "anyOf", "allOf", "enum", "not"].some((keyword) => schema[keyword] !== undefined)) {
    const text = "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level.";
    return problem(place, text);
  }
  if (schema["type"] === "object" && !isObject(schema["properties"])) {
    return problem(place, "In context=(), object schema missing properties.");
  }
  return checkLooseNode(schema, [], place);
}

function checkLooseNode(node: unknown, path: readonly string[], place: SchemaPlace): OpenAIProblem | undefined {
  if (!isObject(node)) return undefined;
  if (node["type"] === "object" && node["properties"] === undefined && node["additionalProperties"] === undefined) {
    return problem(place, `${contextOf(path)} object schema missing properties.`);
  }
  if (node["type"] === "array" && node["items"] === undefined) {
    return problem(place, `${contextOf(path)} array schema missing items.`);
  }
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  return firstIn(children(node, properties), ([step, child]) => checkLooseNode(child, [...path, ...step], place));
}

function problem(place: SchemaPlace, text: string): OpenAIProblem {
  return { message: `Invalid schema for ${place.name}: ${text}`, param: place.param, code: place.code };
}

function checkNode(node: unknown, path: readonly string[], place: SchemaPlace): OpenAIProblem | undefined {
  if (!isObject(node)) return undefined;
  const context = contextOf(path);
  const forbidden =
    "oneOf allOf not if then else dependentRequired dependentSchemas prefixItems patternProperties".split(" ");
  const word = forbidden.find((keyword) => node[keyword] !== undefined);
  if (word !== undefined) return problem(place, `${context} '${word}' is not permitted.`);
  if (["type", "anyOf", "$ref"].every((keyword) => node[keyword] === undefined)) {
    return problem(place, `${context} schema must have a 'type' key.`);
  }
  if ((node["type"] === "array" || listOf(node["type"]).includes("array")) && !isObject(node["items"])) {
    return problem(place, `${context} array schema missing items.`);
  }
  if (/\(\?<?[=!]/.test(shown(node["pattern"]))) {
    return problem(place, `${context} regex lookaround is not supported.`);
  }
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  if (node["type"] === "object" || listOf(node["type"]).includes("object")) {
    if (node["additionalProperties"] !== false) {
      return problem(place, `${context} 'additionalProperties' is required to be supplied and to be false.`);
    }
    const required = listOf(node["required"]);
    const optional = Object.keys(properties).find((name) => !required.includes(name));
    if (optional !== undefined) {
      const text = `'required' is required to be supplied and to be an array including every key in properties. Missing '${optional}'.`;
      return problem(place, `${context} ${text}`);
    }
  }
  return firstIn(children(node, properties), ([step, child]) => checkNode(child, [...path, ...step], place));
}

function contextOf(path: readonly string[]): string {
  return `In context=(${path.map((one) => `'${one}'`).join(", ")}${path.length === 1 ? "," : ""}),`;
}

type Child = readonly [readonly string[], unknown];

function children(node: WireObject, properties: WireObject): readonly Child[] {
  const definitions = isObject(node["$defs"]) ? node["$defs"] : {};
  return [
    ...Object.entries(properties).map(([name, child]): Child => [["properties", name], child]),
    ...Object.entries(definitions).map(([name, child]): Child => [["$defs", name], child]),
    ...listOf(node["anyOf"]).map((child, index): Child => [["anyOf", String(index)], child]),
    [["items"], node["items"]],
  ];
}
