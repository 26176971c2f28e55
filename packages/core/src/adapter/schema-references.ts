import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";

export interface CheckedReferences {
  /** References that led nowhere, or out of the document, are replaced by a schema that takes anything. */
  readonly schema: JsonObject;
  readonly dangling: boolean;
  readonly isRecursive: boolean;
}

/** Looks at every `$ref` of a schema: does it lead somewhere, and does it lead back to itself? */
export function checkReferences(root: JsonObject): CheckedReferences {
  let dangling = false;
  let isRecursive = false;
  // The definitions on the way from the root to where we are, and those that were looked through.
  const open = new Set<JsonValue>();
  const done = new Set<JsonValue>();

  function follow(target: JsonObject): void {
    if (open.has(target)) isRecursive = true;
    if (open.has(target) || done.has(target)) return;
    walk(target);
  }

  function walk(value: JsonValue): void {
    if (!isNode(value)) return;
    open.add(value);
    const reference = isArray(value) ? undefined : value["$ref"];
    const target = typeof reference === "string" ? resolve(root, reference) : undefined;
    if (isPlain(target)) follow(target);
    for (const [name, child] of Object.entries(value)) if (name !== "$defs" && name !== "definitions") walk(child);
    open.delete(value);
    done.add(value);
  }

  function replace(value: JsonValue): JsonValue {
    if (isArray(value)) return value.map(replace);
    if (!isPlain(value)) return value;
    const reference = value["$ref"];
    const leadsNowhere = typeof reference === "string" && !isPlain(resolve(root, reference));
    if (leadsNowhere) dangling = true;
    const entries = Object.entries(value).filter(([name]) => !(leadsNowhere && name === "$ref"));
    return Object.fromEntries(entries.map(([name, child]) => [name, replace(child)]));
  }

  walk(root);
  const schema = replace(root);
  return { schema: isPlain(schema) ? schema : root, dangling, isRecursive };
}

/** What a local JSON pointer points at. */
function resolve(root: JsonObject, reference: string): JsonValue | undefined {
  if (!reference.startsWith("#")) return undefined;
  let value: JsonValue | undefined = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isNode(value) || !Object.hasOwn(value, name)) return undefined;
    value = isArray(value) ? value[Number(name)] : value[name];
  }
  return value;
}

function isNode(value: JsonValue | undefined): value is JsonObject | readonly JsonValue[] {
  return typeof value === "object" && value !== null;
}

function isPlain(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value);
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
