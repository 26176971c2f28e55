import { isJsonObject, type JsonObject, type JsonValue, type Loss } from "@understudy/core/adapter";
import { dropNative } from "@understudy/core/toolkit";

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** What `@google/genai` 3.1 does not send to Vertex, by where it stands. The tier has headers of its own there. */
const TOP = ["store", "serviceTier"];
const INSIDE = [
  ["generationConfig", ["enableEnhancedCivicAnswers"]],
  ["toolConfig", ["includeServerSideToolInvocations"]],
] as const;
const TOOLS = ["fileSearch", "mcpServers"];
const REASON = "not on Vertex";

/** Native fields without those that only the Gemini API has. Each is reported. */
export function withoutGeminiOnly(given: Fields, loss: (loss: Loss) => void): Fields {
  const kept = dropNative(given, TOP, REASON, loss);
  for (const [place, names] of INSIDE) {
    const inner = kept[place];
    if (isJsonObject(inner)) kept[place] = dropNative<JsonValue>(inner, names, REASON, loss);
  }
  const { tools } = kept;
  if (Array.isArray(tools)) kept["tools"] = tools.flatMap((tool: JsonValue) => withoutTools(tool, loss));
  return kept;
}

/** What is left of one that was nothing else would be a tool without a kind. */
function withoutTools(tool: JsonValue, loss: (loss: Loss) => void): readonly JsonValue[] {
  if (!isJsonObject(tool)) return [tool];
  const kept: JsonObject = dropNative<JsonValue>(tool, TOOLS, REASON, loss);
  return Object.keys(kept).length > 0 || Object.keys(tool).length === 0 ? [kept] : [];
}
