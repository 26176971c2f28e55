import type { JsonObject } from "./json.ts";
import type { Message } from "./message.ts";
import type { SchemaInput } from "./schema.ts";

/** A function that the model may ask the application to run. */
export interface Tool {
  /** Letters, digits, `_` and `-`, at most 64: every vendor takes it, or its adapter renames it there and back. */
  readonly name: string;
  /** What the tool does and when to call it, for the model. Default: none. */
  readonly description?: string | undefined;
  /** What the tool takes. Left out: no arguments. */
  readonly inputSchema?: SchemaInput | undefined;
  /**
   * Native fields of this tool, by vendor: `{ anthropic: { strict: true } }`. Laid over what the adapter makes of the
   * tool; other vendors do not see them.
   */
  readonly vendorOptions?: Readonly<Record<string, JsonObject>> | undefined;
}

/** `auto`: the model decides. `none`: no call. `required`: at least one call, of any tool. */
export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | {
      /** The name of the only tool that may be called, and has to be. */
      readonly tool: string;
    };

/** The form of the answer. */
export type OutputFormat<Output = unknown> =
  /** Plain text, the default. */
  | { readonly type: "text" }
  /** JSON, held until it is complete and checked. */
  | {
      readonly type: "json";
      /** Left out: any JSON. */
      readonly schema?: SchemaInput<Output> | undefined;
      /** A name for the schema, where the vendor wants one. Default `answer`. */
      readonly name?: string | undefined;
    };

/** From none to most. A target clamps to what its model has and reports the difference as a loss. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** How a model reasons. What it does not have is reported as a loss. */
export interface ReasoningOptions {
  /** How much the model should reason. Default: the model's own. */
  readonly effort?: ReasoningEffort | undefined;
  /** Tokens, for models that take a budget. */
  readonly budgetTokens?: number | undefined;
  /** Ask for reasoning text where the model can show it. Default true: it is the only sign of progress. */
  readonly visible?: boolean | undefined;
}

/** Native options that have no common word. Each adapter adds its own key by declaration merging. */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
export interface VendorOptions {}

/** What the application asks. Never mutated; frozen input works. */
export interface Request<Output = unknown> {
  /** The system prompt, in the form that the vendor has for it. Default: none. */
  readonly system?: string | undefined;
  /** The conversation so far, oldest first, as plain JSON. At least one, with text in it. */
  readonly messages: readonly Message[];
  /** Functions that the model may ask the application to run. Default: none. */
  readonly tools?: readonly Tool[] | undefined;
  /** Whether and which tool has to be called. Default `auto`. */
  readonly toolChoice?: ToolChoice | undefined;
  /** Text or JSON. Default text. */
  readonly output?: OutputFormat<Output> | undefined;
  /** How much the model reasons, and whether it shows it. Default: the model's own way. */
  readonly reasoning?: ReasoningOptions | undefined;
  /** Upper bound of output tokens, reasoning included. Default: the adapter's, where the vendor demands one. */
  readonly maxOutputTokens?: number | undefined;
  /** How much chance there is in the sampling, on the vendor's own scale. Default: the model's own. */
  readonly temperature?: number | undefined;
  /** Sample only from the likeliest tokens that together have this probability, 0 to 1. Default: the model's own. */
  readonly topP?: number | undefined;
  /** Sample only from this many of the likeliest tokens, at least 1. Default: the model's own. */
  readonly topK?: number | undefined;
  /** Texts that end the answer before them. Default: none. */
  readonly stop?: readonly string[] | undefined;
  /** Asks for the same sampling every time, where the vendor has a seed. Default: none. */
  readonly seed?: number | undefined;
  /** Ask the vendor to cache the prompt's stable prefix, where it has to be asked. Default false. */
  readonly cache?: boolean | undefined;
  /** An opaque id of the end user, without personal data. */
  readonly userId?: string | undefined;
  /** Native fields by vendor, such as `{ anthropic: { … } }`: only that vendor sees them. Default: none. */
  readonly vendorOptions?: VendorOptions | undefined;
}
