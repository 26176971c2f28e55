import type { Request } from "@understudy/core";
import { TOOL_CALL } from "../answer.ts";
import { HELLO, LOOKUP, RELEASE, VERBATIM } from "./canaries.ts";
import type { Carried, RequestCase } from "./request-case.ts";

const TOOLS: readonly Carried[] = [
  { what: "tools name", sought: "lookup_canary" },
  { what: "tools description", sought: "Looks up the canary." },
  // A schema that cannot be sent has to be described.
  { what: "tools inputSchema properties", sought: "cage_field" },
  { what: "tools inputSchema of a property", sought: "The canary's cage.", loss: /^tools/ },
  { what: "tools inputSchema enum", sought: "enum_canary", loss: /^tools/ },
  { what: "the second tool", sought: "release_canary" },
];

const JSON_SCHEMA = {
  type: "object",
  properties: {
    verdict_field: { type: "string", description: "The canary's verdict." },
    kind_field: { type: "string", enum: ["kind_canary", "other"] },
  },
  required: ["verdict_field", "kind_field"],
  additionalProperties: false,
} as const;
const FITTING = { text: JSON.stringify({ verdict_field: "alive", kind_field: "other" }) };
const SCHEMA: readonly Carried[] = [
  { what: "output.schema properties", sought: "verdict_field", loss: /^output/ },
  { what: "output.schema of a property", sought: "The canary's verdict.", loss: /^output/ },
  { what: "output.schema enum", sought: "kind_canary", loss: /^output/ },
];
const SYSTEM: Carried = { what: "system", sought: "You keep the system canary." };
const STOPS: readonly Carried[] = [
  { what: "stop (the first)", sought: "STOP_ONE", loss: /^stop/, mayBeTranslated: true },
  { what: "stop (the second)", sought: "STOP_TWO", loss: /^stop/, mayBeTranslated: true },
];
const MOST_TOKENS: Carried = { what: "maxOutputTokens", sought: 4_321, loss: /^maxOutputTokens/ };

/** What stands in a request beside its conversation. */
export const PLAIN_CASES: readonly RequestCase[] = [
  {
    id: "request.system",
    name: "the system prompt",
    request: () => ({ system: "You keep the system canary.", messages: [HELLO] }),
    carried: [SYSTEM, { what: "the user's text", sought: "hello canary" }],
  },
  {
    id: "request.verbatim",
    name: "every text to its last character",
    request: () => ({ system: `S ${VERBATIM}`, messages: [{ role: "user", content: `U ${VERBATIM}` }] }),
    carried: [
      { what: "system", sought: `S ${VERBATIM}` },
      { what: "the user's text", sought: `U ${VERBATIM}` },
    ],
  },
  {
    id: "request.user-parts",
    name: "every text of every user's turn",
    request: () => ({
      messages: [
        { role: "user", content: "first turn canary" },
        { role: "assistant", content: "answer canary" },
        {
          role: "user",
          content: [
            { type: "text", text: "one part canary" },
            { type: "text", text: "next part canary" },
          ],
        },
      ],
    }),
    carried: [
      { what: "the first turn", sought: "first turn canary" },
      { what: "the answer", sought: "answer canary" },
      { what: "the first part of the second turn", sought: "one part canary" },
      { what: "the second part of the second turn", sought: "next part canary" },
    ],
  },
  {
    id: "request.prefill",
    name: "the beginning of an answer that is to be continued",
    request: () => ({ messages: [HELLO, { role: "assistant", content: "It began with a canary" }] }),
    carried: [{ what: "the beginning", sought: "It began with a canary" }],
  },
  {
    id: "request.tools",
    name: "every tool with description and schema",
    request: () => ({ messages: [HELLO], tools: [LOOKUP, RELEASE] }),
    carried: TOOLS,
    mayBeUnsupported: true,
  },
  {
    id: "request.no-arguments",
    name: "a tool without description and arguments",
    request: () => ({ messages: [HELLO], tools: [{ name: "bare_canary" }] }),
    carried: [{ what: "tools name", sought: "bare_canary" }],
    mayBeUnsupported: true,
  },
  {
    id: "request.json-schema",
    name: "the schema of JSON output",
    request: () => ({ messages: [HELLO], output: { type: "json", schema: JSON_SCHEMA } }),
    carried: SCHEMA,
    answer: FITTING,
    mayBeUnsupported: true,
  },
  one("request.max-output-tokens", "maxOutputTokens", { maxOutputTokens: 4_321 }, 4_321),
  one("request.temperature", "temperature", { temperature: 0.372 }, 0.372),
  one("request.top-p", "topP", { topP: 0.961 }, 0.961),
  one("request.top-k", "topK", { topK: 37 }, 37),
  one("request.seed", "seed", { seed: 87_654_321 }, 87_654_321),
  one("request.budget", "reasoning.budgetTokens", { reasoning: { budgetTokens: 2_345 } }, 2_345, /^reasoning/),
  one("request.user-id", "userId", { userId: "user-canary-7" }, "user-canary-7"),
  {
    id: "request.stop",
    name: "every stop sequence",
    request: () => ({ messages: [HELLO], stop: ["STOP_ONE", "STOP_TWO"] }),
    carried: STOPS,
  },
  {
    id: "request.vendor-options",
    name: "the vendor's native fields, and nobody else's",
    request: ({ optionsKey }) => ({
      messages: [HELLO],
      vendorOptions: Object.fromEntries([
        [optionsKey, { native_canary: "native value" }],
        ["backup", { foreign_canary: "foreign value" }],
      ]),
    }),
    carried: [{ what: "a native field of the request", sought: "native value" }],
    hidden: [{ what: "another vendor's native field", sought: "foreign value" }],
    mayBeRefused: true,
  },
  {
    id: "request.tool-options",
    name: "the vendor's native fields of a tool",
    request: ({ optionsKey }) => ({
      messages: [HELLO],
      tools: [{ ...LOOKUP, vendorOptions: { [optionsKey]: { native_canary: "native value" } } }],
    }),
    carried: [{ what: "a native field of a tool", sought: "native value", loss: /^(?:tools|vendorOptions)/ }],
    mayBeRefused: true,
    mayBeUnsupported: true,
  },
  {
    id: "request.everything",
    name: "everything together",
    request: () => ({
      system: "You keep the system canary.",
      messages: [HELLO],
      tools: [LOOKUP, RELEASE],
      toolChoice: "auto",
      output: { type: "json", schema: JSON_SCHEMA },
      maxOutputTokens: 4_321,
      stop: ["STOP_ONE", "STOP_TWO"],
    }),
    carried: [SYSTEM, ...TOOLS, ...SCHEMA, ...STOPS, MOST_TOKENS],
    answer: { toolCalls: [{ ...TOOL_CALL, name: "release_canary", input: { cage_field: "any" } }] },
    mayBeUnsupported: true,
  },
];

/** A setting that arrives as it is, or is reported under its name. */
function one(
  id: RequestCase["id"],
  what: string,
  setting: Partial<Request>,
  sought: string | number,
  loss: RegExp = new RegExp(`^${what}`),
): RequestCase {
  return { id, name: what, request: () => ({ messages: [HELLO], ...setting }), carried: [{ what, sought, loss }] };
}
