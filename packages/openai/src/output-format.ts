import type { JsonObject, Loss, TargetRequest } from "@understudy/core/adapter";
import {
  defined,
  jsonInstruction,
  lowerSchema,
  SCHEMA,
  STRICT,
  toolInWords,
  type FormatPlan,
  type SchemaObstacle,
  type SchemaRules,
} from "@understudy/core/toolkit";

/** What is refused in any schema of a tool, enforced or not. */
const LOOSE: SchemaRules = {
  refusedAtRoot: "anyOf oneOf allOf enum not",
  spelledOut: true,
  plainPatterns: true,
};
/** https://developers.openai.com/api/docs/guides/structured-outputs */
const ENFORCED: SchemaRules = {
  ...LOOSE,
  keep:
    "$defs $ref type title description enum const anyOf properties required additionalProperties items minItems maxItems " +
    "pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf",
  formats: "date-time time date duration email hostname ipv4 ipv6 uuid",
  enumTypes: "string number boolean null",
  closeObjects: true,
  typed: true,
  bareReferences: true,
  size: {
    properties: 5_000,
    levels: 10,
    values: 1_000,
    characters: 120_000,
    longEnum: { values: 250, characters: 15_000 },
  },
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

/** The tools, flat or each `nested` in a field of its own. */
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
      : { description, parameters: lowered ?? lowerLoose(inputSchema, loss) };
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

/** Schemas may be recursive. */
function isObstacle(obstacle: SchemaObstacle): boolean {
  return obstacle !== "recursion";
}

function lowerLoose(schema: JsonObject, loss: (loss: Loss) => void): JsonObject {
  const lowered = lowerSchema(schema, LOOSE, "tools");
  if (lowered.loss !== undefined) loss(lowered.loss);
  return lowered.schema;
}

/** What may not stand at the root of an enforced schema. */
function isUnion(schema: JsonObject): boolean {
  return ["anyOf", "oneOf", "$ref"].some((keyword) => keyword in schema);
}
