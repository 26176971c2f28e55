import type { Loss, TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, lowerSchema, toolNames, type FormatPlan } from "@understudy/core/toolkit";
import { VENDOR } from "./content.ts";
import type { GeminiModel } from "./models.ts";
import { RULES } from "./schema-rules.ts";

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
  const { schema } = lowerSchema(output.schema, RULES, "output.schema", loss);
  return { format: { ...format, responseJsonSchema: schema } };
}
