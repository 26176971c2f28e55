import {
  defined,
  jsonInstruction,
  lowerSchema,
  SCHEMA,
  STRICT,
  toolInWords,
  type FormatPlan,
  type JsonObject,
  type Loss,
  type SchemaRules,
  type TargetRequest,
} from "@understudy/core/adapter";

const SCHEMA_RULES: SchemaRules = {
  drop: (
    "$schema $id $comment default examples deprecated allOf not if then else dependentRequired dependentSchemas " +
    "patternProperties propertyNames unevaluatedProperties unevaluatedItems contains minContains maxContains " +
    "uniqueItems minProperties maxProperties prefixItems"
  ).split(" "),
  rename: { oneOf: "anyOf" },
  adjust: {
    format: (value) =>
      typeof value === "string" && /^(?:date-time|time|date|duration|email|hostname|ipv[46]|uuid)$/.test(value)
        ? value
        : undefined,
  },
  closeObjects: true,
};

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
  const lowered = lowerSchema(schema, SCHEMA_RULES, "output.schema");
  const isRefused = without.includes(STRICT);
  if (isRefused || lowered.hasOpenObjects || lowered.hasOptionals) {
    // Enforced, an optional property would come as null, which the caller's own schema refuses.
    const reason = `not enforced by the vendor${isRefused ? "" : ": optional properties or free keys"}`;
    loss({ what: "output.schema", action: "downgraded", reason });
    return { format: { type: "json_schema", name, schema, strict: false } };
  }
  if (lowered.loss !== undefined) loss(lowered.loss);
  return { format: { type: "json_schema", name, schema: lowered.schema, strict: true } };
}

/** The tools, flat or each `nested` in a field of its own. */
export function toTools(
  { tools, toolChoice, without = [] }: TargetRequest,
  nested: boolean,
  loss: (loss: Loss) => void = () => undefined,
): JsonObject {
  if (tools.length === 0) return {};
  const isWords = without.includes(SCHEMA);
  const isLoose = without.includes(STRICT);
  if (isWords || isLoose) {
    loss({
      what: "tools",
      action: isWords ? "translated" : "downgraded",
      reason: "the vendor refused a schema of theirs",
    });
  }
  const named = (fields: JsonObject): JsonObject =>
    nested ? { type: "function", function: fields } : { type: "function", ...fields };
  return {
    tools: tools.map(({ name, description, inputSchema }) => {
      const lowered = isLoose || isWords ? undefined : lowerWhole(inputSchema);
      const described = isWords
        ? toolInWords(description, inputSchema)
        : { description, parameters: lowered ?? inputSchema };
      // False is the default of nested tools, and not every server knows the word.
      const strict = lowered !== undefined || (nested ? undefined : false);
      return named(defined({ name, ...described, strict }));
    }),
    tool_choice: typeof toolChoice === "string" ? toolChoice : named({ name: toolChoice.tool }),
  };
}

/** The schema of a tool's arguments as the vendor enforces it; undefined where that would take something from it. */
function lowerWhole(schema: JsonObject): JsonObject | undefined {
  const { schema: lowered, hasOptionals, loss } = lowerSchema(schema, SCHEMA_RULES, "tools");
  return isUnion(schema) || hasOptionals || loss !== undefined ? undefined : lowered;
}

/** What may not stand at the root of an enforced schema. */
function isUnion(schema: JsonObject): boolean {
  return ["anyOf", "oneOf", "$ref"].some((keyword) => keyword in schema);
}
