import { asArray, asJsonObject, isJsonObject, type JsonObject, type JsonValue } from "@understudy/core/adapter";
import { countMarks, markTurns } from "@understudy/core/toolkit";
import type { BedrockModel } from "./models.ts";

/** The models take four. */
const MOST_POINTS = 4;
const POINT = { cachePoint: { type: "default" } } as const;

/**
 * Marks where a later request may begin like this one: behind tools or system, at the last user turn before the newest
 * calls, and at the end. What the caller has marked natively counts.
 */
export function markCache(body: JsonObject, { cache }: Pick<BedrockModel, "cache">): JsonObject {
  let left = MOST_POINTS - countMarks(body, "cachePoint");
  const mark = (list: JsonValue | undefined): JsonValue[] | undefined => {
    const blocks = asArray(list).map(asJsonObject);
    if (blocks.length === 0 || blocks.some(isPoint) || left <= 0) return undefined;
    left -= 1;
    return [...blocks, POINT];
  };
  const messages = markTurns(body["messages"], (content, role) => (role === "user" ? mark(content) : undefined));
  const system = mark(body["system"]);
  const config = body["toolConfig"];
  const tools = cache === "everywhere" && isJsonObject(config) ? mark(config["tools"]) : undefined;
  return {
    ...body,
    ...(system && { system }),
    ...(tools && isJsonObject(config) && { toolConfig: { ...config, tools } }),
    messages,
  };
}

function isPoint(block: JsonObject): boolean {
  return block["cachePoint"] !== undefined;
}
