import type { Capabilities, ReasoningEffort } from "@understudy/core/adapter";
import { abilities, plainCallIds, rowOf, sizeOf } from "@understudy/core/toolkit";

/** Values of `thinking.type`. */
export type AnthropicThinking = "adaptive" | "enabled" | "disabled" | "between_tools";
/** Values of `output_config.effort`. */
export type AnthropicEffort = Extract<ReasoningEffort, "low" | "medium" | "high" | "xhigh" | "max">;

/** What is known of a model: what it takes, its limits and its end. */
export interface AnthropicModel {
  /** Values of `thinking.type` that it takes. */
  readonly thinking: readonly AnthropicThinking[];
  /** What it does when `thinking` is left out. */
  readonly reasonsByDefault: boolean;
  /** Whether reasoning is shown when `thinking.display` is left out. */
  readonly showsByDefault: boolean;
  /** Values of `output_config.effort`; empty: the parameter is refused. */
  readonly efforts: readonly AnthropicEffort[];
  /** `temperature`, `top_p`, `top_k`, under the older version of the API. */
  readonly sampling: boolean;
  /** `tool_choice` may force a call. */
  readonly forcedTools: boolean;
  /** Whether `output_config.format` takes a JSON Schema. */
  readonly jsonSchema: boolean;
  /** Continues its own last turn while it does not think. */
  readonly prefill: boolean;
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
  /** The most tokens that one answer may have, reasoning included. */
  readonly maxOutputTokens: number | "unknown";
  /** Whether it can be asked not to reason. */
  readonly reasoning: Capabilities["reasoning"];
  /** The day after which it no longer answers, as far as the vendor has said. */
  readonly retiresOn?: string | undefined;
}

/** The vendor's own. */
export const HOST = "api.anthropic.com";

const UP_TO_HIGH = ["low", "medium", "high"] as const;
const UP_TO_MAX = [...UP_TO_HIGH, "max"] as const;
const ALL = [...UP_TO_HIGH, "xhigh", "max"] as const;

const UNKNOWN = { contextWindow: "unknown", maxOutputTokens: "unknown", reasoning: "unknown" } as const;
/** Also what is assumed of a model that this table does not know yet. */
const CURRENT: AnthropicModel = {
  ...UNKNOWN,
  thinking: ["adaptive"],
  reasonsByDefault: true,
  showsByDefault: false,
  efforts: ALL,
  sampling: false,
  forcedTools: true,
  jsonSchema: true,
  prefill: false,
};
const ALWAYS: AnthropicModel = { ...CURRENT, reasoning: "always" };
const LARGE: AnthropicModel = { ...ALWAYS, contextWindow: 1_000_000, maxOutputTokens: 128_000 };
const SWITCHABLE: AnthropicModel = { ...LARGE, thinking: ["adaptive", "disabled"], reasoning: "optional" };
const LINE_4_7: AnthropicModel = { ...SWITCHABLE, reasonsByDefault: false };
const LINE_4_6: AnthropicModel = {
  ...LINE_4_7,
  thinking: ["adaptive", "enabled", "disabled"],
  showsByDefault: true,
  efforts: UP_TO_MAX,
  sampling: true,
};
const LINE_4_5: AnthropicModel = {
  ...LINE_4_6,
  thinking: ["enabled", "disabled"],
  efforts: [],
  prefill: true,
  contextWindow: 200_000,
  maxOutputTokens: 64_000,
};
const OLDER: AnthropicModel = { ...LINE_4_5, ...UNKNOWN, jsonSchema: false };

/**
 * The first match counts. Dated ids and the ids of cloud platforms contain these names. The ids and the end of Sonnet 4.5
 * are those of `@anthropic-ai/sdk` 1.12.0; limits, thinking, effort, sampling, forced tools and prefill are the vendor's
 * documentation of November 2026, which states no limits for the Mythos line and none for models before 4.5.
 */
const MODELS: readonly (readonly [RegExp, AnthropicModel])[] = [
  [/claude-mythos-preview/, { ...ALWAYS, thinking: ["adaptive", "enabled"], efforts: UP_TO_MAX }],
  [/claude-fable-5(?!-\d(?!\d))/, LARGE],
  [/claude-fable-/, { ...LARGE, forcedTools: false }],
  [/claude-mythos-5(?!-\d(?!\d))/, ALWAYS],
  [/claude-mythos-/, { ...ALWAYS, forcedTools: false }],
  [/claude-opus-5-5/, { ...LARGE, forcedTools: false }],
  [/claude-sonnet-5-5/, { ...LARGE, thinking: ["adaptive", "between_tools"], forcedTools: false }],
  [/claude-haiku-5-5/, { ...SWITCHABLE, efforts: UP_TO_MAX }],
  [/claude-(?:opus|sonnet)-5/, SWITCHABLE],
  [/claude-opus-4-[78]/, LINE_4_7],
  [/claude-(?:opus|sonnet)-4-6/, LINE_4_6],
  [/claude-opus-4-5/, { ...LINE_4_5, efforts: UP_TO_HIGH }],
  [/claude-sonnet-4-5/, { ...LINE_4_5, retiresOn: "2026-11-30" }],
  [/claude-haiku-4-5/, LINE_4_5],
  [/claude-(?:[0-3]|instant|(?:opus|sonnet|haiku)-(?:[0-3]|4(?!-[5-9])))/, OLDER],
];

/** What this version knows of a model id; ids it does not know are taken for a current model with unknown limits. */
export function anthropicModel(id: string): AnthropicModel {
  return rowOf(MODELS, id) ?? CURRENT;
}

/**
 * What a model takes, at the vendor's own endpoint or elsewhere. The sizes are those of the vendor's overview of November
 * 2026 (https://platform.claude.com/docs/en/about-claude/models/overview): Fable and Mythos are its most capable models,
 * Opus is what it advises for most work, Sonnet its balance of speed and intelligence, Haiku its fastest, for high volumes.
 */
export function capabilitiesOf(id: string, host: string = HOST): Capabilities {
  const { contextWindow, maxOutputTokens, reasoning, reasonsByDefault, retiresOn, prefill } = anthropicModel(id);
  return {
    ...abilities(true),
    audio: false,
    contextWindow,
    maxOutputTokens,
    size: sizeOf(id, /haiku/, /sonnet/, /fable|mythos|opus/),
    reasoning,
    reasonsByDefault,
    retiresOn,
    continuation: prefill ? "prefill" : undefined,
    // Gateways and other clouds may swallow the pings.
    keepAlives: host === HOST,
    toolCallId: plainCallIds(128),
  };
}
