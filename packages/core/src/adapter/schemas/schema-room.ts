import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isList, isSchema, namesIn, schemasIn } from "./schema-node.ts";

/** What a vendor enforces at most in all schemas of a request together. */
export interface SchemaRoomLimits {
  /** How many schemas may be enforced. */
  readonly schemas: number;
  /** Properties that may be left out. */
  readonly optional: number;
  /** Properties with more than one type. */
  readonly unions: number;
}

/** What is left of a vendor's limits. */
export class SchemaRoom {
  #left: SchemaRoomLimits;

  constructor(limits: SchemaRoomLimits) {
    this.#left = limits;
  }

  /** Whether the schema fits; if so, it takes its room. */
  take(schema: JsonObject): boolean {
    const { optional, unions } = countLoose(schema);
    const left = this.#left;
    const rest = { schemas: left.schemas - 1, optional: left.optional - optional, unions: left.unions - unions };
    const fits = Math.min(rest.schemas, rest.optional, rest.unions) >= 0;
    if (fits) this.#left = rest;
    return fits;
  }
}

function countLoose(root: JsonObject): { readonly optional: number; readonly unions: number } {
  let [optional, unions] = [0, 0];
  const nodes: JsonObject[] = [root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const properties = isSchema(node["properties"]) ? node["properties"] : {};
    const required = namesIn(node["required"]);
    optional += Object.keys(properties).filter((name) => !required.includes(name)).length;
    unions += Object.values(properties).filter(isUnion).length;
    for (const child of schemasIn(node)) nodes.push(child);
  }
  return { optional, unions };
}

function isUnion(schema: JsonValue): boolean {
  return isSchema(schema) && (isList(schema["type"]) || isList(schema["anyOf"]));
}
