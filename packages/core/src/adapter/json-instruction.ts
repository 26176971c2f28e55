import type { JsonObject } from "../model/json.ts";

/** Asks in words for JSON, where a vendor has no switch for it or its switch cannot take the schema. */
export function jsonInstruction(schema: JsonObject | undefined): string {
  const rule = "Answer with one JSON value and nothing else: no explanation, no code fence.";
  return schema === undefined ? rule : `${rule} It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
}

/** A tool whose schema its vendor refuses in whatever form: it takes any arguments, and its description says which. */
export function toolInWords(description: string | undefined, schema: JsonObject): JsonObject {
  return {
    description: addToSystem(description, `The arguments must fit this JSON Schema: ${JSON.stringify(schema)}`),
    parameters: { type: "object", properties: {}, additionalProperties: true },
  };
}

/** A system prompt with something added, if there is something to add. */
export function addToSystem(system: string | undefined, addition: string): string;
export function addToSystem(system: string | undefined, addition: string | undefined): string | undefined;
export function addToSystem(system: string | undefined, addition: string | undefined): string | undefined {
  if (addition === undefined) return system;
  return system === undefined || system.trim() === "" ? addition : `${system}\n\n${addition}`;
}

/** How a request's output format is asked for. */
export interface FormatPlan {
  /** In the vendor's own words; undefined where they do not do. */
  readonly format?: JsonObject | undefined;
  /** What has to be said in the prompt, too or instead. */
  readonly instruction?: string | undefined;
}
