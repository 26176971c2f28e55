import { firstIn, firstOf, isObject, listOf, type WireObject, shown } from "../json.ts";
import type { Problem } from "./problem.ts";

const unsupported = [
  "minimum",
  "maximum",
  "multipleOf",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
];

/** The schema rules of constrained output: strict tools and `output_config.format`. */
export function checkSchema(path: string, schema: unknown): Problem {
  if (!isObject(schema)) return `${path}: Input does not match the expected shape.`;
  return firstOf([() => checkRecursion(path, schema), () => checkNode(path, schema)]);
}

function checkNode(path: string, node: unknown): Problem {
  if (!isObject(node)) return undefined;
  const isObjectType = node["type"] === "object" || listOf(node["type"]).includes("object");
  if (isObjectType && node["additionalProperties"] !== false) {
    return `${path}: For 'object' type, 'additionalProperties' must be explicitly set to false`;
  }
  const word = unsupported.find((keyword) => node[keyword] !== undefined);
  if (word !== undefined) {
    return `${path}: For '${shown(node["type"])}' type, property '${word}' is not supported`;
  }
  if (typeof node["$ref"] === "string" && !node["$ref"].startsWith("#")) {
    return `${path}: Invalid schema: External reference '${node["$ref"]}' is not supported`;
  }
  if (typeof node["minItems"] === "number" && node["minItems"] > 1) {
    return `${path}: For 'array' type, 'minItems' values other than 0 or 1 are not supported`;
  }
  return firstIn(children(node), (child) => checkNode(path, child));
}

function checkRecursion(path: string, schema: WireObject): Problem {
  const definitions = isObject(schema["$defs"]) ? schema["$defs"] : {};
  const reaches = (node: unknown, name: string, seen: ReadonlySet<string>): boolean => {
    if (!isObject(node)) return false;
    const next = /^#\/\$defs\/(.+)$/.exec(shown(node["$ref"]))?.[1];
    if (next === name) return true;
    if (next !== undefined && !seen.has(next)) return reaches(definitions[next], name, new Set([...seen, next]));
    return children(node).some((child) => reaches(child, name, seen));
  };
  const circular = Object.keys(definitions).find((name) => reaches(definitions[name], name, new Set()));
  return circular === undefined
    ? undefined
    : `${path}: Invalid schema: Circular reference detected in schema definitions: ${circular} -> ${circular}. Self-referencing or mutually-referencing definitions are not supported.`;
}

/** The sub-schemas of a schema, definitions included. */
function children(node: WireObject): readonly unknown[] {
  const maps = [node["properties"], node["$defs"], node["definitions"]].filter(isObject);
  const lists = [node["anyOf"], node["oneOf"], node["allOf"], node["prefixItems"]];
  return [...maps.flatMap((map) => Object.values(map)), ...lists.flatMap(listOf), node["items"]];
}

/** How many optional and how many union-typed properties a schema has. */
export function countProperties(node: unknown): { readonly optional: number; readonly unions: number } {
  if (!isObject(node)) return { optional: 0, unions: 0 };
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  const required = listOf(node["required"]);
  const own = {
    optional: Object.keys(properties).filter((name) => !required.includes(name)).length,
    unions: Object.values(properties).filter(isUnion).length,
  };
  return children(node)
    .map(countProperties)
    .reduce((sum, one) => ({ optional: sum.optional + one.optional, unions: sum.unions + one.unions }), own);
}

function isUnion(schema: unknown): boolean {
  return isObject(schema) && (Array.isArray(schema["type"]) || Array.isArray(schema["anyOf"]));
}
