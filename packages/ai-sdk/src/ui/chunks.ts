import type { UnifiedReason } from "../finish-reason.ts";
import type { WithMetadata } from "../metadata.ts";

/** A text or reasoning, by its id. */
interface Block<Type extends string> {
  /** What the chunk says. */
  readonly type: Type;
  /** The part that it belongs to. */
  readonly id: string;
}

/** A call of a tool. */
interface Call<Type extends string> {
  /** What the chunk says. */
  readonly type: Type;
  /** The id that the result has to name. */
  readonly toolCallId: string;
  /** The tool's name. */
  readonly toolName: string;
  /** Present where tools are asked for as `dynamic-tool` parts. */
  readonly dynamic?: true;
}

interface WithDelta {
  /** What is added, in whole characters. */
  readonly delta: string;
}

interface WithInput {
  /** The arguments. */
  readonly input: unknown;
}

interface WithError {
  /** Why, in a few words; of a whole answer the error's code. */
  readonly errorText: string;
}

/** A chunk of the AI SDK's UI message stream, of those that a chain's answer can give. */
export type UIChunk =
  /** The message begins. */
  | {
      readonly type: "start";
      /** The id of the message; absent when the chat makes one. */
      readonly messageId?: string;
    }
  /** A step begins. `reset-step`: everything since then is void. */
  | { readonly type: "start-step" | "finish-step" | "reset-step" | "abort" }
  | Block<"text-start" | "reasoning-start">
  | (Block<"text-delta"> & WithDelta)
  | (Block<"reasoning-delta"> & WithDelta)
  | (Block<"text-end"> & WithMetadata)
  | (Block<"reasoning-end"> & WithMetadata)
  | Call<"tool-input-start">
  /** The arguments of a call continue. */
  | {
      readonly type: "tool-input-delta";
      /** The call that is being written. */
      readonly toolCallId: string;
      /** A piece of the arguments as they are written. */
      readonly inputTextDelta: string;
    }
  | (Call<"tool-input-available"> & WithInput & WithMetadata)
  | (Call<"tool-input-error"> & WithInput & WithError)
  /** Something that the model looked up. */
  | {
      readonly type: "source-url";
      /** Unique in the stream. */
      readonly sourceId: string;
      /** Its address, or that of a file: a data URL where the bytes are here. */
      readonly url: string;
      /** Its title, where the vendor gives one. */
      readonly title?: string;
    }
  /** A file that the model made. */
  | ({
      readonly type: "file";
      readonly url: string;
      /** Such as `image/png`. */
      readonly mediaType: string;
    } & WithMetadata)
  /** A failover, or a block that only its vendor understands. */
  | ({
      readonly type: "custom";
      /** `FAILOVER_KIND`, or `understudy.` and the vendor's name for a block of its own. */
      readonly kind: `${string}.${string}`;
    } & WithMetadata)
  /** The answer is complete. */
  | {
      readonly type: "finish";
      /** Why the answer ended. */
      readonly finishReason: UnifiedReason;
      /** Who answered. */
      readonly messageMetadata: {
        /** Name of the tier. */
        readonly tier: string;
        /** Whether it is marked as degraded. */
        readonly degraded: boolean;
      };
    }
  /** The answer failed; what was shown stands as it is. */
  | ({ readonly type: "error" } & WithError);
