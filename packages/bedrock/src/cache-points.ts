import { asArray, asJsonObject, isJsonObject, type JsonObject, type JsonValue } from "@understudy/core/adapter";
import type { BedrockModel } from "./models.ts";

/** The models take four. */
const MOST_POINTS = 4;
const POINT = { cachePoint: { type: "default" } } as const;

/**
 * Marks where a later request may begin like this one: behind tools or system, at the last user turn before the newest
 * calls, and at the end. What the caller has marked natively counts.
 */
export function markCache(body: JsonObject, { cache }: Pick<BedrockModel, "cache">): JsonObject {
  let left = MOST_POINTS - countPoints(body);
  const mark = (list: JsonValue | undefined): JsonValue[] | undefined => {
    const blocks = asArray(list).map(asJsonObject);
    if (blocks.length === 0 || blocks.some(isPoint) || left <= 0) return undefined;
    left -= 1;
    return [...blocks, POINT];
  };
  const messages = asArray(body["messages"]).map(asJsonObject);
  const newest = messages.findLastIndex(({ role }) => role === "assistant");
  const marked = [...messages];
  for (const index of new Set([messages.length - 1, newest - 1])) {
    const message = messages[index];
    const content = message?.["role"] === "user" ? mark(message["content"]) : undefined;
    if (message !== undefined && content !== undefined) marked[index] = { ...message, content };
  }
  const system = mark(body["system"]);
  const config = body["toolConfig"];
  const tools = cache === "everywhere" && isJsonObject(config) ? mark(config["tools"]) : undefined;
  return {
    ...body,
    ...(system && { system }),
    ...(tools && isJsonObject(config) && { toolConfig: { ...config, tools } }),
    messages: marked,
  };
}

function isPoint(block: JsonObject): boolean {
  return block["cachePoint"] !== undefined;
}

function countPoints(value: JsonValue): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + countPoints(one), 0);
  if (!isJsonObject(value)) return 0;
  const own = isPoint(value) ? 1 : 0;
  return ["toolConfig", "tools", "system", "messages", "content"].reduce(
    (sum, name) => sum + countPoints(value[name] ?? null),
    own,
  );
}
