import {
  jsonInstruction,
  lowerSchema,
  type FormatPlan,
  type Loss,
  type SchemaRules,
  type TargetRequest,
} from "@understudy/core/adapter";
import type { AnthropicModel } from "./models.ts";

const SCHEMA_RULES: SchemaRules = {
  drop: (
    "$schema minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems " +
    "minProperties maxProperties patternProperties propertyNames contains not if then else dependentSchemas"
  ).split(" "),
  rename: { oneOf: "anyOf" },
  adjust: { minItems: (value) => (value === 0 || value === 1 ? value : undefined) },
  closeObjects: true,
};

/** How JSON output is asked for: natively where model and schema allow it, else in words. */
export function toFormat({ output }: TargetRequest, model: AnthropicModel, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const inWords = (reason: string): { readonly instruction: string } => {
    loss({ what: "output", action: "translated", reason });
    return { instruction: jsonInstruction(output.schema) };
  };
  if (output.schema === undefined) return inWords("the API wants a schema; JSON is asked for in words");
  if (!model.jsonSchema) return inWords("the model takes no schema; it is asked for in words");
  const lowered = lowerSchema(output.schema, SCHEMA_RULES, "output.schema");
  if (lowered.isRecursive) return inWords("the schema is recursive; it is asked for in words");
  if (lowered.hasOpenObjects) return inWords("the schema has objects with free keys; it is asked for in words");
  if (lowered.loss !== undefined) loss(lowered.loss);
  return { format: { type: "json_schema", schema: lowered.schema } };
}
