import {
  jsonInstruction,
  lowerSchema,
  type FormatPlan,
  type JsonObject,
  type Loss,
  type SchemaRules,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { AnthropicModel } from "./models.ts";

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
const OUTPUT: SchemaRules = {
  keep: "$defs $ref type title description default enum const anyOf properties required additionalProperties items minItems format pattern",
  closeObjects: true,
  plainPatterns: true,
  enumTypes: "string number boolean null",
  mostMinItems: 1,
};
/** Of a tool that is not strict: any draft 2020-12, but for its root and the names of properties. */
const TOOL: SchemaRules = { refusedAtRoot: "anyOf oneOf allOf" };
const STRICT_TOOL: SchemaRules = { ...OUTPUT, ...TOOL };
/** What a property of a tool's input may be called. */
export const PROPERTY_NAME: RegExp = /^[a-zA-Z0-9_.-]{1,64}$/;

/** How JSON output is asked for: natively where model and schema allow it, else in words. */
export function toFormat({ output }: TargetRequest, model: AnthropicModel, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const inWords = (reason: string): { readonly instruction: string } => {
    loss({ what: "output", action: "translated", reason });
    return { instruction: jsonInstruction(output.schema) };
  };
  if (output.schema === undefined) return inWords("the API wants a schema; JSON is asked for in words");
  if (!model.jsonSchema) return inWords("the model takes no schema; it is asked for in words");
  const { schema, obstacles, loss: lost } = lowerSchema(output.schema, OUTPUT, "output.schema");
  if (obstacles.has("recursion")) return inWords("the schema is recursive; it is asked for in words");
  if (obstacles.has("free keys")) return inWords("the schema has objects with free keys; it is asked for in words");
  if (lost !== undefined) loss(lost);
  return { format: { type: "json_schema", schema } };
}

/** `native`: the caller's own fields of the tool. */
export function toToolSchema(schema: JsonObject, native: JsonObject, loss: (loss: Loss) => void): JsonObject {
  const lowered = lowerSchema(schema, native["strict"] === true ? STRICT_TOOL : TOOL, "tools");
  if (lowered.loss !== undefined) loss(lowered.loss);
  return lowered.schema;
}
