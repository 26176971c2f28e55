import type { AttemptName } from "./events.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { JsonObject } from "./json.ts";
import type { AssistantMessage } from "./message.ts";
import type { ToolCallPart } from "./parts.ts";
import type { Loss, Trace } from "./trace.ts";
import type { Cost, Usage, UsageTotal } from "./usage.ts";

/** A tool call that must not be run. */
export interface InvalidToolCall {
  /** The call as far as it can be read. */
  readonly part: ToolCallPart;
  /** Why: the arguments are not JSON, were cut by the token limit, or do not fit the tool's schema. */
  readonly reason: string;
}

/** Who wrote which piece of an answer. */
export interface Stitched {
  /** Where the next piece begins in `text`, in UTF-16 code units. */
  readonly at: readonly number[];
  /** The attempts that wrote the pieces, in order: one more than there are places. */
  readonly by: readonly AttemptName[];
}

/** A finished answer. */
export interface Answer<Output = unknown> {
  /** All text parts, joined; empty when there are none. */
  readonly text: string;
  /** Append it to the history: opaque data and origin ride along. */
  readonly message: AssistantMessage;
  /** Calls that can be run, in order: complete, parsed and, where the tool has a checked schema, validated. */
  readonly toolCalls: readonly ToolCallPart[];
  /** Calls whose arguments cannot be used. Never in `toolCalls`. */
  readonly invalidToolCalls: readonly InvalidToolCall[];
  /** The parsed value, when JSON output was asked for and the answer was not cut. */
  readonly output: Output | undefined;
  /** Whether `output` was checked against the schema. False for plain JSON Schema. */
  readonly validated: boolean;
  /**
   * Two attempts wrote the text, as the second went on with what was shown of the first (`afterRelease: "continue"`); else
   * absent. Neither of two models stands for all of it: keep it out of caches and of what others are measured by.
   */
  readonly stitched?: Stitched | undefined;
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The vendor's own word for it; undefined when it gave none that is safe to keep. */
  readonly rawFinishReason: string | undefined;
  /** Tokens of the attempt that answered; undefined when the vendor stated none. */
  readonly usage: Usage | undefined;
  /** Tokens of all attempts: an abandoned attempt is usually billed too. */
  readonly usageTotal: UsageTotal;
  /** What the call cost, failed and stopped attempts included: `usageTotal.cost`. Absent where no price is known. */
  readonly cost?: Cost | undefined;
  /**
   * Give it to the next call of the same conversation, to come back to the target that answered: its prompt cache and its
   * own reasoning are there. Without secrets. Absent unless the chain has `pins`.
   */
  readonly pin?: string | undefined;
  /** The vendor that answered, such as `anthropic`. */
  readonly vendor: string;
  /** The model that answered as the vendor names it, else the one asked for. */
  readonly model: string;
  /** Name of the tier that answered. */
  readonly tier: string;
  /**
   * The tier is marked `degraded`, or its model is less than the chain's first one in the vendors' own words: smaller, or it
   * does not reason where the first one would have. The event `degraded` says which. Nothing is claimed of what is unknown.
   */
  readonly degraded: boolean;
  /** What of the request the answering target could not take as asked. */
  readonly losses: readonly Loss[];
  /**
   * What the vendor said beside the answer, under its own names: ids, the served tier, log probabilities, safety ratings.
   * Absent where it said nothing. Not part of the message: it is not sent back.
   */
  readonly vendorData?: JsonObject | undefined;
  /** Which call of the chain it was, as in events and traces. */
  readonly callId: number;
  /** Everything that was tried and passed over on the way to this answer. */
  readonly trace: Trace;
}
