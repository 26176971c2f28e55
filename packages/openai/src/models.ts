import { asText, type Capabilities, type ReasoningEffort } from "@understudy/core/adapter";
import { abilities, plainCallIds, rowOf, sizeOf } from "@understudy/core/toolkit";

/** `without-reasoning`: only while the effort is `none`. `unknown` is tried. */
export type OpenAISupport = "always" | "without-reasoning" | "never" | "unknown";

/** What is known of a model: what it takes, its limits and its end. */
export interface OpenAIModel {
  /** Values of the reasoning effort; empty: the model does not reason and refuses the parameter. */
  readonly efforts: readonly ReasoningEffort[] | "unknown";
  /** What is asked when the request names no effort: the vendor's own default, which its sources do not state alike. */
  readonly defaultEffort?: ReasoningEffort | undefined;
  /** `temperature` and `top_p`. */
  readonly sampling: OpenAISupport;
  /** Function tools on Chat Completions; `never` also where the model is not served there. */
  readonly chatTools: OpenAISupport;
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
  /** The most tokens that one answer may have, reasoning included. */
  readonly maxOutputTokens: number | "unknown";
  /** The day after which it no longer answers, as far as the vendor has said; it may be over. */
  readonly retiresOn?: string | undefined;
}

const UP_TO_HIGH = ["low", "medium", "high"] as const;
const UP_TO_XHIGH = [...UP_TO_HIGH, "xhigh"] as const;
const UP_TO_MAX = [...UP_TO_XHIGH, "max"] as const;

interface Limits {
  readonly contextWindow: number | "unknown";
  readonly maxOutputTokens: number | "unknown";
}

/** What is assumed of a model that this table does not know yet. */
const UNLIMITED: Limits = { contextWindow: "unknown", maxOutputTokens: "unknown" };
// As https://developers.openai.com/api/docs/models/<id> states them; of other ids they are not known.
const K8: Limits = { contextWindow: 8_192, maxOutputTokens: 8_192 };
const K16: Limits = { contextWindow: 16_385, maxOutputTokens: 4_096 };
const K128_4: Limits = { contextWindow: 128_000, maxOutputTokens: 4_096 };
const K128: Limits = { contextWindow: 128_000, maxOutputTokens: 16_384 };
const K200: Limits = { contextWindow: 200_000, maxOutputTokens: 100_000 };
const K400: Limits = { contextWindow: 400_000, maxOutputTokens: 128_000 };
const M1_32: Limits = { contextWindow: 1_047_576, maxOutputTokens: 32_768 };
const M1: Limits = { contextWindow: 1_050_000, maxOutputTokens: 128_000 };

type Rules = Omit<OpenAIModel, keyof Limits | "retiresOn">;

const UNKNOWN: Rules = { efforts: "unknown", sampling: "unknown", chatTools: "unknown" };
const PLAIN: Rules = { efforts: [], sampling: "always", chatTools: "always" };
const REASONING: Rules = { efforts: UP_TO_HIGH, defaultEffort: "medium", sampling: "never", chatTools: "always" };
const NOT_ON_CHAT = { chatTools: "never" } as const;
const RESPONSES_ONLY: Rules = { ...REASONING, ...NOT_ON_CHAT };
const SWITCHABLE: Rules = { ...REASONING, efforts: ["none", ...UP_TO_MAX], sampling: "without-reasoning" };
const LINE_5_2: Rules = { ...SWITCHABLE, efforts: ["none", ...UP_TO_XHIGH] };
const UNREASONED = { defaultEffort: "none" } as const;

/** The first match counts. */
const MODELS: readonly (readonly [pattern: RegExp, rules: Rules, limits?: Limits])[] = [
  [/^gpt-6\.2|^gpt-6\.1-sol|^gpt-6-astra/, { ...RESPONSES_ONLY, efforts: UP_TO_MAX }, M1],
  // Efforts of https://developers.openai.com/api/docs/models; the rest as the models that take the same ones.
  [/^gpt-6\.1-terra|^gpt-6-(?:sol|luna)/, { ...SWITCHABLE, chatTools: "without-reasoning" }, M1],
  [/^gpt-5\.5-pro/, { ...UNKNOWN, ...NOT_ON_CHAT }, M1],
  [/^gpt-(?:5\.6|6)-cyber|^gpt-daybreak-|^gpt-(?:6-)?rosalind|^computer-use-preview/, { ...UNKNOWN, ...NOT_ON_CHAT }],
  [/^gpt-5\.6-/, SWITCHABLE, M1],
  [/^gpt-5\.2-pro/, { ...RESPONSES_ONLY, efforts: ["medium", "high", "xhigh"] }],
  [/^gpt-5\.[123]-chat-latest/, { ...REASONING, efforts: ["medium"] }, K128],
  [/^gpt-5\.1-codex-max/, { ...RESPONSES_ONLY, efforts: UP_TO_XHIGH }],
  [/^gpt-5-codex/, RESPONSES_ONLY],
  [/^gpt-5-pro/, { ...RESPONSES_ONLY, efforts: ["high"], defaultEffort: "high" }],
  // Two lines whose vendor's default is not to reason, as recorded answers show.
  [/^gpt-5\.4-nano/, { ...LINE_5_2, ...UNREASONED }],
  [/^gpt-5\.2|^gpt-5\.4-mini/, { ...LINE_5_2, ...UNREASONED }, K400],
  [/^gpt-5\.4/, { ...LINE_5_2, ...UNREASONED }, M1],
  [/^gpt-5\.5/, LINE_5_2, M1],
  [/^gpt-5\.1(?!-codex)/, { ...REASONING, efforts: ["none", ...UP_TO_HIGH], ...UNREASONED }, K400],
  [/^gpt-5(?:-mini|-nano)?(?![\w.]|-[a-z])/, { ...REASONING, efforts: ["minimal", ...UP_TO_HIGH] }, K400],
  [/^o\d.*-(?:pro|deep-research)/, RESPONSES_ONLY],
  [/^o1(?:-|$)/, REASONING],
  [/^o[34](?:-|$)/, REASONING, K200],
  [/^(?:ft:)?gpt-4\.1/, PLAIN, M1_32],
  [/^(?:ft:)?gpt-4(?:o-2024-05-13|-turbo|-1106|-0125|-vision)/, PLAIN, K128_4],
  [/^gpt-audio/, PLAIN],
  [/^(?:ft:)?gpt-4o/, PLAIN, K128],
  [/^(?:ft:)?gpt-4(?:$|:|-0\d{3})/, PLAIN, K8],
  [/^(?:ft:)?gpt-3\.5-turbo(?!-instruct)/, PLAIN, K16],
  [/^(?:ft:)?gpt-(?:4-|3\.5)/, PLAIN],
];

/** As the vendor's SDK states them; dated snapshots follow their alias. The first match counts. */
const ENDS: readonly (readonly [RegExp, string])[] = [
  [/^gpt-5\.1-(?:codex(?!-[a-z])|chat-latest)|^gpt-5-chat-latest|^gpt-4o(?:-mini)?-search-preview/, "2026-07-23"],
  [/^gpt-5\.[23]-chat-latest/, "2026-08-10"],
  [/^gpt-3\.5-turbo-1106/, "2026-09-28"],
  [
    /^o4-mini(?!-[a-z])|^o3-mini|^o1(?!-[a-z])|^gpt-4\.1-nano|^gpt-4o-2024-05-13|^gpt-4-turbo(?!-[a-z])|^gpt-4-1106-preview|^gpt-4(?:$|-0\d{3}$)|^gpt-3\.5-turbo(?!-\d*[a-z])/,
    "2026-10-23",
  ],
  [/^gpt-5(?:-mini|-nano)?(?![\w.]|-[a-z])|^o3(?!-[a-z])/, "2026-12-11"],
  [/^gpt-4\.1|^gpt-4o(?:-mini)?(?!-[a-z])/, "2027-01-14"],
  [/^gpt-audio-mini/, "2027-01-20"],
  [/^gpt-5\.4-nano|^gpt-5\.1(?!-[a-z])/, "2027-04-01"],
];

/** What this version knows of a model id; of ids it does not know, everything is tried. */
export function openAIModel(id: string): OpenAIModel {
  const name = asText(id);
  const [, rules = UNKNOWN, limits = UNLIMITED] = MODELS.find(([pattern]) => pattern.test(name)) ?? [];
  const retiresOn = rowOf(ENDS, name);
  return { ...rules, ...limits, ...(retiresOn !== undefined && { retiresOn }) };
}

// Models for a single task have further words at their end.
const SMALL = /^(?:ft:)?(?:gpt-[\d.]{1,4}o?|o\d)-(?:mini|nano|luna)(?![\w.]|-[a-z])/;
const BALANCED = /^gpt-(?:6\.[12]-sol|[\d.]{1,4}-terra)(?![\w.]|-[a-z])/;
const FLAGSHIP = /^(?:ft:)?gpt-(?:6(?:\.2)?-astra|5\.6-sol|5(?:\.[1-6])?(?:-pro)?|4\.1|4o)(?![\w.]|-[a-z])/;

/** What differs between the vendor's two APIs. */
export type ApiCapabilities = Pick<Capabilities, "toolCallId"> & Partial<Capabilities>;

/** What the Responses API takes. */
export const RESPONSES: ApiCapabilities = {
  tools: true,
  jsonOutput: true,
  urls: true,
  audio: false,
  toolCallId: plainCallIds(64),
};

/**
 * What a model takes through one of the two APIs. The sizes are those of the vendor's overviews of 2026
 * (https://developers.openai.com/api/docs/models, and /all below it): Astra, 5.6 Sol, and in their time GPT-5 to 5.5, 4.1
 * and 4o are flagships or frontier models; 6.1 and 6.2 Sol and Terra balance intelligence with time and cost; Luna, mini
 * and nano are for high volumes at low cost. Of GPT-6 Sol, the o-series and special models nothing of the kind is said.
 */
export function capabilitiesOf(id: string, api: ApiCapabilities): Capabilities {
  const { contextWindow, maxOutputTokens, efforts, defaultEffort, retiresOn } = openAIModel(id);
  const reasoning = reasoningOf(efforts);
  return {
    ...abilities("unknown"),
    ...api,
    contextWindow,
    maxOutputTokens,
    size: sizeOf(id, SMALL, BALANCED, FLAGSHIP),
    reasoning,
    ...(reasoning === "optional" && { reasonsByDefault: defaultEffort !== "none" }),
    retiresOn,
    keepAlives: false,
  };
}

function reasoningOf(efforts: OpenAIModel["efforts"]): Capabilities["reasoning"] {
  if (efforts === "unknown") return efforts;
  if (efforts.length === 0) return "never";
  return efforts.includes("none") ? "optional" : "always";
}
