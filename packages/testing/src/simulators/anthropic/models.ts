/** What a model of this vendor takes and refuses. */
export interface AnthropicModel {
  /** Values of `thinking.type`. */
  readonly thinking: readonly string[];
  /** Values of `output_config.effort`; empty: the parameter itself is refused. */
  readonly efforts: readonly string[];
  /** A final assistant message is continued. */
  readonly prefill: boolean;
  /** `any`: takes them. `neutral`: only values that change nothing. */
  readonly sampling: "any" | "neutral";
  /** `temperature` together with `top_p` is refused. */
  readonly oneSampler: boolean;
  /** `tool_choice` may force a tool. */
  readonly forcedTools: boolean;
  /** Messages of role `system` inside the conversation. */
  readonly systemTurns: boolean;
  readonly maxOutput: number | undefined;
}

const low = ["low", "medium", "high"];
const upToMax = [...low, "max"];
const all = [...low, "xhigh", "max"];

const newest: AnthropicModel = {
  thinking: ["adaptive"],
  efforts: all,
  prefill: false,
  sampling: "neutral",
  oneSampler: false,
  forcedTools: false,
  systemTurns: true,
  maxOutput: 128_000,
};

const oldest: AnthropicModel = {
  thinking: ["enabled", "disabled"],
  efforts: [],
  prefill: true,
  sampling: "any",
  oneSampler: false,
  forcedTools: true,
  systemTurns: false,
  maxOutput: undefined,
};

const line45: AnthropicModel = { ...oldest, oneSampler: true, maxOutput: 64_000 };
const line46: AnthropicModel = {
  ...line45,
  thinking: ["adaptive", "enabled", "disabled"],
  efforts: upToMax,
  prefill: false,
  maxOutput: 128_000,
};
const line47: AnthropicModel = { ...newest, thinking: ["adaptive", "disabled"], forcedTools: true, systemTurns: false };

/** First match wins; the order runs from the narrow to the wide. */
const table: readonly (readonly [RegExp, AnthropicModel])[] = [
  [/^claude-mythos-preview/, { ...newest, thinking: ["adaptive", "enabled"], forcedTools: true, systemTurns: false }],
  [/^claude-(fable|mythos)-5(-\d{8})?$/, { ...newest, forcedTools: true }],
  [/^claude-(fable|mythos)-/, newest],
  [/^claude-opus-5-5/, newest],
  [/^claude-sonnet-5-5/, { ...newest, thinking: ["adaptive", "between_tools"], systemTurns: false }],
  [/^claude-haiku-5-5/, { ...newest, thinking: ["adaptive", "disabled"], forcedTools: true, systemTurns: false }],
  [/^claude-opus-5/, { ...line47, systemTurns: true }],
  [/^claude-sonnet-5/, line47],
  [/^claude-opus-4-8/, { ...line47, systemTurns: true }],
  [/^claude-opus-4-7/, line47],
  [/^claude-(opus|sonnet)-4-6/, line46],
  [/^claude-opus-4-5/, { ...line45, efforts: low }],
  [/^claude-(sonnet|haiku)-4-5/, line45],
  [/^claude-(3|opus-4|sonnet-4|haiku-3|instant|2)/, oldest],
];

/** An unknown model is taken for one of the newest. */
export function anthropicModel(id: string): AnthropicModel {
  return table.find(([pattern]) => pattern.test(id))?.[1] ?? newest;
}
