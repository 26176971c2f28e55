import type { FailureClass } from "./failure.ts";
import type { FinishReason } from "./finish-reason.ts";
import type {
  AudioPart,
  FilePart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  RefusalPart,
  SourcePart,
  TextPart,
  ToolCallPart,
} from "./parts.ts";
import type { Usage } from "./usage.ts";

/** Output of one attempt. Every `id` is unique in the whole stream; several parts may be open at once. */
export type PartEvent =
  | { readonly type: "text-start"; readonly id: string }
  | { readonly type: "text-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "text-end"; readonly id: string; readonly part: TextPart }
  | { readonly type: "reasoning-start"; readonly id: string }
  | { readonly type: "reasoning-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "reasoning-end"; readonly id: string; readonly part: ReasoningPart }
  /** Provisional: shows that a call is being written. Never act on it. */
  | { readonly type: "tool-call-start"; readonly id: string; readonly toolCallId: string; readonly toolName: string }
  | { readonly type: "tool-call-delta"; readonly id: string; readonly delta: string }
  /** The whole call, released just before `finish` of an attempt that ended properly. */
  | { readonly type: "tool-call"; readonly id: string; readonly part: ToolCallPart }
  | { readonly type: "refusal"; readonly id: string; readonly part: RefusalPart }
  | { readonly type: "source"; readonly id: string; readonly part: SourcePart }
  | { readonly type: "file"; readonly id: string; readonly part: FilePart | ImagePart | AudioPart }
  | { readonly type: "opaque"; readonly id: string; readonly part: OpaquePart };

/** Names an attempt in events. */
export interface AttemptName {
  /** Counted from 1 within the call. */
  readonly attempt: number;
  readonly tier: string;
  readonly vendor: string;
  readonly model: string;
}

/** The answer begins. Exactly one per stream, from the first attempt whose output was released. */
export interface StartEvent extends AttemptName {
  readonly type: "start";
}

/**
 * Output was already shown when its attempt failed; another target begins the answer again. All earlier ids are void,
 * no `-end` follows for them, and what was shown of them has to be discarded or marked.
 */
export interface FailoverEvent {
  readonly type: "failover";
  readonly mode: "restart";
  readonly from: AttemptName;
  readonly to: AttemptName;
  readonly reason: FailureClass;
  /** What `textStream()` prints at the seam; null when no text had been shown. */
  readonly marker: string | null;
  readonly discards: { readonly textChars: number; readonly ids: readonly string[] };
  /** The discarded attempt had run tools on the vendor's side (search, code): they may run twice. */
  readonly sideEffects: boolean;
}

/** The last event of a stream that succeeded. */
export interface FinishEvent {
  readonly type: "finish";
  readonly finishReason: FinishReason;
  readonly rawFinishReason: string | undefined;
  readonly usage: Usage | undefined;
}

export type StreamEvent = StartEvent | PartEvent | FailoverEvent | FinishEvent;
