import { asText, isJsonObject, type JsonObject, type JsonValue, type Loss } from "@understudy/core/adapter";
import { dropNative, unsupported } from "@understudy/core/toolkit";
import type { NativeContent } from "./content.ts";

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

/** By the ending of a file's address. */
const TYPES: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/plain",
  html: "text/html",
  csv: "text/csv",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  mp4: "video/mp4",
};

/** The turns as Vertex takes them: it wants the type of each file, and knows no metadata of parts. */
export function toVertexContents(
  contents: readonly NativeContent[],
  loss: (loss: Loss) => void,
): readonly NativeContent[] {
  return contents.map((content) => ({ ...content, parts: content.parts.map((part) => toVertexPart(part, loss)) }));
}

function toVertexPart(part: JsonObject, loss: (loss: Loss) => void): JsonObject {
  const { fileData, partMetadata, ...rest } = part;
  if (partMetadata !== undefined) loss({ what: "messages partMetadata", action: "dropped", reason: REASON });
  if (!isJsonObject(fileData)) return fileData === undefined ? rest : { fileData, ...rest };
  return { fileData: typed(fileData), ...rest };
}

function typed(file: JsonObject): JsonObject {
  if (asText(file["mimeType"]) !== "") return file;
  const [, ending = ""] = /\.(\w{1,8})(?:[?#].*)?$/.exec(asText(file["fileUri"])) ?? [];
  const name = ending.toLowerCase();
  const mimeType = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (mimeType === undefined) throw unsupported("urls");
  return { mimeType, ...file };
}
