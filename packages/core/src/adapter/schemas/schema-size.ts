import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isList, isSchema, schemasIn, typesOf } from "./schema-node.ts";
import { lookUp } from "./schema-references.ts";

/** How large a schema may be. */
export interface SchemaSize {
  /** Properties of all objects together. */
  readonly properties: number;
  /** Objects inside objects. */
  readonly levels: number;
  /** In all enumerations together. */
  readonly values: number;
  /** In all names and constants together. */
  readonly characters: number;
  /** An enumeration with more values than this has its own limit. */
  readonly longEnum: {
    /** More values than this make an enumeration a long one. */
    readonly values: number;
    /** In all values of one long enumeration together. */
    readonly characters: number;
  };
}

export function exceeds(root: JsonObject, most: SchemaSize): boolean {
  const definitions = isSchema(root["$defs"]) ? root["$defs"] : {};
  let properties = 0;
  let values = 0;
  let characters = lengthOf(Object.keys(definitions));
  // Its own stack: definitions may refer to each other in long chains.
  const nodes: JsonObject[] = [root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const names = isSchema(node["properties"]) ? Object.keys(node["properties"]) : [];
    const listed = isList(node["enum"]) ? node["enum"] : [];
    const constant = node["const"];
    const length = lengthOf(listed.map(text));
    properties += names.length;
    values += listed.length;
    characters += lengthOf(names) + length + (constant === undefined ? 0 : text(constant).length);
    if (listed.length > most.longEnum.values && length > most.longEnum.characters) return true;
    for (const child of schemasIn(node)) nodes.push(child);
  }
  const isMuch = properties > most.properties || values > most.values || characters > most.characters;
  return isMuch || isDeeper(root, most.levels);
}

function isDeeper(root: JsonObject, most: number): boolean {
  const { $defs: _definitions, ...rest } = root;
  const deepest = new Map<string, number>();
  const nodes: (readonly [JsonObject, number])[] = [[rest, 0]];
  for (let next = nodes.pop(); next !== undefined; next = nodes.pop()) {
    const [node, above] = next;
    const level = above + (typesOf(node).includes("object") ? 1 : 0);
    if (level > most) return true;
    for (const child of schemasIn(node)) nodes.push([child, level]);
    const { $ref } = node;
    if (typeof $ref !== "string" || (deepest.get($ref) ?? -1) >= 0) continue;
    deepest.set($ref, level);
    const target = lookUp(root, $ref);
    if (target !== undefined) nodes.push([target, level]);
  }
  return false;
}

function text(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, one) => sum + one.length, 0);
}
