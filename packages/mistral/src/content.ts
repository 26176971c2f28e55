import type { JsonObject, TargetMessage } from "@understudy/core/adapter";
import { loseName, toDataURL, unsupported, type ChatMessageRules } from "@understudy/core/toolkit";

const PDF = /^application\/pdf$/;
/** What the model is made to say between the results of its tools and a question that follows them. */
const NOTED = "Noted.";

/** Documents by URL or data, sound by either, and what lies in the vendor's own storage. */
export const toMedia: ChatMessageRules["toMedia"] = (part, lost) => {
  const { source } = part;
  if (source.type === "vendor-file") {
    loseName(part, lost);
    return { type: "file", file_id: source.id };
  }
  // Images by data or URL are not asked for here.
  if (part.type === "image") throw unsupported("images");
  if (part.type === "audio")
    return { type: "input_audio", input_audio: source.type === "url" ? source.url : source.data };
  if (source.mediaType !== undefined && !PDF.test(source.mediaType)) throw unsupported("files");
  const document_url = source.type === "url" ? source.url : toDataURL(source);
  return { type: "document_url", document_url, ...(part.name !== undefined && { document_name: part.name }) };
};

/**
 * The API takes no question right after results, and goes on with an answer only where it is marked: without the mark it
 * refuses one at the end.
 */
export function inOrder(messages: readonly JsonObject[], onBridge: () => void): JsonObject[] {
  const ordered: JsonObject[] = [];
  for (const message of messages) {
    if (message["role"] === "user" && ordered.at(-1)?.["role"] === "tool") {
      onBridge();
      ordered.push({ role: "assistant", content: NOTED });
    }
    ordered.push(message);
  }
  const last = ordered.at(-1);
  // A call in it is not one to run.
  if (last?.["role"] !== "assistant" || last["tool_calls"] !== undefined) return ordered;
  return [...ordered.slice(0, -1), { ...last, prefix: true }];
}

/** The text that the model is to continue: some answers begin with it again. */
export function continuedText(messages: readonly TargetMessage[]): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== "assistant" || last.content.some(({ type }) => type === "tool-call")) return undefined;
  return last.content.map((part) => (part.type === "text" || part.type === "refusal" ? part.text : "")).join("");
}
