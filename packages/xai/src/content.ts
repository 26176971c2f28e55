import { fileAsText, loseCitations, loseName, unsupported, type InputRules } from "@understudy/core/toolkit";

/** Documents come by URL or from the vendor's storage, not in the request: https://docs.x.ai/docs/guides/chat-with-files */
const toMedia: NonNullable<InputRules["toMedia"]> = (part, lost) => {
  const { source } = part;
  if (source.type === "vendor-file") {
    loseName(part, lost);
    return { type: "input_file", file_id: source.id };
  }
  if (part.type !== "file" || source.type !== "base64") return undefined;
  const text = fileAsText(part, lost);
  if (text === undefined) throw unsupported("files");
  loseCitations(part, lost);
  return { type: "input_text", text };
};

/** How the API takes a conversation. */
export const RULES: InputRules = { toMedia, plainRefusals: true };
