import type { Capabilities } from "@understudy/core";

/** Of a model that takes everything, where it does not matter what one takes. */
export const CAPABILITIES: Capabilities = {
  tools: true,
  images: true,
  urls: true,
  files: true,
  audio: "unknown",
  jsonOutput: true,
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
  size: "unknown",
  reasoning: "unknown",
  keepAlives: false,
  toolCallId: { pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64 },
};
