import type { Answer, Request, StreamEvent } from "@understudy/core";
import assert from "node:assert/strict";
import type { ScriptedAnswer } from "../simulators/answer.ts";
import { ANSWER, ANSWER_TEXT, TOOL_CALL, WEATHER_TOOL } from "./answer.ts";
import type { AnswerCaseId } from "./cases/case-id.ts";
import { PROMPT } from "./run-case.ts";
import { same } from "./witness.ts";

export interface AnswerCase {
  /** What an exemption names. */
  readonly id: AnswerCaseId;
  /** Behind "an answer", in the title. */
  readonly name: string;
  readonly said: ScriptedAnswer;
  readonly request: Request;
  /** `answered` is what the server sent. */
  readonly check: (answer: Answer, events: readonly StreamEvent[], answered: string) => void;
}

const ASK: Request = { messages: [{ role: "user", content: PROMPT }] };
const ASK_WITH_TOOL: Request = { ...ASK, tools: [WEATHER_TOOL] };
const USAGE = { inputTokens: 120, cacheReadTokens: 20, outputTokens: 30 };

/** What a vendor says well is read well: streamed, and in one piece. */
export const ANSWER_CASES: readonly AnswerCase[] = [
  {
    id: "answer.text",
    name: "of text has its text, finish reason and usage",
    said: { ...ANSWER, usage: USAGE },
    request: ASK,
    check: (answer) => {
      same(answer.text, ANSWER_TEXT, "text");
      same(answer.finishReason, "stop", "finishReason");
      checkUsage(answer);
    },
  },
  {
    id: "answer.length",
    name: "cut by the token limit says so",
    said: { ...ANSWER, finish: "length" },
    request: ASK,
    check: (answer) => {
      same(answer.finishReason, "length", "finishReason");
      same(answer.text, ANSWER_TEXT, "text");
    },
  },
  {
    id: "answer.future-finish",
    name: "with a finish reason of the future is not taken for stop",
    said: { ...ANSWER, finish: { raw: "a_reason_of_the_future" } },
    request: ASK,
    check: (answer) => same(answer.finishReason, "other", "finishReason"),
  },
  {
    id: "answer.future-finish-call",
    name: "of a tool call with a finish reason of the future releases no call",
    said: { toolCalls: [TOOL_CALL], finish: { raw: "a_reason_of_the_future" } },
    request: ASK_WITH_TOOL,
    check: (answer, events) => {
      same(answer.finishReason, "other", "finishReason");
      same(answer.toolCalls, [], "toolCalls");
      const invalid = answer.invalidToolCalls.map(({ part }) => part.toolName);
      same(invalid, ["weather"], "the names in invalidToolCalls");
      assert.ok(!events.some((event) => event.type === "tool-call"), "an event released the call");
    },
  },
  {
    id: "answer.calls",
    name: "of parallel tool calls has them whole and apart, just before finish",
    said: { toolCalls: [TOOL_CALL, { name: "weather", input: { city: "Oslo" } }], usage: USAGE },
    request: ASK_WITH_TOOL,
    check: (answer, events) => {
      checkCalls(answer);
      checkUsage(answer);
      const last = events.slice(-3).map((event) => event.type);
      same(last, ["tool-call", "tool-call", "finish"], "the types of the last three events");
    },
  },
  {
    id: "answer.everything",
    name: "of reasoning, text and calls has all of them, in their order",
    said: {
      reasoning: ["First I ", "look it up."],
      text: ANSWER.text,
      toolCalls: [TOOL_CALL, { name: "weather", input: { city: "Oslo" } }],
      usage: { ...USAGE, reasoningTokens: 10 },
    },
    request: { ...ASK_WITH_TOOL, reasoning: { effort: "high" } },
    check: (answer, _, answered) => {
      same(answer.text, ANSWER_TEXT, "text");
      checkCalls(answer);
      checkUsage(answer);
      const { content } = answer.message;
      const types = typeof content === "string" ? ["text"] : content.map(({ type }) => type);
      const order = ["text", "tool-call", "tool-call"];
      same(
        types.filter((type) => type !== "reasoning"),
        order,
        "the types of the parts",
      );
      // Not every vendor shows its reasoning.
      if (!answered.includes("First I")) return;
      same(types[0], "reasoning", "the type of the first part");
      const thoughts = typeof content === "string" ? [] : content.filter((part) => part.type === "reasoning");
      same(thoughts.map(({ text }) => text).join(""), "First I look it up.", "the text of the reasoning");
    },
  },
];

export const ANSWER_CASE_IDS: readonly string[] = ANSWER_CASES.map(({ id }) => id);

function checkCalls(answer: Answer): void {
  same(answer.finishReason, "tool-calls", "finishReason");
  const inputs = answer.toolCalls.map((call) => call.input);
  same(inputs, [{ city: "Paris" }, { city: "Oslo" }], "the inputs of toolCalls");
  same(new Set(answer.toolCalls.map((call) => call.toolCallId)).size, 2, "the number of different toolCallIds");
}

function checkUsage({ usage }: Answer): void {
  const { inputTokens, cacheReadTokens, outputTokens } = usage ?? {};
  same({ inputTokens, cacheReadTokens, outputTokens }, USAGE, "usage");
}

/**
 * Starts, deltas and ends agree: every id is new, every delta belongs to an open part, every end repeats its text. A call
 * that is not released has no end.
 */
export function checkParts(events: readonly StreamEvent[], unreleased: number): void {
  const open = new Map<string, string>();
  const seen = new Set<string>();
  for (const event of events) {
    if (event.type === "text-start" || event.type === "reasoning-start" || event.type === "tool-call-start") {
      assert.ok(!seen.has(event.id), `the part ${event.id} began twice`);
      seen.add(event.id);
      open.set(event.id, "");
    } else if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-call-delta") {
      const text = open.get(event.id);
      assert.ok(text !== undefined, `${event.type} of the part ${event.id}, which is not open`);
      open.set(event.id, text + event.delta);
    } else if (event.type === "text-end" || event.type === "reasoning-end") {
      same(event.part.text, open.get(event.id), `the text of ${event.type}, which repeats the deltas,`);
      open.delete(event.id);
    } else if (event.type === "tool-call") {
      open.delete(event.id);
    }
  }
  same(open.size, unreleased, "the number of parts that were left open");
}
