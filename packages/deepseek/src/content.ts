import type { TargetMessage } from "@understudy/core/adapter";
import { loseName, noMedia, requireMediaType, unsupported, type ChatMessageRules } from "@understudy/core/toolkit";

const IMAGES = /^image\/(?:png|jpeg|webp|gif)$/;
const MOST_IMAGES = 600;

/** Documents are taken from the vendor's own storage only. */
export const toMedia: ChatMessageRules["toMedia"] = (part, lost) => {
  if (part.source.type !== "vendor-file" || part.type === "audio") return noMedia(part);
  loseName(part, lost);
  return { type: "file", file_id: part.source.id };
};

/** Throws `unsupported` for images of other types than the API takes, and for more of them than a request may have. */
export function checkImages(messages: readonly TargetMessage[]): void {
  const said = messages.flatMap((message) => {
    if (message.role === "tool") return message.content.flatMap(({ content }) => content);
    return message.role === "user" ? message.content : [];
  });
  const images = said.filter((part) => part.type === "image");
  for (const { source } of images) requireMediaType(source, IMAGES, "images");
  if (images.length > MOST_IMAGES) throw unsupported("images");
}
