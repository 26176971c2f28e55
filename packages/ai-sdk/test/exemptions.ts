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
];

const STRICT: Exemption = {
  cases: ["event.unknown"],
  reason: "the provider takes no event that its schemas do not have; the next tier answers",
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
    { cases: FIRST, reason: "the provider hides a first event that it does not expect; the next tier answers" },
  ],
  "@ai-sdk/openai": OF_ALL,
  "@ai-sdk/openai-compatible": OF_ALL,
  "@ai-sdk/deepseek": [...OF_ALL, STRICT],
  "@ai-sdk/google": [
    ...OF_ALL,
    { cases: ["in-band.bare"], reason: "the provider does not see it; the next tier answers, by another class" },
    {
      cases: ["event.late"],
      reason: "the wire has no last event, and servers that give their finish reason early continue in the same way",
    },
  ],
};
