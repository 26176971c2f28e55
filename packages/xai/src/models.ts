import type { Capabilities, ReasoningEffort } from "@understudy/core/adapter";
import { abilities, plainCallIds, rowOf } from "@understudy/core/toolkit";

/** Values of `reasoning.effort`. */
export type XAIEffort = Extract<ReasoningEffort, "none" | "low" | "medium" | "high" | "xhigh">;

/** What is known of a model: what it takes, how it reasons, and its limits. */
export interface XAIModel {
  /** The values of `reasoning.effort` that it takes; empty: it refuses the field. `unknown` is tried. */
  readonly efforts: readonly XAIEffort[] | "unknown";
  /** Whether it reasons, and whether it can be asked not to. */
  readonly reasoning: Capabilities["reasoning"];
  /** Whether it takes images; `unknown` is tried. */
  readonly images: Capabilities["images"];
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
}

/** What is assumed of a model that this table does not know: all that the API has is tried. */
const UNKNOWN: XAIModel = { efforts: "unknown", reasoning: "unknown", images: "unknown", contextWindow: "unknown" };
const UP_TO_HIGH = ["low", "medium", "high"] as const;
/** Refuses every effort, also `none`: the name says whether it reasons. */
const NAMED: XAIModel = { ...UNKNOWN, efforts: [] };

/** https://docs.x.ai/developers/models, efforts from the page on reasoning. What no page says is `unknown`. */
const MODELS: readonly (readonly [RegExp, XAIModel])[] = [
  [/^grok-4\.6$/, { efforts: [...UP_TO_HIGH, "xhigh"], reasoning: "always", images: true, contextWindow: 500_000 }],
  [/^grok-4\.5$/, { efforts: UP_TO_HIGH, reasoning: "always", images: true, contextWindow: 500_000 }],
  [/^grok-4\.3$/, { efforts: ["none", ...UP_TO_HIGH], reasoning: "optional", images: true, contextWindow: 1_000_000 }],
  [/^grok-4\.20(?:-\d{4})?-non-reasoning$/, { ...NAMED, reasoning: "never" }],
  [/^grok-4\.20(?:-\d{4})?-reasoning$/, { ...NAMED, reasoning: "always" }],
  [/^grok-build-0\.1$/, NAMED],
];

/** What this version knows of a model id. Of ids it does not know everything is tried. */
export function xaiModel(id: string): XAIModel {
  return rowOf(MODELS, id) ?? UNKNOWN;
}

/** What a model takes. */
export function capabilitiesOf(id: string): Capabilities {
  const { images, reasoning, contextWindow } = xaiModel(id);
  return {
    ...abilities("unknown"),
    tools: true,
    jsonOutput: true,
    images,
    audio: false,
    contextWindow,
    maxOutputTokens: "unknown",
    size: "unknown",
    reasoning,
    ...(reasoning === "optional" && { reasonsByDefault: true }),
    keepAlives: false,
    toolCallId: plainCallIds(64),
  };
}
