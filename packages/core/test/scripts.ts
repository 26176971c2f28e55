import type { StreamPart } from "../src/model/target.ts";
import type { ToolCallPart } from "../src/model/parts.ts";
import { read, type Script, type ScriptedCall, type Step } from "./scripted-target.ts";

/** One script after the other, as one. */
export function sequence(...parts: readonly (Script | Step)[]): Script {
  return (call) => parts.flatMap((part) => stepsOf(part, call));
}

/** One read that is built with a fresh part id. */
export function reading(parts: (id: string) => readonly StreamPart[]): Script {
  return (call) => [read(...parts(call.context.newId()))];
}

/** A whole text part in one read. */
export const wholeText = (text: string): Script =>
  reading((id) => [
    { type: "text-start", id },
    { type: "text-delta", id, delta: text },
    { type: "text-end", id, part: { type: "text", text } },
  ]);

/** A text part that goes on. */
export const someText = (text: string): Script =>
  reading((id) => [
    { type: "text-start", id },
    { type: "text-delta", id, delta: text },
  ]);

/** Reasoning that goes on. */
export const someReasoning = (text: string): Script =>
  reading((id) => [
    { type: "reasoning-start", id },
    { type: "reasoning-delta", id, delta: text },
  ]);

/** A tool call that goes on. */
export const someToolCall = (text: string, toolName = "delete_files"): Script =>
  reading((id) => [
    { type: "tool-call-start", id, toolCallId: "call_1", toolName },
    { type: "tool-call-delta", id, delta: text },
  ]);

/** A whole tool call in one read. */
export const wholeToolCall = (call: Partial<ToolCallPart> = {}): Script =>
  reading((id) => {
    const part: ToolCallPart = {
      type: "tool-call",
      toolCallId: "call_1",
      toolName: "delete_files",
      input: { path: "/tmp/a" },
      ...call,
    };
    const { toolCallId, toolName, input, inputText } = part;
    return [
      { type: "tool-call-start", id, toolCallId, toolName },
      { type: "tool-call-delta", id, delta: inputText ?? JSON.stringify(input) },
      { type: "tool-call", id, part },
    ];
  });

export const wholeRefusal = (text: string): Script =>
  reading((id) => [{ type: "refusal", id, part: { type: "refusal", text } }]);

function stepsOf(part: Script | Step, call: ScriptedCall): readonly Step[] {
  if (typeof part === "function") return part(call);
  return "type" in part ? [part] : part;
}
