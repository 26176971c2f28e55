import {
  asArray,
  asJsonObject,
  asText,
  type JsonObject,
  type Loss,
  type TargetRequest,
  type TargetTool,
} from "@understudy/core/adapter";
import { defined, lowerSchema, SchemaRoom, STRICT } from "@understudy/core/toolkit";
import { STRICT_TOOL, TOOL, whyNotEnforced } from "./output-format.ts";

/** Of all strict tools together: https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
const MOST_STRICT = { schemas: 20, optional: 24, unions: 15 } as const;

/** Declares the tools. A strict one that the vendor could not take is declared without being enforced. */
export function toTools(
  { tools, without = [] }: TargetRequest,
  native: JsonObject,
  loss: (loss: Loss) => void,
): JsonObject[] | undefined {
  if (tools.length === 0) return undefined;
  const room = new SchemaRoom(MOST_STRICT);
  for (const tool of asArray(native["tools"]).map(asJsonObject)) {
    if (tool["strict"] === true) room.take(asJsonObject(tool["input_schema"]));
  }
  return tools.map((tool) => toTool(tool, room, without.includes(STRICT), loss));
}

function toTool(
  { name, description, inputSchema, vendorOptions }: TargetTool,
  room: SchemaRoom,
  isRefused: boolean,
  loss: (loss: Loss) => void,
): JsonObject {
  const { strict, ...native } = vendorOptions?.["anthropic"] ?? {};
  const type = asText(native["type"]);
  // One that the vendor defines has its own schema and description, and a set of them not even a name.
  if (type !== "" && type !== "custom") {
    const isStrict = strict === true && !isRefused;
    if (isStrict) room.take({});
    return { ...(/(?:^|_)toolset(?:_|$)/.test(type) ? {} : { name }), ...native, ...(isStrict && { strict }) };
  }
  const declared = (schema: JsonObject): JsonObject => defined({ name, description, input_schema: schema });
  if (strict === true) {
    const lowered = lowerSchema(inputSchema, STRICT_TOOL, "tools");
    const reason = isRefused
      ? "the vendor refused it"
      : (whyNotEnforced(lowered.obstacles) ?? (room.take(lowered.schema) ? undefined : "there are too many"));
    if (reason === undefined) {
      if (lowered.loss !== undefined) loss(lowered.loss);
      return { ...declared(lowered.schema), ...native, strict };
    }
    loss({ what: "tools strict", action: "downgraded", reason });
  }
  return { ...declared(lowerSchema(inputSchema, TOOL, "tools", loss).schema), ...native };
}
