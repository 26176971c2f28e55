import { calls, fine, invalidCall, malformed, oversized, truncated, type HostileCase, type Outcome } from "./case.ts";
import { arrays, KI, listOf, MI, names, objects, POLLUTION } from "./json.ts";
import { anthropicWire } from "./wires/anthropic.ts";
import { bedrockWire } from "./wires/bedrock.ts";
import { chatWire, deepseekWire, mistralWire } from "./wires/chat.ts";
import { geminiWire } from "./wires/gemini.ts";
import { responsesWire, xaiWire } from "./wires/responses.ts";
import type { Form, Wire } from "./wires/wire.ts";

const WIRES = [anthropicWire, responsesWire, xaiWire, chatWire, deepseekWire, mistralWire, geminiWire, bedrockWire];
const FORMS: readonly Form[] = ["streamed", "whole"];

interface Kind {
  readonly name: string;
  readonly expected: Outcome | ((wire: Wire, form: Form) => Outcome);
  readonly body: (wire: Wire, form: Form) => string;
  /** Default: all, in both forms. */
  readonly on?: (wire: Wire, form: Form) => boolean;
  readonly status?: number;
  readonly wantsJson?: boolean;
}

/** Where the arguments of a call are part of the body's own JSON, and not a text in it. */
function isNested(wire: Wire, form: Form): boolean {
  return wire === geminiWire || ((wire === anthropicWire || wire === bedrockWire) && form === "whole");
}

const isStreamed = (_: Wire, form: Form): boolean => form === "streamed";
const hasLines = ({ isBinary }: Wire, form: Form): boolean => form === "streamed" && isBinary !== true;
/** What is large takes its time to send and read: once is enough, or once in each form. */
const isEvent = (wire: Wire, form: Form): boolean => wire === anthropicWire && form === "streamed";
const isBody = (wire: Wire, form: Form): boolean => wire === chatWire && form === "whole";
const isEither = (wire: Wire, form: Form): boolean => isEvent(wire, form) || isBody(wire, form);
const isLight = (wire: Wire, form: Form): boolean => form === "streamed" || isBody(wire, form);

/** The answer "fine", and beside it fields that nobody knows. */
function beside(fields: () => string): Kind["body"] {
  return (wire, form) => (form === "whole" ? wire.whole(fields()) : wire.streamed([wire.noise(fields())]));
}

function unknown(json: () => string): Kind["body"] {
  return beside(() => `,"x":${json()}`);
}

const LOGPROB = '{"token":" sky","logprob":-0.0021,"bytes":[32,115,107,121],"top_logprobs":[]}';

const KINDS: readonly Kind[] = [
  { name: "8 MiB of empty objects", expected: oversized, body: unknown(() => listOf("{}", 8 * MI)), on: isEither },
  {
    name: "8 MiB of open brackets",
    expected: (_, form) => (form === "whole" ? truncated : malformed),
    body: unknown(() => "[".repeat(8 * MI)),
    on: isEither,
  },
  { name: "8 MiB of empty lists", expected: oversized, body: unknown(() => listOf("[]", 8 * MI)), on: isBody },
  { name: "14 MiB of ones", expected: oversized, body: unknown(() => listOf("1", 14 * MI)), on: isEvent },
  { name: "512 KiB of empty objects", expected: oversized, body: unknown(() => listOf("{}", 512 * KI)) },
  {
    name: "as many objects as are let through in 10 MiB",
    expected: fine,
    body: unknown(() => listOf(`{"1000":${" ".repeat(14)}1}`, 10 * MI)),
    on: isBody,
  },
  { name: "14 MiB of log probabilities", expected: fine, body: unknown(() => listOf(LOGPROB, 14 * MI)), on: isBody },
  { name: "14 MiB of token ids", expected: fine, body: unknown(() => listOf("17294", 14 * MI)), on: isEvent },
  { name: "an object of 500,000 names", expected: fine, body: unknown(() => names(500_000)), on: isEvent },
  {
    name: "17 MiB in one piece",
    expected: oversized,
    body: unknown(() => JSON.stringify("x".repeat(17 * MI))),
    on: isEither,
  },

  { name: "lists 100,000 deep", expected: malformed, body: unknown(() => arrays(100_000)) },
  { name: "objects 1,500 deep", expected: malformed, body: unknown(() => objects(1_500)) },
  { name: "objects 900 deep", expected: fine, body: unknown(() => objects(900)) },
  { name: "names of prototypes", expected: fine, body: beside(() => `,${POLLUTION}`) },

  {
    name: "arguments 5,000 deep",
    expected: (wire, form) => (isNested(wire, form) ? malformed : invalidCall),
    body: (wire, form) => wire.calls(form, objects(5_000)),
  },
  {
    name: "arguments of 512 KiB of empty lists",
    expected: (wire, form) => (isNested(wire, form) ? oversized : invalidCall),
    body: (wire, form) => wire.calls(form, `{"x":${listOf("[]", 512 * KI)}}`),
  },
  {
    name: "arguments of 512 KiB of numbers, one of them infinite",
    expected: invalidCall,
    body: (wire, form) => wire.calls(form, `{"x":${listOf("1", 512 * KI)},"y":1e999}`),
    on: (wire, form) => !isNested(wire, form),
  },
  {
    name: "arguments with names of prototypes",
    expected: calls,
    body: (wire, form) => wire.calls(form, `{${POLLUTION}}`),
  },
  { name: "17,000 calls", expected: malformed, body: (wire, form) => wire.calls(form, "{}", 17_000), on: isLight },
  { name: "5,000 calls", expected: calls, body: (wire, form) => wire.calls(form, "{}", 5_000) },
  { name: "17,000 parts", expected: malformed, body: (wire, form) => wire.parts(form, 17_000), on: isLight },
  { name: "17,000 citations", expected: malformed, body: (wire, form) => wire.cited(form, 17_000) },
  { name: "5,000 citations", expected: fine, body: (wire, form) => wire.cited(form, 5_000) },
  {
    name: "usage of 10,000 counts",
    expected: fine,
    body: (wire, form) => wire.counted(form, names(10_000)),
  },
  {
    name: "JSON output 5,000 deep",
    expected: { class: "output.schema-invalid" },
    wantsJson: true,
    body: (wire, form) => wire.says(form, objects(5_000)),
  },
  {
    name: "JSON output of 512 KiB of empty lists",
    expected: { class: "output.schema-invalid" },
    wantsJson: true,
    body: (wire, form) => wire.says(form, listOf("[]", 512 * KI)),
  },
  {
    name: "a refusal 20,000 deep",
    expected: { class: "request.rejected" },
    status: 400,
    body: () => `{"error":{"x":${arrays(20_000)}}}`,
    on: isStreamed,
  },

  {
    name: "20,000 events of no meaning",
    expected: fine,
    body: (wire) => wire.streamed(Array.from({ length: 20_000 }, () => wire.noise(""))),
    on: isStreamed,
  },
  {
    name: "1 MiB of comments",
    expected: fine,
    body: (wire) => ": wait\n\n".repeat(128 * KI) + wire.streamed([]),
    on: hasLines,
  },
  {
    name: "an event of 100,000 lines",
    expected: fine,
    body: (wire) => `${"data: \n".repeat(100_000)}\n${wire.streamed([])}`,
    on: hasLines,
  },
];

export const COMMON_CASES: readonly HostileCase[] = KINDS.flatMap(({ expected, body, on, ...kind }) =>
  WIRES.flatMap((wire) =>
    FORMS.filter((form) => on?.(wire, form) ?? true).map((form) => ({
      ...kind,
      wire,
      form,
      expected: typeof expected === "function" ? expected(wire, form) : expected,
      body: () => body(wire, form),
    })),
  ),
);
