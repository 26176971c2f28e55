import type { Clock } from "./clock.ts";
import type { PartEvent } from "./events.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { JsonObject } from "./json.ts";
import type { AssistantPart, ToolResultContent, ToolResultPart, UserPart } from "./parts.ts";
import type { ReasoningOptions, Request, ToolChoice } from "./request.ts";
import type { Loss, RateLimits } from "./trace.ts";
import type { Usage } from "./usage.ts";

/** `unknown` is tried: the vendor decides. */
export type Support = boolean | "unknown";

/** How large a model is among its vendor's, in the vendor's own words. */
export type ModelSize = "flagship" | "balanced" | "small";

/** What one model at one endpoint takes and gives. A request that needs what is `false` passes it over; `unknown` is tried. */
export interface Capabilities {
  /** Function tools. */
  readonly tools: Support;
  /** Pictures in user messages. */
  readonly images: Support;
  /** Images and files given as URLs. */
  readonly urls: Support;
  /** Documents, such as PDF. */
  readonly files: Support;
  /** Sound recordings in user messages. */
  readonly audio: Support;
  /** JSON as the form of the answer, natively or by instruction. */
  readonly jsonOutput: Support;
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
  /** The most tokens that one answer may have, reasoning included. */
  readonly maxOutputTokens: number | "unknown";
  /** `unknown`: the vendor's words do not say, or it is not a model of that vendor's. Nothing is claimed of it. */
  readonly size: ModelSize | "unknown";
  /** Whether it reasons: `optional` means that it can be asked not to. Nothing is claimed of `unknown`. */
  readonly reasoning: "always" | "optional" | "never" | "unknown";
  /**
   * Of a model whose `reasoning` is `optional`: whether it reasons when the request names no effort. Absent: not known, and
   * nothing is claimed.
   */
  readonly reasonsByDefault?: boolean | undefined;
  /**
   * The day on which the vendor stops serving it, as `2027-01-31`; absent where none was announced. Some vendors answer
   * with a successor from then on.
   */
  readonly retiresOn?: string | undefined;
  /**
   * How it goes on with the beginning of an answer, its own or another model's. `prefix`: from the model's turn at the end, to the
   * character. `prefill`: the same, with no blanks at its end. `instruct`: when a user's turn behind it asks for it. Absent:
   * `instruct`.
   */
  readonly continuation?: "prefix" | "prefill" | "instruct" | undefined;
  /** The wire sends bytes while nothing happens; their absence then means that the connection is dead. */
  readonly keepAlives: boolean;
  /** Which tool-call ids the wire takes. Others are mapped, on the call and its result alike. */
  readonly toolCallId: {
    /** Matches a whole id that the wire takes. */
    readonly pattern: RegExp;
    /** In characters. */
    readonly maxLength: number;
    /**
     * Makes an id that the wire takes of a number, another one for each: for calls whose own id it refuses. Default: up to 16
     * letters and digits of that id and 14 digits, or the end of it, if `maxLength` is less. A rule that refuses those needs
     * this; the target is not asked where an id that was made is refused by it.
     */
    readonly make?: ((number: number) => string) | undefined;
  };
}

/** Stable ids of what a target shares with others, hashed: never a credential. */
export interface TargetScopes {
  /** The credential at its endpoint. */
  readonly key: string;
  /** Credentials that share one limit. Defaults to the key's. */
  readonly quota: string;
}

/** A request that has been through hand-off: it fits the target as far as core can know. */
export interface TargetRequest extends Omit<
  Request,
  "messages" | "tools" | "toolChoice" | "output" | "reasoning" | "stop"
> {
  /** The conversation, with everything filled in that `TargetMessage` promises. */
  readonly messages: readonly TargetMessage[];
  /** Empty when there are none. */
  readonly tools: readonly TargetTool[];
  /** `auto` when the request says nothing. */
  readonly toolChoice: ToolChoice;
  /** Text when the request says nothing. */
  readonly output: TargetOutput;
  /** As in the request, with its default filled in. */
  readonly reasoning: ReasoningOptions & {
    /** True when the request says nothing. */
    readonly visible: boolean;
  };
  /** Empty when there are none. */
  readonly stop: readonly string[];
  /** Its messages hold the beginning of the answer, which is to be gone on with in this way. */
  readonly continuation?: "prefix" | "prefill" | "instruct" | undefined;
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
  readonly loss?:
    | {
        /** What is lost, by its name in the request. */
        readonly what: string;
        /** What becomes of it. */
        readonly action: Loss["action"];
      }
    | undefined;
  /** It concerns one conversation, so later requests are not changed. Default false: the target remembers it for a while. */
  readonly once?: true | undefined;
}

interface TargetMessageBase {
  /**
   * Which message of the caller's it is, or the first of those that are merged in it: a loss names it. Absent where it is
   * none of the caller's.
   */
  readonly index?: number | undefined;
}

/** Content is always an array, never empty; neighbours never share a role; every tool call is followed by its result. */
export type TargetMessage =
  /** What the user said. */
  | (TargetMessageBase & {
      /** Who speaks. */
      readonly role: "user";
      /** The parts that the target can take, in order. */
      readonly content: readonly UserPart[];
    })
  /** What a model answered, this target's or another's. */
  | (TargetMessageBase & {
      /** Who speaks. */
      readonly role: "assistant";
      readonly content: readonly AssistantPart[];
    })
  /** The results of the calls in the message before. */
  | (TargetMessageBase & {
      /** Who speaks. */
      readonly role: "tool";
      readonly content: readonly TargetToolResult[];
    });

/** A tool result with everything filled in. */
export interface TargetToolResult extends ToolResultPart {
  /** The name of the called tool. */
  readonly toolName: string;
  /** Empty when the tool returned nothing. */
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
  /**
   * The request lets the vendor act on its side (search, run code, call a server, add to a conversation that it keeps): asked
   * twice at once it would act twice. Default false.
   */
  readonly acts?: boolean | undefined;
}

/** What an adapter gets with a request, for one attempt. */
export interface AttemptContext {
  /** The adapter stops when it aborts. */
  readonly signal: AbortSignal;
  /** Every time that the adapter reads or waits for. */
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
      /** The vendor's id of the request, for its support. */
      readonly requestId?: string | undefined;
      /** What the headers say about remaining quota. */
      readonly rateLimits?: RateLimits | undefined;
    }
  /** Any time; each replaces the one before, and is kept if the attempt fails. */
  | {
      readonly type: "usage";
      /** The counts as far as they are known. */
      readonly usage: Usage;
    }
  /** Silence is expected while on. */
  | {
      readonly type: "working";
      /** What the vendor is doing: reasoning without showing it, or running one of its own tools. */
      readonly kind: "reasoning" | "server-tool";
      /** False when it is over, and output is expected again. */
      readonly on: boolean;
    }
  /** The answer is complete: the vendor said so, and nothing more of it can come. */
  | {
      readonly type: "end";
      /** Why the answer ended. */
      readonly finishReason: FinishReason;
      /** The vendor's own word for it. */
      readonly rawFinishReason: string | undefined;
      readonly usage?: Usage | undefined;
      /** The model that answered. */
      readonly model?: string | undefined;
      /** The vendor's id of the answer, which is not that of the request. */
      readonly responseId?: string | undefined;
      /** Whether one of the caller's stop sequences ended the answer; absent where the wire does not say. */
      readonly stopSequence?: boolean | undefined;
      /** The wire held content of a type that the reader does not know: an answer that looks empty may not be. */
      readonly unknownContent?: boolean | undefined;
      /** What the vendor said beside the answer, under its own names. */
      readonly vendorData?: JsonObject | undefined;
    };

/** Why a target cannot be used. */
export interface TargetProblem {
  /** `no-key`: all is well but that no key was found; with `missingKeys: "skip"` a chain passes such a target over. */
  readonly type: "no-key" | "invalid";
  /** What is wrong and how to fix it; never with a secret. */
  readonly message: string;
}

/** What a chain may have its targets make their requests by: the runtime's `fetch`, or `node:http`. */
export type Transport = "fetch" | "node";

/** One model at one endpoint with one credential. What an adapter's factory returns and a chain calls. */
export interface Target {
  /** The vendor's name, such as `anthropic`: in traces and in the `origin` of parts. */
  readonly vendor: string;
  /** The model's id as the vendor spells it. */
  readonly model: string;
  /** Host or region label, never a credential. */
  readonly endpoint: string;
  /** True when requests travel readable to another machine, because the user allowed it. Absent: they do not. */
  readonly insecure?: true | undefined;
  /** What this target shares with others, as hashed ids: failures and cooldowns spread by them. */
  readonly scopes: TargetScopes;
  /** What it takes; a request that needs more passes it over. */
  readonly capabilities: Capabilities;
  /** Faults the factory found. `createChain` throws them all at once, unless it was told to do without missing keys. */
  readonly problems: readonly TargetProblem[];
  /** The transport that was chosen for it, by its own option or by its chain. Absent: its adapter's usual one. */
  readonly transport?: string | undefined;
  /**
   * The same target over another transport, for a chain that has a default; this one stays as it is. What wraps a target
   * gets itself back. Absent: the target has chosen, or has no choice.
   */
  withTransport?(transport: Transport): Target;
  /** What the engine must know of a request before the attempt. Pure; called once for each attempt or more often. */
  plan(request: TargetRequest): AttemptPlan;
  /**
   * What `stream` would report as lost of a request, without sending it, and it throws what `stream` would throw before it
   * sends anything. Pure; while a call runs, called only where an answer is to be gone on with. Absent: the losses of this target are not known beforehand.
   */
  losses?(request: TargetRequest, clock: Clock): readonly Loss[];
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

/** JSON Schema and name of a tool, as an adapter sees it. */
export interface TargetTool {
  /** As in the request. */
  readonly name: string;
  /** For the model; absent when the request has none. */
  readonly description?: string | undefined;
  /** Always an object schema. */
  readonly inputSchema: JsonObject;
  /** Native fields by vendor. */
  readonly vendorOptions?: Readonly<Record<string, JsonObject>> | undefined;
}

/** The form of the answer, as an adapter sees it. */
export type TargetOutput =
  /** Plain text. */
  | { readonly type: "text" }
  /** JSON, in the best way that the vendor has for it. */
  | {
      readonly type: "json";
      /** For vendors that want a name for the schema. */
      readonly name: string;
      /** JSON Schema; absent for any JSON. */
      readonly schema?: JsonObject | undefined;
    };
