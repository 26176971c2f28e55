import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import { defined, lowerSchema, SCHEMA, STRICT, toolInWords } from "@understudy/core/toolkit";
import { ENFORCED, isObstacle, LOOSE } from "./schema-rules.ts";

/** The tools, flat or each `nested` in its own field. */
export function toTools(
  { tools, without = [] }: TargetRequest,
  nested: boolean,
  loss: (loss: Loss) => void,
): JsonObject[] {
  if (tools.length === 0) return [];
  const isWords = without.includes(SCHEMA);
  const isLoose = without.includes(STRICT);
  if (isWords || isLoose) {
    loss({
      what: "tools",
      action: isWords ? "translated" : "downgraded",
      reason: "the vendor refused a schema of theirs",
    });
  }
  return tools.map(({ name, description, inputSchema }) => {
    const lowered = isLoose || isWords ? undefined : lowerWhole(inputSchema);
    const described = isWords
      ? toolInWords(description, inputSchema)
      : { description, parameters: lowered ?? lowerSchema(inputSchema, LOOSE, "tools", loss).schema };
    // False is the default of nested tools, and not every server knows the word.
    const strict = lowered !== undefined || (nested ? undefined : false);
    const fields = defined({ name, ...described, strict });
    return nested ? { type: "function", function: fields } : { type: "function", ...fields };
  });
}

/** The schema of a tool's arguments as the vendor enforces it; undefined where that would take something from it. */
function lowerWhole(schema: JsonObject): JsonObject | undefined {
  const { schema: lowered, obstacles, loss } = lowerSchema(schema, ENFORCED, "tools");
  return loss === undefined && ![...obstacles].some(isObstacle) ? lowered : undefined;
}
