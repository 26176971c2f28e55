import type { JsonObject, JsonValue } from "../../model/json.ts";
import { isSchema, namesIn, own } from "./schema-node.ts";

const LONGEST_VALUE = 300;
const LONGEST_SUMMARY = 2_000;

/** The schema with what it cannot say, in its description. */
export function withNotes(schema: JsonObject, told: readonly (readonly [string, JsonValue])[]): JsonObject {
  if (told.length === 0) return schema;
  const { description } = schema;
  const note = `{${told.map(([what, value]) => `${what}: ${shown(value)}`).join(", ")}}`;
  return { ...schema, description: typeof description === "string" ? `${description} ${note}` : note };
}

function shown(value: JsonValue): string {
  return typeof value === "string" ? cut(value, LONGEST_SUMMARY) : cut(JSON.stringify(value), LONGEST_VALUE);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
}

/** Which properties go together: `kind="circle", radius | kind="square", side, color?`. Undefined where all may. */
export function alternativesOf(branches: readonly JsonObject[]): string | undefined {
  const texts = branches.map(propertiesOf);
  return texts.length < 2 || texts.includes("") ? undefined : texts.join(" | ");
}

function propertiesOf({ properties, required }: JsonObject): string {
  const needed = namesIn(required);
  const declared = isSchema(properties) ? Object.keys(properties) : [];
  return [...new Set([...declared, ...needed])]
    .map((name) => {
      const property = own(properties, name);
      const constant = own(property, "const") ?? onlyValue(own(property, "enum"));
      const mark = needed.includes(name) ? "" : "?";
      return constant === undefined ? `${name}${mark}` : `${name}${mark}=${shown(JSON.stringify(constant))}`;
    })
    .join(", ");
}

function onlyValue(values: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(values) && values.length === 1 ? values[0] : undefined;
}
