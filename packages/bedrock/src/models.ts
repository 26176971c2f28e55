import type { Capabilities, ReasoningEffort } from "@understudy/core/adapter";
import { abilities, plainCallIds, rowOf, sizeOf } from "@understudy/core/toolkit";

/** Values of `outputConfig.effort`, and of the fields that other families have for it. */
export type BedrockEffort = Extract<ReasoningEffort, "low" | "medium" | "high" | "xhigh" | "max">;

/** What is known of a model: how it is asked to reason, and what it takes. */
export interface BedrockModel {
  /**
   * How reasoning is asked for. `adaptive`: Claude decides, by `thinking` and an effort. `budget`: Claude with a budget of
   * tokens. `nova` and `effort`: the family's own field for an effort. `output`: the common `outputConfig.effort`, which is
   * tried. `never`: it does not reason, or cannot be asked to.
   */
  readonly thinking: "adaptive" | "budget" | "nova" | "effort" | "output" | "never";
  /** The efforts that it takes. */
  readonly efforts: readonly BedrockEffort[];
  /** It reasons when nothing is said. */
  readonly reasonsByDefault: boolean;
  /** It shows how it reasons without being asked to. */
  readonly showsByDefault: boolean;
  /** It can be asked not to reason: `unknown` is tried. */
  readonly reasoning: Capabilities["reasoning"];
  /** When it takes `temperature`, `topP` and its own field for the best few. */
  readonly sampling: "always" | "without-reasoning" | "never";
  /** The native field for `topK`; undefined where none is known. */
  readonly topK: "claude" | "nova" | undefined;
  /** Where it takes marks for its cache. */
  readonly cache: "everywhere" | "not in tools" | "nowhere";
  /** `toolChoice` may force a call; `unknown` is tried. */
  readonly forcedTools: boolean | "unknown";
  /** It continues its own last turn. */
  readonly prefill: boolean;
  /** Reasoning goes back with its signature, or not at all. */
  readonly signsReasoning: boolean;
  /** Results of tools stand alone in their turn. */
  readonly resultsAlone: boolean;
  /** Results of tools may be marked as failed. */
  readonly marksErrors: boolean;
  /** Whether it takes function tools; `unknown` is tried. */
  readonly tools: Capabilities["tools"];
  /** Whether it takes images; `unknown` is tried. */
  readonly images: Capabilities["images"];
  /** Whether it takes documents; `unknown` is tried. */
  readonly files: Capabilities["files"];
  /** How large it is, in the words of who made it; `unknown` where those do not say. */
  readonly size: Capabilities["size"];
  /** Ids of calls that it takes. */
  readonly toolCallId: Capabilities["toolCallId"];
}

const UP_TO_HIGH = ["low", "medium", "high"] as const;
const UP_TO_MAX = [...UP_TO_HIGH, "max"] as const;
const ALL = [...UP_TO_HIGH, "xhigh", "max"] as const;
const MOST_ID = 64;

/** What is assumed of a model that this table does not know: what the API has in common for all is tried. */
const UNKNOWN: BedrockModel = {
  thinking: "output",
  efforts: ALL,
  reasonsByDefault: false,
  showsByDefault: true,
  reasoning: "unknown",
  sampling: "always",
  topK: undefined,
  cache: "nowhere",
  forcedTools: "unknown",
  prefill: false,
  signsReasoning: false,
  resultsAlone: false,
  marksErrors: false,
  tools: "unknown",
  images: "unknown",
  files: "unknown",
  size: "unknown",
  toolCallId: plainCallIds(MOST_ID),
};
const CLAUDE: BedrockModel = {
  ...UNKNOWN,
  thinking: "adaptive",
  reasonsByDefault: true,
  showsByDefault: false,
  sampling: "never",
  topK: "claude",
  cache: "everywhere",
  signsReasoning: true,
  marksErrors: true,
  forcedTools: true,
  tools: true,
  images: true,
  files: true,
};
const CLAUDE_ALWAYS: BedrockModel = { ...CLAUDE, reasoning: "always", forcedTools: false };
const CLAUDE_SWITCHED: BedrockModel = { ...CLAUDE, reasoning: "optional" };
const CLAUDE_4_7: BedrockModel = { ...CLAUDE_SWITCHED, reasonsByDefault: false };
const CLAUDE_4_6: BedrockModel = {
  ...CLAUDE_4_7,
  showsByDefault: true,
  efforts: UP_TO_MAX,
  sampling: "without-reasoning",
};
const CLAUDE_4_5: BedrockModel = { ...CLAUDE_4_6, thinking: "budget", efforts: [], prefill: true };
const CLAUDE_3: BedrockModel = { ...CLAUDE_4_5, thinking: "never", reasoning: "never", sampling: "always" };
const NOVA: BedrockModel = {
  ...UNKNOWN,
  thinking: "never",
  topK: "nova",
  cache: "not in tools",
  marksErrors: true,
  tools: true,
};

/**
 * The first match counts, of model ids, inference profiles and ARNs alike: all of them contain these names. Claude's rows
 * say what Anthropic's documentation of November 2026 says; where marks for a cache may stand, and how Nova and gpt-oss are
 * asked to reason, is AWS's. Limits differ here from those of the makers, and no page states them: `unknown`.
 */
const MODELS: readonly (readonly [RegExp, BedrockModel])[] = [
  [/claude-mythos-preview/, { ...CLAUDE, reasoning: "always", efforts: UP_TO_MAX }],
  [/claude-(?:fable|mythos)-5(?!-\d(?!\d))/, { ...CLAUDE_ALWAYS, forcedTools: true }],
  [/claude-(?:fable|mythos)-|claude-(?:opus|sonnet)-5-5/, CLAUDE_ALWAYS],
  [/claude-haiku-5-5/, { ...CLAUDE_SWITCHED, efforts: UP_TO_MAX }],
  [/claude-(?:opus|sonnet)-5/, CLAUDE_SWITCHED],
  [/claude-opus-4-[78]/, CLAUDE_4_7],
  [/claude-(?:opus|sonnet)-4-6/, CLAUDE_4_6],
  [/claude-opus-4-5/, { ...CLAUDE_4_5, efforts: UP_TO_HIGH }],
  [/claude-(?:3-7|(?:opus|sonnet|haiku)-4)/, CLAUDE_4_5],
  [/claude-(?:[0-3]|v\d|instant)/, CLAUDE_3],
  [/anthropic\.claude-/, CLAUDE],
  [/nova-2-/, { ...NOVA, thinking: "nova", efforts: UP_TO_HIGH, reasoning: "optional" }],
  [/amazon\.nova-/, NOVA],
  [/openai\.gpt-oss-/, { ...UNKNOWN, thinking: "effort", efforts: UP_TO_HIGH, reasonsByDefault: true }],
  [
    /moonshot/,
    {
      ...UNKNOWN,
      thinking: "never",
      reasonsByDefault: true,
      // Its own calls are named `functions.<tool>:<number>`.
      toolCallId: { pattern: /^[\w.:-]+$/, maxLength: MOST_ID },
    },
  ],
  [/deepseek\./, { ...UNKNOWN, thinking: "never" }],
  [/meta\.llama/, { ...UNKNOWN, thinking: "never", resultsAlone: true }],
  [
    /mistral\./,
    {
      ...UNKNOWN,
      thinking: "never",
      resultsAlone: true,
      toolCallId: { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
    },
  ],
];

/** What this version knows of a model id, an inference profile or an ARN. Of others everything is tried. */
export function bedrockModel(id: string): BedrockModel {
  const model = rowOf(MODELS, id) ?? UNKNOWN;
  const size = model.topK === "claude" ? sizeOf(id, /haiku/, /sonnet/, /fable|mythos|opus/) : "unknown";
  return { ...model, size };
}

/** What a model takes. Media by address are told in words, for all. */
export function capabilitiesOf(id: string): Capabilities {
  const { tools, images, files, size, reasoning, reasonsByDefault, toolCallId } = bedrockModel(id);
  return {
    ...abilities("unknown"),
    tools,
    images,
    files,
    contextWindow: "unknown",
    maxOutputTokens: "unknown",
    size,
    reasoning,
    ...(reasoning === "optional" && { reasonsByDefault }),
    keepAlives: false,
    toolCallId,
  };
}
