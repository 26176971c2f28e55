import type { FilePart, ImagePart, JsonObject, MediaSource } from "@understudy/core/adapter";
import { requireMediaType, toPlainText, unsupported, type ReportMessageLoss } from "@understudy/core/toolkit";

/** https://platform.claude.com/docs/en/build-with-claude/vision */
const IMAGES = /^image\/(?:jpeg|png|gif|webp)$/;

export function toImage({ source }: ImagePart): JsonObject {
  requireMediaType(source, IMAGES, "images");
  return { type: "image", source: toSource(source, ({ mediaType, data }) => base64(mediaType, data)) };
}

/** `isCiting`: the vendor cites all documents of a request, or none. */
export function toDocument(
  { source, name, citations }: FilePart,
  isCiting: boolean,
  lost: ReportMessageLoss,
): JsonObject {
  if (citations === true && !isCiting) lost("citations", "dropped");
  if (citations !== true && isCiting) lost("citations", "translated", "documents are cited all or none");
  return {
    type: "document",
    source: toSource(source, documentData),
    ...(name === undefined ? {} : { title: name }),
    ...(isCiting ? { citations: { enabled: true } } : {}),
  };
}

type Base64Source = Extract<MediaSource, { readonly type: "base64" }>;

function toSource(source: MediaSource, toData: (source: Base64Source) => JsonObject): JsonObject {
  switch (source.type) {
    case "base64":
      return toData(source);
    case "url":
      if (/^http:/i.test(source.url)) throw unsupported("urls");
      return { type: "url", url: source.url };
    case "vendor-file":
      return { type: "file", file_id: source.id };
    default:
      return source satisfies never;
  }
}

function documentData(source: Base64Source): JsonObject {
  const { mediaType, data } = source;
  if (mediaType === "application/pdf") return base64(mediaType, data);
  const text = toPlainText(source);
  if (text === undefined) throw unsupported("files");
  return { type: "text", media_type: "text/plain", data: text };
}

function base64(mediaType: string, data: string): JsonObject {
  return { type: "base64", media_type: mediaType, data };
}
