import type { Loss, TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, SCHEMA, STRICT, type FormatPlan } from "@understudy/core/toolkit";

/** JSON without a schema has a switch that still wants the word in the prompt; with one the API enforces it. */
export function toFormat({ output, without = [] }: TargetRequest, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const { schema } = output;
  if (schema === undefined) return { format: { type: "json_object" }, instruction: jsonInstruction(undefined) };
  if (without.includes(SCHEMA)) {
    loss({ what: "output", action: "translated", reason: "asked for in words" });
    return { instruction: jsonInstruction(schema) };
  }
  const strict = !without.includes(STRICT);
  if (!strict) loss({ what: "output.schema", action: "downgraded", reason: "not enforced by the vendor" });
  const name = output.name.replaceAll(/[^\w-]/g, "_").slice(0, 64);
  return { format: { type: "json_schema", json_schema: { name, schema, strict } } };
}
