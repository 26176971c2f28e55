import type { TargetMessage } from "../../model/target.ts";

/** The request continues after tool calls whose reasoning is missing, because another target made them. */
export function lacksReasoning(messages: readonly TargetMessage[]): boolean {
  if (messages.at(-1)?.role !== "tool") return false;
  const calls = messages.at(-2);
  return calls?.role === "assistant" && calls.content[0]?.type !== "reasoning";
}
