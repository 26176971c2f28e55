import type { ReasoningEffort } from "@understudy/core/adapter";

/** `without-reasoning`: only while the effort is `none`. `unknown` is tried. */
export type OpenAISupport = "always" | "without-reasoning" | "never" | "unknown";

/** What is known of a model: what it takes, its limits and its end. */
export interface OpenAIModel {
  /** Values of the reasoning effort; empty: the model does not reason and refuses the parameter. */
  readonly efforts: readonly ReasoningEffort[] | "unknown";
  /** What is asked when the request names no effort: the vendor's own default differs too much. */
  readonly defaultEffort?: ReasoningEffort | undefined;
  /** `temperature` and `top_p`. */
  readonly sampling: OpenAISupport;
  /** Function tools on Chat Completions; `never` also where the model is not served there. */
  readonly chatTools: OpenAISupport;
  /** Tokens. */
  readonly contextWindow: number | "unknown";
  readonly maxOutputTokens: number | "unknown";
  /** The day after which it no longer answers, as far as the vendor has said. */
  readonly retiresOn?: string | undefined;
}

const UP_TO_HIGH = ["low", "medium", "high"] as const;
const UP_TO_MAX = [...UP_TO_HIGH, "xhigh", "max"] as const;

/** What is assumed of a model that this table does not know yet. */
const UNKNOWN: OpenAIModel = {
  efforts: "unknown",
  sampling: "unknown",
  chatTools: "unknown",
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
};
const PLAIN: OpenAIModel = { ...UNKNOWN, efforts: [], sampling: "always", chatTools: "always" };
const REASONING: OpenAIModel = {
  ...UNKNOWN,
  efforts: UP_TO_HIGH,
  defaultEffort: "medium",
  sampling: "never",

  chatTools: "always",
};
const NOT_ON_CHAT = { chatTools: "never" } as const;
const NEWEST: OpenAIModel = { ...REASONING, efforts: UP_TO_MAX, chatTools: "never" };
const SWITCHABLE: OpenAIModel = { ...REASONING, efforts: ["none", ...UP_TO_MAX], sampling: "without-reasoning" };
const LINE_5: OpenAIModel = { ...REASONING, efforts: ["minimal", ...UP_TO_HIGH] };
const LINE_5_2: OpenAIModel = { ...SWITCHABLE, efforts: ["none", ...UP_TO_HIGH, "xhigh"] };

/** The first match counts. */
const MODELS: readonly (readonly [RegExp, OpenAIModel])[] = [
  [/^gpt-6-astra/, { ...NEWEST, contextWindow: 1_050_000, maxOutputTokens: 128_000 }],
  [/^gpt-6\.2|^gpt-6\.1-sol/, NEWEST],
  [/^gpt-6-(?:sol|luna)/, { ...SWITCHABLE, chatTools: "without-reasoning" }],
  [/^gpt-(?:5\.6|6)-cyber|^gpt-5\.5-pro/, { ...UNKNOWN, ...NOT_ON_CHAT }],
  [/^gpt-5\.6-/, SWITCHABLE],
  [/^gpt-5\.2-pro/, { ...REASONING, ...NOT_ON_CHAT, efforts: ["medium", "high", "xhigh"] }],
  [/^gpt-5\.[123]-chat-latest/, { ...REASONING, efforts: ["medium"] }],
  [/^gpt-5\.1-codex-max/, { ...REASONING, ...NOT_ON_CHAT, efforts: [...UP_TO_HIGH, "xhigh"] }],
  [/^gpt-5-codex/, { ...REASONING, ...NOT_ON_CHAT }],
  [/^gpt-5-pro/, { ...REASONING, ...NOT_ON_CHAT, efforts: ["high"], defaultEffort: "high" }],
  // Two lines whose vendor's default is not to reason, as recorded answers show.
  [/^gpt-5\.[24]/, { ...LINE_5_2, defaultEffort: "none" }],
  [/^gpt-5\.5/, LINE_5_2],
  [/^gpt-5\.1(?!-codex)/, { ...REASONING, efforts: ["none", ...UP_TO_HIGH], defaultEffort: "none" }],
  [/^gpt-5(?:-mini|-nano)?(?![\w.]|-[a-z])/, LINE_5],
  [/^o\d.*-(?:pro|deep-research)/, { ...REASONING, ...NOT_ON_CHAT }],
  [/^o[134](?:-|$)/, REASONING],
  [/^(?:ft:)?(?:gpt-4\.1|gpt-4o|gpt-4-|gpt-4$|gpt-3\.5)/, PLAIN],
];

/** Ends that were still to come when this table was made. Dated snapshots follow their alias. The first match counts. */
const ENDS: readonly (readonly [RegExp, string])[] = [
  [/^gpt-5(?:-mini|-nano)?(?![\w.]|-[a-z])|^o3(?!-[a-z])/, "2026-12-11"],
  [/^gpt-4\.1(?!-nano)|^gpt-4o(?:-mini)?(?!-[a-z]|-2024-05-13)/, "2027-01-14"],
  [/^gpt-5\.4-nano|^gpt-5\.1(?!-[a-z])/, "2027-04-01"],
];

/** What this version knows of a model id; of ids it does not know, everything is tried. */
export function openAIModel(id: string): OpenAIModel {
  const known = MODELS.find(([pattern]) => pattern.test(id))?.[1] ?? UNKNOWN;
  const retiresOn = ENDS.find(([pattern]) => pattern.test(id))?.[1];
  return retiresOn === undefined ? known : { ...known, retiresOn };
}
