import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, lowerSchema, SCHEMA, STRICT, type FormatPlan } from "@understudy/core/toolkit";
import { ENFORCED, isObstacle, LOOSE } from "./schema-rules.ts";

/** How JSON output is asked for: with an enforced schema, with one that is not enforced, or in words. */
export function toFormat({ output, without = [] }: TargetRequest, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const { schema } = output;
  // The API wants the word in the prompt.
  if (schema === undefined) return { format: { type: "json_object" }, instruction: jsonInstruction(undefined) };
  if (schema["type"] !== "object" || isUnion(schema) || without.includes(SCHEMA)) {
    loss({ what: "output", action: "translated", reason: "asked for in words" });
    return { instruction: jsonInstruction(schema) };
  }
  const name = output.name.replaceAll(/[^\w-]/g, "_").slice(0, 64);
  const { schema: strict, obstacles, loss: lost } = lowerSchema(schema, ENFORCED, "output.schema");
  const isRefused = without.includes(STRICT);
  if (isRefused || [...obstacles].some(isObstacle)) {
    // Enforced, an optional property would come as null, which the caller's own schema refuses.
    const reason = `not enforced by the vendor${isRefused ? "" : `: ${[...obstacles].filter(isObstacle).join(", ")}`}`;
    loss({ what: "output.schema", action: "downgraded", reason });
    const loose = lowerSchema(schema, LOOSE, "output.schema");
    return { format: { type: "json_schema", name, schema: loose.schema, strict: false } };
  }
  if (lost !== undefined) loss(lost);
  return { format: { type: "json_schema", name, schema: strict, strict: true } };
}

/** The request without its wish for JSON where the caller asks for another format in the vendor's words: that one counts. */
export function besideFormat(request: TargetRequest, native: unknown, loss: (loss: Loss) => void): TargetRequest {
  if (native === undefined || native === null || request.output.type === "text") return request;
  loss({ what: "output", action: "dropped", reason: "vendorOptions asks for another format" });
  return { ...request, output: { type: "text" } };
}

/** What may not stand at the root of an enforced schema. */
function isUnion(schema: JsonObject): boolean {
  return ["anyOf", "oneOf", "$ref"].some((keyword) => keyword in schema);
}
