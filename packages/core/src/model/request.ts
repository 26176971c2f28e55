import type { JsonObject } from "./json.ts";
import type { Message } from "./message.ts";
import type { SchemaInput } from "./schema.ts";

export interface Tool {
  /** Letters, digits, `_` and `-`, at most 64: every vendor takes it, or its adapter renames it there and back. */
  readonly name: string;
  readonly description?: string | undefined;
  /** What the tool takes. Left out: no arguments. */
  readonly inputSchema?: SchemaInput | undefined;
  /**
   * Native fields of this tool, by vendor: `{ anthropic: { strict: true } }`. Laid over what the adapter makes of the
   * tool; other vendors do not see them.
   */
  readonly vendorOptions?: Readonly<Record<string, JsonObject>> | undefined;
}

export type ToolChoice = "auto" | "none" | "required" | { readonly tool: string };

export type OutputFormat<Output = unknown> =
  | { readonly type: "text" }
  | {
      readonly type: "json";
      /** Left out: any JSON. */
      readonly schema?: SchemaInput<Output> | undefined;
      /** A name for the schema, where the vendor wants one. Default `answer`. */
      readonly name?: string | undefined;
    };

/** From none to most. A target clamps to what its model has and reports the difference as a loss. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export interface ReasoningOptions {
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
  readonly system?: string | undefined;
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly output?: OutputFormat<Output> | undefined;
  readonly reasoning?: ReasoningOptions | undefined;
  /** Upper bound of output tokens, reasoning included. Default: the adapter's, where the vendor demands one. */
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  /** Ask the vendor to cache the prompt's stable prefix, where it has to be asked. Default false. */
  readonly cache?: boolean | undefined;
  /** An opaque id of the end user, without personal data. */
  readonly userId?: string | undefined;
  readonly vendorOptions?: VendorOptions | undefined;
}

/** JSON Schema and name of a tool, as an adapter sees it. */
export interface TargetTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** Always an object schema. */
  readonly inputSchema: JsonObject;
  /** Native fields by vendor. */
  readonly vendorOptions?: Readonly<Record<string, JsonObject>> | undefined;
}

export type TargetOutput =
  | { readonly type: "text" }
  | { readonly type: "json"; readonly name: string; readonly schema?: JsonObject | undefined };
