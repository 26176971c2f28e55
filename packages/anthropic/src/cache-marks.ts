import { asArray, asJsonObject, asString, type JsonObject, type JsonValue } from "@understudy/core/adapter";
import { countMarks, markTurns } from "@understudy/core/toolkit";

/** The vendor takes four. */
const MOST_MARKS = 4;
const MARK = { type: "ephemeral" } as const;
const MARKABLE = ["text", "image", "document", "tool_use", "tool_result"];

/**
 * Marks where a later request may begin like this one: behind tools and system, at the last user turn before the newest
 * calls, and at the end. From a mark the vendor looks back over 20 blocks only, and one turn of calls may be longer.
 */
export function markCache(body: JsonObject): JsonObject {
  let left = MOST_MARKS - countMarks(body, "cache_control");
  if (body["cache_control"] !== undefined) return body;
  const take = (): boolean => left-- > 0;
  const messages = markTurns(body["messages"], (content) => markLast(content, take));
  const system = markSystem(body["system"], take);
  const tools = system === undefined ? markTools(body["tools"], take) : undefined;
  return { ...body, ...(tools && { tools }), ...(system && { system }), messages };
}

function markSystem(system: JsonValue | undefined, take: () => boolean): JsonValue[] | undefined {
  const blocks = typeof system === "string" && system.trim() !== "" ? [{ type: "text", text: system }] : system;
  return markLast(blocks, take);
}

function markTools(tools: JsonValue | undefined, take: () => boolean): JsonValue[] | undefined {
  const list = asArray(tools).map(asJsonObject);
  const last = list.findLastIndex((tool) => tool["defer_loading"] !== true);
  return last === -1 ? undefined : mark(list, last, take);
}

/** Thinking, blank texts and what the vendor made itself take no mark. */
function markLast(content: JsonValue | undefined, take: () => boolean): JsonValue[] | undefined {
  const blocks = asArray(content).map(asJsonObject);
  const last = blocks.findLastIndex(({ type }) => MARKABLE.includes(asString(type) ?? ""));
  return last === -1 ? undefined : mark(blocks, last, take);
}

function mark(list: readonly JsonObject[], index: number, take: () => boolean): JsonValue[] | undefined {
  const item = list[index];
  if (item === undefined || item["cache_control"] !== undefined || !take()) return undefined;
  return list.with(index, { ...item, cache_control: MARK });
}
