import type { Loss, TargetRequest } from "@understudy/core/adapter";
import {
  jsonInstruction,
  lowerSchema,
  NARROW_SCHEMA,
  type FormatPlan,
  type SchemaObstacle,
  type SchemaRules,
} from "@understudy/core/toolkit";
import type { AnthropicModel } from "./models.ts";

/** Of a tool that is not strict: any draft 2020-12, but for its root and the names of properties. */
export const TOOL: SchemaRules = { refusedAtRoot: "anyOf oneOf allOf" };
/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
export const STRICT_TOOL: SchemaRules = { ...NARROW_SCHEMA, ...TOOL };
/** What a property of a tool's input may be called. */
export const PROPERTY_NAME: RegExp = /^[a-zA-Z0-9_.-]{1,64}$/;

/** How JSON output is asked for: natively where model and schema allow it, else in words. */
export function toFormat({ output }: TargetRequest, model: AnthropicModel, loss: (loss: Loss) => void): FormatPlan {
  if (output.type === "text") return {};
  const inWords = (reason: string): { readonly instruction: string } => {
    loss({ what: "output", action: "translated", reason: `${reason}; it is asked for in words` });
    return { instruction: jsonInstruction(output.schema) };
  };
  if (output.schema === undefined) return inWords("the API wants a schema");
  if (!model.jsonSchema) return inWords("the model takes no schema");
  const { schema, obstacles, loss: lost } = lowerSchema(output.schema, NARROW_SCHEMA, "output.schema");
  const reason = whyNotEnforced(obstacles);
  if (reason !== undefined) return inWords(reason);
  if (lost !== undefined) loss(lost);
  return { format: { type: "json_schema", schema } };
}

/** Why a schema cannot be enforced as it is meant, if it cannot. */
export function whyNotEnforced(obstacles: ReadonlySet<SchemaObstacle>): string | undefined {
  if (obstacles.has("recursion")) return "the schema is recursive";
  return obstacles.has("free keys") ? "the schema has objects with free keys" : undefined;
}
