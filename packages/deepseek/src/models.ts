import type { Capabilities, ReasoningEffort } from "@understudy/core/adapter";
import { plainCallIds } from "@understudy/core/toolkit";

/** Values of `reasoning_effort`. */
export type DeepSeekEffort = Extract<ReasoningEffort, "low" | "high" | "max">;

/** What is known of a model: what it takes, its limits and its end. */
export interface DeepSeekModel {
  /** Whether it thinks when `thinking` is left out. */
  readonly reasonsByDefault: boolean;
  /** When `top_p` counts: only while the model thinks, or only while it does not. */
  readonly topP: "thinking" | "not-thinking";
  /** Whether it takes function tools; `unknown` is tried. */
  readonly tools: Capabilities["tools"];
  /** Whether it takes images; `unknown` is tried. */
  readonly images: Capabilities["images"];
  /** Whether it takes `response_format` `json_object`; `unknown` is tried. */
  readonly jsonOutput: Capabilities["jsonOutput"];
  /** How large it is; the Flash line is the vendor's faster and cheaper one. */
  readonly size: Capabilities["size"];
  /** Whether it can be asked not to think. */
  readonly reasoning: Capabilities["reasoning"];
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
  /** The most tokens that one answer may have, reasoning included. */
  readonly maxOutputTokens: number | "unknown";
  /** The day after which it no longer answers, as far as the vendor has said. */
  readonly retiresOn?: string | undefined;
}

/** What is assumed of a model that this table does not know yet. */
const UNKNOWN: DeepSeekModel = {
  reasonsByDefault: true,
  topP: "thinking",
  tools: "unknown",
  images: "unknown",
  jsonOutput: "unknown",
  size: "unknown",
  reasoning: "unknown",
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
};
const CURRENT: DeepSeekModel = {
  ...UNKNOWN,
  tools: true,
  images: true,
  jsonOutput: true,
  size: "small",
  reasoning: "optional",
  contextWindow: 1_000_000,
  maxOutputTokens: 384_000,
};
/** Names of earlier models, which a newer one answers now; whether they take images is not said. */
const RENAMED: DeepSeekModel = { ...CURRENT, images: "unknown" };

/**
 * https://api-docs.deepseek.com (models and pricing, change log). All of these names are answered by the Flash model: since
 * September 2026 also `deepseek-v4-pro`, so no name of this vendor is a larger one.
 */
const MODELS: ReadonlyMap<string, DeepSeekModel> = new Map<string, DeepSeekModel>([
  ["deepseek-flash", CURRENT],
  ["deepseek-v4-flash-vision-exp", CURRENT],
  ["deepseek-v4-flash", RENAMED],
  ["deepseek-v4-pro", { ...RENAMED, topP: "not-thinking" }],
  ["deepseek-chat", { ...RENAMED, reasonsByDefault: false, retiresOn: "2026-07-24" }],
  ["deepseek-reasoner", { ...RENAMED, retiresOn: "2026-07-24" }],
]);

/** What this version knows of a model id; ids it does not know are taken for a current model with unknown limits. */
export function deepSeekModel(id: string): DeepSeekModel {
  return MODELS.get(id) ?? UNKNOWN;
}

/** What a model takes. */
export function capabilitiesOf(id: string): Capabilities {
  const { topP: _topP, ...known } = deepSeekModel(id);
  return {
    ...known,
    urls: known.images,
    // Texts, and what lies in the vendor's own storage. What else there is fails before it is sent.
    files: "unknown",
    audio: false,
    // Comments while a request waits for its turn, blank lines before an answer in one piece.
    keepAlives: true,
    toolCallId: plainCallIds(64),
  };
}
