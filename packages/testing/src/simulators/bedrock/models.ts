/** What a model takes and refuses. */
export interface SimulatedBedrockModel {
  /** How Claude is asked to reason; undefined for the other families. */
  readonly thinking?: "adaptive" | "enabled" | "none" | undefined;
  /** It reasons when nothing is said. */
  readonly reasons: boolean;
  /** It shows that without being asked to. */
  readonly shows: boolean;
  /** It refuses `temperature`, `topP` and `top_k`. */
  readonly noSampling?: true | undefined;
  /** Values of `outputConfig.effort`; empty: it is refused. */
  readonly efforts: readonly string[];
  /** It continues its own turn. */
  readonly prefill?: true | undefined;
  /** Where marks for its cache may stand. */
  readonly cache: readonly ("system" | "messages" | "tools")[];
  /** It takes no forced choice. */
  readonly freeTools?: true | undefined;
  /** Results stand alone in their turn. */
  readonly resultsAlone?: true | undefined;
  /** Results of tools may be marked as failed. */
  readonly marksErrors: boolean;
  /** What its tool calls may be named. */
  readonly ids: RegExp;
}

const levels = ["low", "medium", "high", "xhigh", "max"];
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
const ids = /^[a-zA-Z0-9_.:-]{1,64}$/;
/** Claude's own rule. */
const claudeIds = /^[a-zA-Z0-9_-]{1,64}$/;
const everywhere = ["system", "messages", "tools"] as const;
const other: SimulatedBedrockModel = {
  reasons: false,
  shows: true,
  efforts: levels,
  cache: [],
  marksErrors: false,
  ids,
};
const claude: SimulatedBedrockModel = {
  ...other,
  thinking: "adaptive",
  reasons: true,
  shows: false,
  noSampling: true,
  cache: everywhere,
  marksErrors: true,
  ids: claudeIds,
};
const older: SimulatedBedrockModel = {
  ...other,
  thinking: "enabled",
  efforts: [],
  prefill: true,
  cache: everywhere,
  marksErrors: true,
  ids: claudeIds,
};

/** First match wins. */
const table: readonly (readonly [RegExp, SimulatedBedrockModel])[] = [
  [/claude-(?:opus|sonnet)-4-6/, { ...claude, reasons: false, shows: true, noSampling: undefined }],
  [/claude-opus-4-[78]/, { ...claude, reasons: false }],
  [/claude-(?:3-7|(?:opus|sonnet|haiku)-4)/, older],
  [/claude-3/, { ...older, thinking: "none" }],
  [/claude-(?:sonnet|opus)-5-5/, { ...claude, freeTools: true }],
  [/claude-/, claude],
  [/nova-/, { ...other, efforts: [], cache: ["system", "messages"], marksErrors: true }],
  [/moonshot/, { ...other, reasons: true, efforts: [] }],
  [/mistral\./, { ...other, efforts: [], resultsAlone: true, ids: /^[a-zA-Z0-9]{9}$/ }],
  [/llama/, { ...other, efforts: [], resultsAlone: true }],
];

export function simulatedModel(id: string): SimulatedBedrockModel {
  return table.find(([pattern]) => pattern.test(id))?.[1] ?? other;
}

/** Models that the vendor no longer serves. */
export function isRetired(id: string): boolean {
  return /claude-3-5-sonnet-20240620/.test(id);
}

/** Newer models are reached through an inference profile only. */
export function needsProfile(id: string): boolean {
  return /^(?:deepseek\.r1-|anthropic\.claude-(?:opus|sonnet|haiku|fable|mythos)-)/.test(id);
}
