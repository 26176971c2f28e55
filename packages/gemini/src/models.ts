import { asText, type Capabilities, type ReasoningEffort } from "@understudy/core/adapter";
import { abilities, plainCallIds, sizeOf } from "@understudy/core/toolkit";

/** Values of `thinkingLevel`. */
export type GeminiLevel = Extract<ReasoningEffort, "minimal" | "low" | "medium" | "high">;

/** How a model's reasoning is steered. */
export type GeminiThinking =
  /** It does not reason. */
  | { readonly type: "none" }
  /** By a number of tokens, `thinkingBudget`. */
  | {
      readonly type: "budget";
      /** Whether a budget of 0 switches reasoning off. */
      readonly canStop: boolean;
    }
  /** Never off; at least the lowest level. */
  | {
      readonly type: "level";
      /** Values of `thinkingLevel` that it takes, from least to most. */
      readonly levels: readonly GeminiLevel[];
    };

/** What is known of a model: what it takes, its limits and its end. */
export interface GeminiModel {
  /** How its reasoning is asked for, if it has any. */
  readonly thinking: GeminiThinking;
  /** `temperature`, `topP`, `topK`. */
  readonly sampling: boolean;
  /** Refuses function calls of the current turn without a signature. */
  readonly needsSignatures: boolean;
  /** Its function calls have ids. */
  readonly callIds: boolean;
  /** Tool results may hold media. */
  readonly resultMedia: boolean;
  /** JSON output and function declarations in one request. */
  readonly jsonWithTools: boolean;
  /** Takes a system prompt in its own field. */
  readonly systemInstruction: boolean;
  /** A request may end with a turn of the model, which it then continues. */
  readonly prefill: boolean;
  /** The size of the context window in tokens. */
  readonly contextWindow: number | "unknown";
  /** The most tokens that one answer may have, reasoning included. */
  readonly maxOutputTokens: number | "unknown";
  /** The day from which it no longer answers, as far as the vendor has said; some ids are then answered by a successor. */
  readonly retiresOn?: string | undefined;
}

const NO_MINIMAL = ["low", "medium", "high"] as const;
const ALL_LEVELS = ["minimal", ...NO_MINIMAL] as const;

/** Also what is assumed of a model that this table does not know yet. */
const CURRENT: GeminiModel = {
  thinking: { type: "level", levels: NO_MINIMAL },
  sampling: false,
  needsSignatures: true,
  callIds: true,
  resultMedia: true,
  jsonWithTools: true,
  systemInstruction: true,
  prefill: false,
  contextWindow: "unknown",
  maxOutputTokens: "unknown",
};
const LINE_3_6: GeminiModel = { ...CURRENT, thinking: { type: "level", levels: ALL_LEVELS } };
const LINE_3: GeminiModel = { ...LINE_3_6, sampling: true, prefill: true };
const LINE_3_PRO: GeminiModel = { ...LINE_3, thinking: CURRENT.thinking };
const LINE_2_5: GeminiModel = {
  ...LINE_3,
  thinking: { type: "budget", canStop: true },
  needsSignatures: false,
  callIds: false,
  resultMedia: false,
  jsonWithTools: false,
};
const OLDER: GeminiModel = { ...LINE_2_5, thinking: { type: "none" } };

/**
 * Of 3 Pro to 3.8 Flash: https://ai.google.dev/gemini-api/docs/models/gemini-3.8-flash, and so on for each id. Of 3 Flash,
 * 3.1 and 2.5 Flash-Lite: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/gemini/3-flash, and so on. Of
 * 2.5 Flash: https://docs.oracle.com/en-us/iaas/Content/generative-ai/google-gemini-2-5-flash.htm. Models of the same lines
 * for pictures or speech have less.
 */
const LIMITS = { contextWindow: 1_048_576, maxOutputTokens: 65_536 } as const;
/** A model of a known line, also without a number, as a preview or dated; those for pictures or speech have other ends. */
const LINE =
  /^gemini-(?:(?:2\.5|3(?:\.[15-8])?|4)-)?(?:flash(?:-lite)?|pro|argon)(?:-latest|-\d{3}|-preview(?:-\d\d-\d{2,4})?)?$/;
const NUMBERED = /^gemini-\d/;
/** Of what was asked for at Vertex for this model, 65,536 is the first number that is refused. */
const LIMITS_2_5_PRO = { ...LIMITS, maxOutputTokens: 65_535 } as const;
/** Over all hops of a long answer, and with the input. */
const LIMITS_4 = { ...LIMITS, maxOutputTokens: LIMITS.contextWindow } as const;

/** The day of the end, and who answers under the id from then on (https://ai.google.dev/gemini-api/docs/deprecations). */
const RETIREMENTS: Readonly<Record<string, readonly [day: string, successor?: string]>> = {
  "gemini-2.0-flash": ["2026-06-01"],
  "gemini-2.0-flash-lite": ["2026-06-01"],
  "gemini-2.5-pro": ["2026-12-01", "gemini-3.8-flash"],
  "gemini-2.5-flash": ["2026-12-01", "gemini-3.5-flash-lite"],
  "gemini-3-pro-preview": ["2026-03-09", "gemini-3.1-pro-preview"],
  "gemini-3.1-flash-lite": ["2027-05-07"],
};

/**
 * What this version knows of a model id; ids it does not know are taken for the newest model. With `at`, in milliseconds
 * since 1970, an id that is answered by its successor by then has its successor's rules.
 */
export function geminiModel(id: string, at?: number): GeminiModel {
  const name = nameOf(asText(id));
  const plain = name.replace(/-\d{3}$/, "");
  const [retiresOn, successor] = (Object.hasOwn(RETIREMENTS, plain) && RETIREMENTS[plain]) || [];
  const isGone = retiresOn !== undefined && at !== undefined && at >= Date.parse(retiresOn);
  const served = isGone && successor !== undefined ? successor : name;
  return { ...lineOf(served), ...limitsOf(served), retiresOn };
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function limitsOf(name: string): Partial<GeminiModel> {
  if (name.startsWith("gemini-4-")) return LIMITS_4;
  if (!NUMBERED.test(name) || !LINE.test(name)) return {};
  return name.startsWith("gemini-2.5-pro") ? LIMITS_2_5_PRO : LIMITS;
}

function lineOf(name: string): GeminiModel {
  if (name.startsWith("gemma-")) return { ...OLDER, systemInstruction: false, prefill: false };
  const [, major, minor = "0"] = /^gemini-(\d{1,3})(?:\.(\d{1,3}))?(?!\d)/.exec(name) ?? [];
  if (major === undefined) return CURRENT;
  const version = Number(major) * 1_000 + Number(minor);
  if (version >= 4_000) return CURRENT;
  if (version >= 3_000) return line3(name, version);
  if (version < 2_005) return OLDER;
  return name.includes("pro") ? { ...LINE_2_5, thinking: { type: "budget", canStop: false } } : LINE_2_5;
}

function line3(name: string, version: number): GeminiModel {
  const isLite = name.includes("flash-lite");
  const isNew = version >= 3_006 || (version === 3_005 && isLite);
  if (name.includes("pro")) return isNew ? CURRENT : LINE_3_PRO;
  if (isNew) return version >= 3_007 && !isLite ? CURRENT : LINE_3_6;
  return LINE_3;
}

/**
 * What a model takes. The sizes are those of the vendor's overview of November 2026
 * (https://ai.google.dev/gemini-api/docs/models) and of its guides: Argon is its frontier model, Pro reasons deeply, Flash
 * stands between Pro and Flash-Lite and balances speed with intelligence, Flash-Lite is the fastest and cheapest.
 */
export function capabilitiesOf(id: string): Capabilities {
  const { thinking, contextWindow, maxOutputTokens, retiresOn } = geminiModel(id);
  const name = nameOf(id);
  // Other models of the same API may take less.
  const known = id.includes("gemini-") ? true : "unknown";
  return {
    ...abilities(known),
    urls: "unknown",
    contextWindow,
    maxOutputTokens,
    size: LINE.test(name) ? sizeOf(name, /lite/, /flash/, /pro|argon/) : "unknown",
    reasoning: reasoningOf(name, thinking),
    retiresOn,
    keepAlives: false,
    toolCallId: plainCallIds(64),
  };
}

/** Of names without a number only the rules of the newest model are assumed. */
function reasoningOf(name: string, thinking: GeminiThinking): Capabilities["reasoning"] {
  if (!NUMBERED.test(name)) return "unknown";
  if (thinking.type === "none") return "never";
  return thinking.type === "budget" && thinking.canStop ? "optional" : "always";
}
