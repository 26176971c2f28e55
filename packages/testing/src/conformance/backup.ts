import type { Target } from "@understudy/core";
import type { StreamPart } from "@understudy/core/adapter";

export const BACKUP_TEXT = "The backup answers.";

/** A target of its own vendor that always answers at once, without a network. */
export function backupTarget(): Target {
  return {
    vendor: "backup",
    model: "backup-1",
    endpoint: "in-process",
    scopes: { key: "backup", quota: "backup" },
    problems: [],
    capabilities: {
      tools: true,
      images: true,
      urls: true,
      files: true,
      audio: true,
      jsonOutput: true,
      contextWindow: 1_000_000_000,
      maxOutputTokens: "unknown",
      keepAlives: false,
      toolCallId: { pattern: /^[\s\S]+$/, maxLength: 1_000 },
    },
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream: async function* (_request, context): AsyncGenerator<readonly StreamPart[]> {
      const id = context.newId();
      yield [
        { type: "text-start", id },
        { type: "text-delta", id, delta: BACKUP_TEXT },
        { type: "text-end", id, part: { type: "text", text: BACKUP_TEXT } },
        { type: "end", finishReason: "stop", rawFinishReason: "stop" },
      ];
    },
  };
}
