import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import {
  jsonInstruction,
  lowerSchema,
  SCHEMA,
  toolInWords,
  defined,
  type FormatPlan,
  type SchemaRules,
} from "@understudy/core/toolkit";

/** What a tool's schema may not be. Others are taken, and enforced without being asked. */
const OBJECT_AT_ROOT: SchemaRules = { refusedAtRoot: "anyOf oneOf allOf" };

/** JSON without a schema has a switch; with one the API enforces it. */
export function toFormat({ output, without = [] }: TargetRequest, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const { schema } = output;
  if (schema === undefined) return { format: { type: "json_object" }, instruction: jsonInstruction(undefined) };
  if (without.includes(SCHEMA)) {
    loss({ what: "output", action: "translated", reason: "asked for in words" });
    return { instruction: jsonInstruction(schema) };
  }
  const name = output.name.replaceAll(/[^\w-]/g, "_").slice(0, 64);
  return { format: { type: "json_schema", name, schema, strict: true } };
}

/** Tools in the API's words. */
export function toTools({ tools, without = [] }: TargetRequest, loss: (loss: Loss) => void): JsonObject[] {
  const isWords = without.includes(SCHEMA) && tools.length > 0;
  if (isWords) loss({ what: "tools", action: "translated", reason: "the vendor refused a schema of theirs" });
  return tools.map(({ name, description, inputSchema }) =>
    defined({
      type: "function",
      name,
      ...(isWords
        ? toolInWords(description, inputSchema)
        : { description, parameters: lowerSchema(inputSchema, OBJECT_AT_ROOT, "tools", loss).schema }),
    }),
  );
}
