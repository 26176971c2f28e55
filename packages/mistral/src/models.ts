import type { Capabilities, ReasoningEffort } from "@understudy/core/adapter";
import { abilities, rowOf } from "@understudy/core/toolkit";

/** Values of `reasoning_effort`. */
export type MistralEffort = Exclude<ReasoningEffort, "max">;

/** What is known of a model: what it takes, how it reasons, and its limits. */
export interface MistralModel {
  /** The values of `reasoning_effort` that it takes; empty: it refuses the field. */
  readonly efforts: readonly MistralEffort[];
  /** Whether it takes function tools; `unknown` is tried. */
  readonly tools: Capabilities["tools"];
  /** Whether it takes images; `unknown` is tried. */
  readonly images: Capabilities["images"];
  /** Whether it takes `response_format`; `unknown` is tried. */
  readonly jsonOutput: Capabilities["jsonOutput"];
  /** How large it is, in the vendor's words; `unknown` where those do not say. */
  readonly size: Capabilities["size"];
  /** Whether it reasons, and whether it can be asked not to. */
  readonly reasoning: Capabilities["reasoning"];
  /** The size of the context window in tokens, input and output together. */
  readonly contextWindow: number | "unknown";
}

const ALL_EFFORTS: readonly MistralEffort[] = ["none", "minimal", "low", "medium", "high", "xhigh"];

/** What is assumed of a model that this table does not know: all that the API has is tried. */
const UNKNOWN: MistralModel = {
  efforts: ALL_EFFORTS,
  tools: "unknown",
  images: "unknown",
  jsonOutput: "unknown",
  size: "unknown",
  reasoning: "unknown",
  contextWindow: "unknown",
};
const PLAIN: MistralModel = { ...UNKNOWN, efforts: [], reasoning: "never" };
const SWITCHED: MistralModel = {
  ...UNKNOWN,
  efforts: ["none", "high"],
  tools: true,
  images: true,
  reasoning: "optional",
  contextWindow: 256_000,
};

/**
 * https://docs.mistral.ai: windows from the known limitations, efforts from the page on reasoning, sizes from the names
 * and first sentences of the model cards. What no page says is `unknown`.
 */
const MODELS: readonly (readonly [RegExp, MistralModel])[] = [
  [/^mistral-large-(?:latest|2512)$/, { ...PLAIN, tools: true, size: "flagship", contextWindow: 256_000 }],
  // In preview; it thinks unless asked not to.
  [/^mistral-large-4(?:-0)?$/, { ...UNKNOWN, size: "flagship", reasoning: "optional" }],
  [/^mistral-medium-(?:latest|3[-.]5|2604)$/, { ...SWITCHED, size: "flagship" }],
  [/^mistral-small-(?:latest|2603)$/, { ...SWITCHED, jsonOutput: true, size: "small" }],
  [/^ministral-(?:3|8|14)b-(?:latest|2512)$/, { ...PLAIN, tools: true, size: "small", contextWindow: 256_000 }],
  [/^codestral-(?:latest|2508)$/, { ...PLAIN, contextWindow: 128_000 }],
  [/^devstral-2512$/, { ...PLAIN, contextWindow: 256_000 }],
  // They always show how they reason. Whether they take an effort is said in both ways.
  [/^magistral-medium-(?:latest|2509)$/, { ...UNKNOWN, reasoning: "always", contextWindow: 128_000 }],
  [/^magistral-small-(?:latest|2509)$/, { ...UNKNOWN, reasoning: "always" }],
];

/** What this version knows of a model id. Of ids it does not know everything is tried. */
export function mistralModel(id: string): MistralModel {
  return rowOf(MODELS, id) ?? UNKNOWN;
}

/** What a model takes. */
export function capabilitiesOf(id: string): Capabilities {
  const { efforts: _efforts, ...known } = mistralModel(id);
  return {
    ...abilities("unknown"),
    ...known,
    urls: known.images,
    maxOutputTokens: "unknown",
    // One that always reasons would do so before it goes on.
    continuation: known.reasoning === "always" ? undefined : "prefix",
    keepAlives: false,
    toolCallId: CALL_IDS,
  };
}

/** Of others' calls. What this vendor's own servers gave goes back as it came. */
export const CALL_IDS: Capabilities["toolCallId"] = { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 };
