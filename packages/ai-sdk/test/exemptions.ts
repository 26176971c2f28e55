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
    cases: ["request.vendor-options", "request.tool-options"],
    reason: "the provider sends only those native fields that its schemas have",
  },
  { cases: ["request.effort"], reason: "the provider maps efforts that the model does not have" },
];
const DROPPED = "the provider drops it without a warning";
const REFUSED = "the provider sends it, and this model's vendor refuses it; the next tier answers";
const MADE: Exemption = { cases: ["media.answer"], reason: DROPPED };

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
    MADE,
    { cases: ["request.prefill"], reason: REFUSED },
    { cases: ["request.json"], reason: "the provider asks for JSON only where there is a schema" },
    { cases: ["answer.everything"], form: "stream", reason: "the provider's signature comes as a part of its own" },
    { cases: FIRST, reason: "the provider hides a first event that it does not expect; the next tier answers" },
  ],
  "@ai-sdk/openai": [
    ...OF_ALL,
    MADE,
    { cases: ["request.json"], reason: "the provider asks for JSON only where there is a schema" },
    {
      cases: ["history.own-reasoning"],
      reason: "the provider refers to items that the vendor has stored, which the simulator has not",
    },
    { cases: ["answer.future-finish-call"], form: "generate", reason: "the provider decides by the calls" },
  ],
  "@ai-sdk/openai-compatible": [
    ...OF_ALL,
    MADE,
    {
      cases: ["request.stop", "request.everything", "request.max-output-tokens", "request.frozen"],
      reason: "the provider sends the older names of these fields, which this model refuses; the next tier answers",
    },
    { cases: ["request.json", "request.json-schema"], reason: DROPPED },
    { cases: ["history.is-error"], reason: DROPPED },
  ],
  "@ai-sdk/deepseek": [
    ...OF_ALL,
    STRICT,
    MADE,
    {
      cases: [
        "media.pdf",
        "media.text-file",
        "media.file-name",
        "media.audio",
        "media.vendor-file",
        "history.is-error",
      ],
      reason: DROPPED,
    },
    { cases: ["media.tool-result"], reason: REFUSED },
    { cases: ["request.request-id"], reason: "the provider does not hand on the header of the vendor's id" },
    { cases: ["answer.everything"], form: "generate", reason: "the provider puts reasoning behind the text" },
  ],
  "@ai-sdk/google": [
    ...OF_ALL,
    { cases: ["request.prefill"], reason: REFUSED },
    { cases: ["media.file-name"], reason: DROPPED },
    { cases: ["in-band.bare"], reason: "the provider does not see it; the next tier answers, by another class" },
    {
      cases: ["event.late"],
      reason: "the wire has no last event, and servers that give their finish reason early continue in the same way",
    },
  ],
};
