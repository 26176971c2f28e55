import type { Clock } from "./clock.ts";
import type { PartEvent } from "./events.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { JsonObject } from "./json.ts";
import type { AssistantPart, ToolResultContent, ToolResultPart, UserPart } from "./parts.ts";
import type { ReasoningOptions, Request, TargetOutput, TargetTool, ToolChoice } from "./request.ts";
import type { Loss, RateLimits } from "./trace.ts";
import type { Usage } from "./usage.ts";

export type Support = boolean | "unknown";

/** What one model at one endpoint takes and gives. `unknown` is tried. */
export interface Capabilities {
  readonly tools: Support;
  readonly images: Support;
  /** Images and files given as URLs. */
  readonly urls: Support;
  readonly files: Support;
  readonly audio: Support;
  readonly jsonOutput: Support;
  /** Tokens. */
  readonly contextWindow: number | "unknown";
  readonly maxOutputTokens: number | "unknown";
  /** The wire sends bytes while nothing happens; their absence then means that the connection is dead. */
  readonly keepAlives: boolean;
  /** Which tool-call ids the wire takes. Others are mapped, on the call and its result alike. */
  readonly toolCallId: { readonly pattern: RegExp; readonly maxLength: number };
}

/** Stable ids of what a target shares with others, hashed: never a credential. */
export interface TargetScopes {
  readonly key: string;
  /** Credentials that share one limit. Defaults to the key's. */
  readonly quota: string;
}

/** A request that has been through hand-off: it fits the target as far as core can know. */
export interface TargetRequest extends Omit<
  Request,
  "messages" | "tools" | "toolChoice" | "output" | "reasoning" | "stop"
> {
  readonly messages: readonly TargetMessage[];
  readonly tools: readonly TargetTool[];
  readonly toolChoice: ToolChoice;
  readonly output: TargetOutput;
  readonly reasoning: ReasoningOptions & { readonly visible: boolean };
  readonly stop: readonly string[];
  /** Repairs of this call at this target, in order: what its vendor refused is asked for differently. */
  readonly repairs?: readonly RequestRepair[] | undefined;
  /** Native fields that are left out, by a repair. Without `stream` the answer is asked for in one piece. */
  readonly without?: readonly string[] | undefined;
}

/** How a target asks differently once its vendor has refused something. */
export interface RequestRepair {
  /** What is changed, in a few words, for the trace. No two repairs of a target share it. */
  readonly description: string;
  /** Returns the very same request where there is nothing to change. */
  readonly apply: (request: TargetRequest) => TargetRequest;
  /** Reported for every request that it changes. Left out where the translation itself reports it. */
  readonly loss?: { readonly what: string; readonly action: Loss["action"] } | undefined;
  /** It concerns one conversation, so later requests are not changed. Default false: the target remembers it for a while. */
  readonly once?: true | undefined;
}

/** Content is always an array, never empty; neighbours never share a role; every tool call is followed by its result. */
export type TargetMessage =
  | { readonly role: "user"; readonly content: readonly UserPart[] }
  | { readonly role: "assistant"; readonly content: readonly AssistantPart[] }
  | { readonly role: "tool"; readonly content: readonly TargetToolResult[] };

export interface TargetToolResult extends ToolResultPart {
  readonly toolName: string;
  readonly content: readonly ToolResultContent[];
}

/** What the engine must know before an attempt, to choose its clocks. */
export interface AttemptPlan {
  /** The model may think for minutes and show nothing. */
  readonly silentReasoning: boolean;
  /** The wire sends some event right after the headers, so that silence means trouble even while reasoning. */
  readonly eventsAtOnce: boolean;
  /** The answer comes in one piece. */
  readonly unary: boolean;
  /** Names of tools that the request declares by native fields only: their calls are valid as they come. */
  readonly nativeTools?: readonly string[] | undefined;
}

export interface AttemptContext {
  /** The adapter stops when it aborts. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A new id for a part, unique in the whole stream. */
  readonly newId: () => string;
  /** Reports something of the request that this target cannot take as asked. */
  readonly loss: (loss: Loss) => void;
  /**
   * The request must travel on a connection that has never been used: the attempt before it died on one that may have
   * been closed while it was idle.
   */
  readonly freshConnection?: boolean | undefined;
}

/** What an adapter yields: part events, and what only the engine needs. */
export type StreamPart =
  | PartEvent
  /** Once, when the headers are in. */
  | {
      readonly type: "response";
      readonly requestId?: string | undefined;
      readonly rateLimits?: RateLimits | undefined;
    }
  /** Any time; each replaces the one before, and is kept if the attempt fails. */
  | { readonly type: "usage"; readonly usage: Usage }
  /** Silence is expected while on. */
  | { readonly type: "working"; readonly kind: "reasoning" | "server-tool"; readonly on: boolean }
  /** The answer is complete: the vendor said so, and nothing more of it can come. */
  | {
      readonly type: "end";
      readonly finishReason: FinishReason;
      readonly rawFinishReason: string | undefined;
      readonly usage?: Usage | undefined;
      /** The model that answered. */
      readonly model?: string | undefined;
      /** Whether one of the caller's stop sequences ended the answer; absent where the wire does not tell. */
      readonly stopSequence?: boolean | undefined;
      /** The wire held content of a type that the reader does not know: an answer that looks empty may not be. */
      readonly unknownContent?: boolean | undefined;
      /** What the vendor said beside the answer, under its own names. */
      readonly vendorData?: JsonObject | undefined;
    };

/** One model at one endpoint with one credential. What an adapter's factory returns and a chain calls. */
export interface Target {
  readonly vendor: string;
  readonly model: string;
  /** Host or region label, never a credential. */
  readonly endpoint: string;
  readonly scopes: TargetScopes;
  readonly capabilities: Capabilities;
  /** Faults the factory found. `createChain` throws them all at once. */
  readonly problems: readonly string[];
  plan(request: TargetRequest): AttemptPlan;
  /**
   * One array per network read, possibly empty: bytes arrived, nothing to show. Failures are thrown as `TargetFailure`.
   * The adapter never retries and never prints.
   */
  stream(request: TargetRequest, context: AttemptContext): AsyncIterable<readonly StreamPart[]>;
  /**
   * Loads what the first request would load, so that a failover need not wait for it. Opens no connection, asks for no
   * credential, never throws or rejects. Called in the background of a chain's first call; default: nothing is prepared.
   */
  prepare?(clock: Clock): Promise<void>;
}
