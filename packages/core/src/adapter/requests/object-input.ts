import type { JsonObject } from "../../model/json.ts";
import type { ToolCallPart } from "../../model/parts.ts";
import { toolInputObject } from "../parts/tool-input.ts";
import type { ReportMessageLoss } from "./message-loss.ts";

/** A tool call's arguments for an API that takes nothing but an object; what was written instead of one is reported. */
export function objectInput(call: ToolCallPart, lost: ReportMessageLoss): JsonObject {
  const input = toolInputObject(call);
  if (input !== call.input || call.inputText !== undefined)
    lost("tool-call input", "translated", "the API takes objects only");
  return input;
}
