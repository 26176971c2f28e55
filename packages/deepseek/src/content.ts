import { noMedia, type ChatMessageRules } from "@understudy/core/adapter";

/** Documents are taken from the vendor's own storage only. */
export const toMedia: ChatMessageRules["toMedia"] = (part) =>
  part.source.type === "vendor-file" && part.type !== "audio"
    ? { type: "file", file_id: part.source.id }
    : noMedia(part);
