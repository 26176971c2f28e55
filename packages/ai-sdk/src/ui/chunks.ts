import type { UnifiedReason } from "../finish-reason.ts";
import type { WithMetadata } from "../metadata.ts";

interface Dynamic {
  readonly dynamic?: true;
}

/** A chunk of the AI SDK's UI message stream, of those that a chain's answer can give. */
export type UIChunk =
  | { type: "start"; messageId?: string }
  | { type: "start-step" }
  | { type: "finish-step" }
  /** Everything since `start-step` is void. */
  | { type: "reset-step" }
  | { type: "text-start"; id: string }
  | { type: "text-delta"; id: string; delta: string }
  | ({ type: "text-end"; id: string } & WithMetadata)
  | { type: "reasoning-start"; id: string }
  | { type: "reasoning-delta"; id: string; delta: string }
  | ({ type: "reasoning-end"; id: string } & WithMetadata)
  | ({ type: "tool-input-start"; toolCallId: string; toolName: string } & Dynamic)
  | { type: "tool-input-delta"; toolCallId: string; inputTextDelta: string }
  | ({ type: "tool-input-available"; toolCallId: string; toolName: string; input: unknown } & Dynamic & WithMetadata)
  | ({ type: "tool-input-error"; toolCallId: string; toolName: string; input: unknown; errorText: string } & Dynamic)
  | { type: "source-url"; sourceId: string; url: string; title?: string }
  | ({ type: "file"; url: string; mediaType: string } & WithMetadata)
  | ({ type: "custom"; kind: `${string}.${string}` } & WithMetadata)
  | {
      type: "finish";
      finishReason: UnifiedReason;
      messageMetadata: { tier: string; degraded: boolean };
    }
  | { type: "error"; errorText: string }
  | { type: "abort" };
