import type { CaseId, Exemption } from "@understudy/testing";

/** What no provider of the AI SDK's shows to a target, and what becomes of it. */
const OF_ALL: readonly Exemption[] = [
  {
    cases: ["json.error", "json.answer"],
    reason: "the provider's event parser sees nothing in a body that is no event stream; the next tier answers",
  },
  {
    cases: ["body.gzip-cut"],
    reason: "a compressed body that is cut looks like an empty one; the next tier answers",
  },
  {
    cases: ["event.invalid-utf8", "event.oversized"],
    reason: "the AI SDK decodes leniently and has no limit for an event; the answer is taken",
  },
  { cases: ["wrong-options"], reason: "key, URL, headers and fetch are the provider's, which checks them itself" },
  {
    cases: ["request.vendor-options"],
    reason: "native fields reach the provider as its `providerOptions`, and it sends those that its schemas have",
  },
];

const STRICT: Exemption = {
  cases: ["event.unknown"],
  reason: "the provider takes no event that its schemas do not have; the next tier answers",
};
const NO_PREFILL: Exemption = {
  cases: ["request.prefill"],
  reason:
    "which models continue an answer is not known of a provider's; this one's vendor refuses, and the next tier answers",
};

const CODES = [401, 402, 403, 404, "404-model", 408, 413, 429, 500, 502, 503, 504, 524, 529] as const;
const FIRST: readonly CaseId[] = [
  ...(["empty", "ping", "comment"] as const).map((kind): CaseId => `heartbeat.${kind}.headers`),
  ...CODES.flatMap((code): CaseId[] => [`gateway.${code}.number.headers`, `gateway.${code}.string.headers`]),
];

export const EXEMPTIONS: Readonly<Record<string, readonly Exemption[]>> = {
  "@ai-sdk/anthropic": [
    ...OF_ALL,
    STRICT,
    NO_PREFILL,
    {
      cases: FIRST,
      reason:
        "the provider answers a first event that it does not expect with an error that holds nothing of it; the next tier answers",
    },
  ],
  "@ai-sdk/openai": [
    ...OF_ALL,
    {
      cases: ["history.own-reasoning"],
      reason: "the provider refers to items that the vendor has stored, and the simulator stores none",
    },
    {
      cases: ["answer.future-finish-call"],
      form: "generate",
      reason: "in one piece the provider decides by the calls alone, and hands on a finish reason that says so",
    },
  ],
  "@ai-sdk/openai-compatible": [...OF_ALL],
  "@ai-sdk/deepseek": [
    ...OF_ALL,
    STRICT,
    {
      cases: ["media.pdf", "media.text-file", "media.audio", "media.vendor-file"],
      reason: "the provider leaves out files that it cannot send; the answer's losses name them",
    },
    {
      cases: ["media.tool-result"],
      reason: "the provider sends a list where the vendor takes a text; the vendor refuses, and the next tier answers",
    },
    {
      cases: ["answer.everything"],
      form: "generate",
      reason: "in one piece the provider puts the text behind the calls",
    },
  ],
  "@ai-sdk/google": [
    ...OF_ALL,
    NO_PREFILL,
    { cases: ["in-band.bare"], reason: "the provider does not see it; the next tier answers, by another class" },
    {
      cases: ["event.late"],
      reason: "the wire has no last event, and servers that give their finish reason early continue in the same way",
    },
  ],
};
