import type { JsonObject } from "../../model/json.ts";
import type { AudioPart, FilePart } from "../../model/parts.ts";
import { fileName, loseName, toDataURL } from "../parts/media-source.ts";
import { unsupported } from "../failures/unsupported.ts";
import type { ChatMessageRules } from "./chat-messages.ts";

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^audio\/(?:mpeg|mp3)$/i, "mp3"],
  [/^audio\/(?:x-|vnd\.)?wave?$/i, "wav"],
];

/** For `ChatMessageRules.toMedia` of servers that take files and sound. */
export const toChatMedia: ChatMessageRules["toMedia"] = (part, lost) => {
  if (part.source.type === "vendor-file") {
    loseName(part, lost);
    return { type: "file", file: { file_id: part.source.id } };
  }
  if (part.type === "audio") return toAudio(part);
  if (part.type === "file") return toFile(part);
  throw unsupported("images");
};

function toAudio({ source }: AudioPart): JsonObject {
  const format = FORMATS.find(([type]) => source.type === "base64" && type.test(source.mediaType))?.[1];
  if (source.type !== "base64" || format === undefined) throw unsupported("audio");
  return { type: "input_audio", input_audio: { data: source.data, format } };
}

/** Documents are PDFs and nothing else. */
function toFile({ source, name }: FilePart): JsonObject {
  if (source.type !== "base64") throw unsupported("urls");
  if (!/^application\/pdf\b/i.test(source.mediaType)) throw unsupported("files");
  return { type: "file", file: { filename: name ?? fileName(source.mediaType), file_data: toDataURL(source) } };
}
