import { isJsonObject, type JsonObject, type Loss, type TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, lowerSchema, toolNames, type FormatPlan, type SchemaRules } from "@understudy/core/toolkit";
import { VENDOR } from "./content.ts";
import type { GeminiModel } from "./models.ts";

/** https://ai.google.dev/gemini-api/docs/structured-output */
const RULES: SchemaRules = {
  keep:
    "$defs $ref type format title description enum items prefixItems minItems maxItems minimum maximum anyOf properties " +
    "additionalProperties required propertyOrdering",
  enumTypes: "string number",
  bareReferences: true,
  optionalCycles: true,
};

/** How JSON output is asked for: natively where the model allows it beside tools, else in words. */
export function toFormat(request: TargetRequest, model: GeminiModel, loss: (loss: Loss) => void): FormatPlan {
  const { output, tools, vendorOptions } = request;
  if (output.type === "text") return {};
  const hasTools = tools.length + toolNames(vendorOptions?.[VENDOR]?.["tools"]).length > 0;
  if (hasTools && !model.jsonWithTools) {
    const reason = "the model does not take it beside tools; it is asked for in words";
    loss({ what: "output", action: "translated", reason });
    return { instruction: jsonInstruction(output.schema) };
  }
  const format = { responseMimeType: "application/json" };
  if (output.schema === undefined) return { format };
  const lowered = lowerSchema(output.schema, RULES, "output.schema");
  if (lowered.loss !== undefined) loss(lowered.loss);
  return { format: { ...format, responseJsonSchema: lowered.schema } };
}

/** The schema of a tool's arguments; undefined for none, which the API wants left out. */
export function toToolSchema(schema: JsonObject, loss: (loss: Loss) => void): JsonObject | undefined {
  const { properties } = schema;
  const isPlain = Object.keys(schema).every((keyword) =>
    ["type", "properties", "additionalProperties"].includes(keyword),
  );
  const takesNothing = properties === undefined || (isJsonObject(properties) && Object.keys(properties).length === 0);
  if (isPlain && takesNothing && !isJsonObject(schema["additionalProperties"])) return undefined;
  const lowered = lowerSchema(schema, RULES, "tools");
  if (lowered.loss !== undefined) loss(lowered.loss);
  return lowered.schema;
}
