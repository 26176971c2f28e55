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
import type { Loss, NotContinued } from "./trace.ts";
import type { Usage } from "./usage.ts";

/**
 * Output of one attempt. Every `id` is unique in the whole stream; several parts may be open at once. A finished `part` is
 * that of the answer's message.
 */
export type PartEvent =
  /** A text begins. */
  | {
      readonly type: "text-start";
      /** The part that the event belongs to, unique in the whole stream. */
      readonly id: string;
    }
  /** A text continues. */
  | {
      readonly type: "text-delta";
      readonly id: string;
      /** What is added, in whole characters. */
      readonly delta: string;
    }
  /** A text is complete. */
  | {
      readonly type: "text-end";
      readonly id: string;
      /** The finished part. */
      readonly part: TextPart;
    }
  /** Reasoning begins. */
  | { readonly type: "reasoning-start"; readonly id: string }
  /** Reasoning continues, as far as the vendor shows it. */
  | { readonly type: "reasoning-delta"; readonly id: string; readonly delta: string }
  /** Reasoning is complete. Its text may be empty. */
  | { readonly type: "reasoning-end"; readonly id: string; readonly part: ReasoningPart }
  /** Provisional: shows that a call is being written. Never act on it. */
  | {
      readonly type: "tool-call-start";
      readonly id: string;
      /** The id that the result of the call has to name. */
      readonly toolCallId: string;
      /** The tool's name as the model wrote it. */
      readonly toolName: string;
    }
  /** Provisional: a piece of the arguments as the model writes them, not yet JSON. */
  | { readonly type: "tool-call-delta"; readonly id: string; readonly delta: string }
  /** The whole call, released just before `finish` of an attempt that ended properly. */
  | { readonly type: "tool-call"; readonly id: string; readonly part: ToolCallPart }
  /** The model declines, in its own words. */
  | { readonly type: "refusal"; readonly id: string; readonly part: RefusalPart }
  /** Something that the model looked up. */
  | { readonly type: "source"; readonly id: string; readonly part: SourcePart }
  /** A file, image or recording that the model made. */
  | { readonly type: "file"; readonly id: string; readonly part: FilePart | ImagePart | AudioPart }
  /** A block that only its vendor understands. */
  | { readonly type: "opaque"; readonly id: string; readonly part: OpaquePart };

/** Names an attempt in events. */
export interface AttemptName {
  /** Counted from 1 within the call. */
  readonly attempt: number;
  /** Name of the tier. */
  readonly tier: string;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model: string;
  /** Its place among the targets of its tier, from 1; absent where the tier has only one. */
  readonly sibling?: number | undefined;
}

/** The answer begins. Exactly one per stream, from the first attempt whose output was released. */
export interface StartEvent extends AttemptName {
  readonly type: "start";
  /** What of the request this target could not take as asked, as far as it is known; `answer.losses` has all of it. */
  readonly losses: readonly Loss[];
}

interface FailoverBase {
  /** Comes when the output of the attempt that takes over begins. */
  readonly type: "failover";
  /** The attempt that failed. */
  readonly from: AttemptName;
  /** The attempt that takes over. */
  readonly to: AttemptName;
  /** Why the first one failed. */
  readonly reason: FailureClass;
  /** What was shown and counts no longer. */
  readonly discards: {
    /** Characters of text, in UTF-16 code units, without reasoning. */
    readonly textChars: number;
    /** Ids of all parts that were begun. */
    readonly ids: readonly string[];
  };
  /** The discarded attempt had run tools on the vendor's side (search, code): they may run twice. */
  readonly sideEffects: boolean;
  /** The losses of the attempt that takes over, as in `start`. */
  readonly losses: readonly Loss[];
}

/**
 * Output was already shown when its attempt failed; another target begins the answer again. All earlier ids are void,
 * no `-end` follows for them, and what was shown of them has to be discarded or marked.
 */
export interface RestartEvent extends FailoverBase {
  /** The answer begins again from nothing. */
  readonly mode: "restart";
  /** What `textStream()` prints at the seam; null when no text had been shown. */
  readonly marker: string | null;
  /** Why it was not gone on with, where the call asks for that (`afterRelease: "continue"`); else absent. */
  readonly notContinued?: NotContinued | undefined;
}

/**
 * Output was already shown when its attempt failed; another target goes on with it. The text stays, and its rest follows: in the
 * part that was open, under the same id, or in a new one where the last had ended. Reasoning that was shown is void.
 */
export interface ContinueEvent extends FailoverBase {
  /** The answer goes on where it stopped. */
  readonly mode: "continue";
  /** Nothing is printed at the seam. */
  readonly marker: null;
  /** What was shown and counts on. */
  readonly keeps: {
    /** Characters of text, in UTF-16 code units: all that were shown. */
    readonly textChars: number;
    /** Ids of the text parts, ended or not. */
    readonly ids: readonly string[];
  };
}

/** Output was already shown when its attempt failed: another target begins the answer again, or goes on with it. */
export type FailoverEvent = RestartEvent | ContinueEvent;

/** A call that must not be run, in the place of its `tool-call`. The answer's `invalidToolCalls` have it too. */
export interface InvalidToolCallEvent {
  readonly type: "tool-call-invalid";
  /** The part that `tool-call-start` began, if it did. */
  readonly id: string;
  /** The call as far as it can be read. */
  readonly part: ToolCallPart;
  /** Why: the arguments are not JSON, were cut by the token limit, or do not fit the tool's schema. */
  readonly reason: string;
}

/** The last event of a stream that succeeded. */
export interface FinishEvent {
  readonly type: "finish";
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The vendor's own word for it; undefined when it gave none that is safe to keep. */
  readonly rawFinishReason: string | undefined;
  /** Tokens of the attempt that answered; undefined when the vendor stated none. */
  readonly usage: Usage | undefined;
}

/** What iterating a stream yields: one `start`, parts, possibly failovers, and one `finish` at the end. */
export type StreamEvent = StartEvent | PartEvent | InvalidToolCallEvent | FailoverEvent | FinishEvent;
