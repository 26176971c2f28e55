import {
  toDataURL,
  unsupported,
  type AudioPart,
  type ChatMessageRules,
  type FilePart,
  type JsonObject,
} from "@understudy/core/adapter";
import { fileName } from "../content.ts";

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^audio\/(?:mpeg|mp3)$/i, "mp3"],
  [/^audio\/(?:x-|vnd\.)?wave?$/i, "wav"],
];

/** What is neither text nor an image by data or URL. */
export const toMedia: ChatMessageRules["toMedia"] = (part) => {
  if (part.source.type === "vendor-file") return { type: "file", file: { file_id: part.source.id } };
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
