import type { FinishReason } from "@understudy/core";

/** The AI SDK's words for the ends that an answer can have. */
export type UnifiedReason = "stop" | "length" | "tool-calls" | "content-filter" | "other";

/** It has none for a pause, and a refusal is the content's fault. */
export const FINISH_REASONS: Readonly<Record<FinishReason, UnifiedReason>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool-calls",
  "content-filter": "content-filter",
  refusal: "content-filter",
  pause: "other",
  other: "other",
};
