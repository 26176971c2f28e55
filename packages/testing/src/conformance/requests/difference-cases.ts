import type { ReasoningEffort, Request, ToolChoice } from "@understudy/core";
import { foreignHistory, HELLO, LOOKUP, PDF, RELEASE } from "./canaries.ts";
import type { DifferenceCase } from "./request-case.ts";

const CHOICES: readonly ToolChoice[] = [
  "auto",
  "none",
  "required",
  { tool: "lookup_canary" },
  { tool: "release_canary" },
];
const EFFORTS: readonly ReasoningEffort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** What a wire says in words of its own. */
export const DIFFERENCE_CASES: readonly DifferenceCase[] = [
  {
    id: "request.tool-choice",
    name: "the choice of tools",
    requests: () =>
      each(CHOICES, (toolChoice) => ({
        messages: [HELLO],
        tools: [LOOKUP, RELEASE],
        toolChoice,
        // Few APIs force a call while the model reasons.
        reasoning: { effort: "none" },
      })),
    loss: /^toolChoice/,
    answer: { toolCalls: [{ name: "lookup_canary", input: { cage_field: "x", depth_field: "other" } }] },
    mayBeUnsupported: true,
  },
  {
    id: "request.json",
    name: "whether the output is JSON",
    requests: () => ({
      text: { messages: [HELLO], output: { type: "text" } },
      JSON: { messages: [HELLO], output: { type: "json" } },
    }),
    loss: /^output/,
    answer: { text: '{"fits": true}' },
    mayBeUnsupported: true,
  },
  {
    id: "request.effort",
    name: "how much the model reasons",
    requests: () => each(EFFORTS, (effort) => ({ messages: [HELLO], reasoning: { effort } })),
    loss: /^reasoning/,
  },
  {
    id: "request.cache",
    name: "whether the prompt is cached",
    requests: () => each([false, true], (cache) => ({ system: "long ".repeat(9_000), messages: [HELLO], cache })),
    loss: /^cache/,
  },
  {
    id: "history.is-error",
    name: "whether a tool failed",
    requests: () => each([false, true], (isError) => ({ messages: foreignHistory(isError), tools: [LOOKUP] })),
    loss: /isError/,
  },
  {
    id: "media.citations",
    name: "whether a document is cited",
    requests: () =>
      each([false, true], (citations) => ({
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "hello canary" },
              { type: "file", source: { type: "base64", mediaType: "application/pdf", data: PDF }, citations },
            ],
          },
        ],
      })),
    loss: /citations/,
    mayBeUnsupported: true,
  },
];

function each<Value>(values: readonly Value[], request: (value: Value) => Request): Readonly<Record<string, Request>> {
  return Object.fromEntries(values.map((value) => [JSON.stringify(value), request(value)]));
}
