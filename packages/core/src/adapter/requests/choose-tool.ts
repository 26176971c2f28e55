import { isJsonObject, type JsonObject, type JsonValue } from "../../model/json.ts";
import type { ToolChoice } from "../../model/request.ts";
import type { TargetRequest } from "../../model/target.ts";
import { asArray, asString } from "../foreign.ts";
import { defined, isNamedTool } from "./native-fields.ts";

/**
 * Which of the tools may be called, in words for the list as it is sent: the request's own in their order, then those
 * that the caller declared natively. `isNested`: a name is in a field of its tool's type.
 */
export function chooseTool(
  sent: readonly JsonValue[],
  { tools, toolChoice }: Pick<TargetRequest, "tools" | "toolChoice">,
  isNested: boolean,
): JsonValue | undefined {
  if (sent.length === 0 || (tools.length === 0 && toolChoice === "auto")) return undefined;
  if (typeof toolChoice === "string") return toolChoice;
  const name = toolChoice.tool;
  const chosen: JsonValue | undefined = sent[tools.findIndex((tool) => tool.name === name)];
  const { type = "function", server_label } = isJsonObject(chosen) ? chosen : {};
  if (!isNamedTool(type)) return defined({ type, server_label });
  return isNested ? { type, [asString(type) ?? ""]: { name } } : { type, name };
}

/** The tools as they will be sent: the request's own, and behind them the caller's native ones. */
export function sentTools(own: readonly JsonObject[], native: unknown): readonly JsonValue[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a caller's options are JSON
  return [...own, ...(asArray(native) as readonly JsonValue[])];
}

/** What a model is told that has to call a tool, or one of that name, and cannot be forced to. */
export function mustCall(choice: ToolChoice): string {
  const name = typeof choice === "string" ? "" : ` The tool to call is ${choice.tool}.`;
  return `Answer by calling one of the tools; do not answer in text.${name}`;
}
