import { asArray, asJsonObject, asText, type JsonObject, type Loss } from "@understudy/core/adapter";
import { GO_ON, userTurnBehind } from "@understudy/core/toolkit";

/**
 * Only some models continue a conversation that ends with their own turn, and they refuse blanks at its end. A turn that
 * was paused is sent back as it is.
 */
export function closing(messages: JsonObject[], canContinue: boolean, loss: (loss: Loss) => void): JsonObject[] {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") return messages;
  const blocks = asArray(last["content"]).map(asJsonObject);
  if (isPaused(blocks)) return messages;
  if (!canContinue) return userTurnBehind(messages, { role: "user", content: [{ type: "text", text: GO_ON }] }, loss);
  const ending = blocks.at(-1);
  if (ending?.["type"] !== "text") return messages;
  const text = asText(ending["text"]).trimEnd();
  return [...messages.slice(0, -1), { ...last, content: [...blocks.slice(0, -1), { ...ending, text }] }];
}

/** It ends where the vendor was at work: nothing has been said about what a tool found, or one still waits for its result. */
function isPaused(blocks: readonly JsonObject[]): boolean {
  const answered = new Set(blocks.map((block) => block["tool_use_id"]));
  return (
    /_tool_(?:use|result)$|^compaction$/.test(asText(blocks.at(-1)?.["type"])) ||
    blocks.some(({ type, id }) => asText(type).endsWith("_tool_use") && !answered.has(id))
  );
}
