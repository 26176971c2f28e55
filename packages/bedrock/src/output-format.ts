import type { Loss, TargetRequest } from "@understudy/core/adapter";
import { jsonInstruction, lowerSchema, NARROW_SCHEMA, SCHEMA, type FormatPlan } from "@understudy/core/toolkit";

/** How JSON output is asked for: by a schema by the narrowest rules of all families, which stands in the body as text, else in words. */
export function toFormat({ output, without = [] }: TargetRequest, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const inWords = (reason: string): { readonly instruction: string } => {
    loss({ what: "output", action: "translated", reason: `${reason}; it is asked for in words` });
    return { instruction: jsonInstruction(output.schema) };
  };
  if (output.schema === undefined) return inWords("the API wants a schema");
  if (without.includes(SCHEMA)) return inWords("the model takes no schema");
  const { schema, obstacles, loss: lost } = lowerSchema(output.schema, NARROW_SCHEMA, "output.schema");
  if (obstacles.has("recursion")) return inWords("the schema is recursive");
  if (obstacles.has("free keys")) return inWords("the schema has objects with free keys");
  if (lost !== undefined) loss(lost);
  const name = output.name.replaceAll(/[^\w-]/g, "_").slice(0, 64);
  const structure = { jsonSchema: { schema: JSON.stringify(schema), name } };
  return { format: { type: "json_schema", structure } };
}
