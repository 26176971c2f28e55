import type { Rule } from "@understudy/core/adapter";
import {
  ANYTHING,
  checkShape,
  duration,
  FULL_TEXT,
  LIST,
  OBJECT,
  required,
  TEXT,
  whole,
  type ShapeOf,
} from "@understudy/core/toolkit";
import type { AnswerUsage, CitationAnswer, Finish, ScriptedAnswer, ToolCallAnswer } from "../simulators/answer.ts";
import { isObject } from "../simulators/json.ts";
import type { Step } from "../simulators/vendor.ts";
import { faultProblems, isFaultType } from "./fault.ts";
import { fieldProblems, listProblems, refuse } from "./refuse.ts";

const FINISHES: Readonly<Record<Extract<Finish, string>, true>> = {
  stop: true,
  "stop-sequence": true,
  length: true,
  "tool-calls": true,
  "content-filter": true,
  refusal: true,
  pause: true,
  context: true,
};

/** One delta for each element, or one text. */
export const DELTAS: Rule = {
  must: "be a string or an array of strings",
  test: (value) => TEXT.test(value) || (Array.isArray(value) && value.every((one) => TEXT.test(one))),
};

const ANSWER: ShapeOf<ScriptedAnswer> = {
  text: DELTAS,
  reasoning: DELTAS,
  toolCalls: LIST,
  refusal: TEXT,
  finish: {
    must: `be ${Object.keys(FINISHES).join(", ")} or { raw: "…" }`,
    test: (value) => (isObject(value) ? TEXT.test(value["raw"]) : Object.hasOwn(FINISHES, String(value))),
    known: Object.keys(FINISHES),
  },
  usage: OBJECT,
  model: TEXT,
  citations: LIST,
  hosted: {
    must: "be an array of objects, as the vendor sends them",
    test: (value) => Array.isArray(value) && value.every(isObject),
  },
  deltaDelayMs: duration(0),
};

const TOOL_CALL: ShapeOf<ToolCallAnswer> = { id: TEXT, name: required(FULL_TEXT), input: OBJECT, inputText: TEXT };

const CITATION: ShapeOf<CitationAnswer> = { url: required(TEXT), title: required(TEXT), citedText: TEXT };

const USAGE: ShapeOf<AnswerUsage> = {
  inputTokens: whole(0),
  cacheReadTokens: whole(0),
  cacheWriteTokens: whole(0),
  outputTokens: whole(0),
  reasoningTokens: whole(0),
};

const STEP: ShapeOf<Step> = { answer: ANYTHING, fault: ANYTHING };

/** Throws for a script that cannot be played as written. */
export function checkSteps(steps: unknown): void {
  refuse(
    "The script cannot be played",
    Array.isArray(steps)
      ? steps.flatMap((step: unknown, index) => stepProblems(step, `script[${index}]`))
      : ["it must be an array of steps, such as [{ fault: … }, { answer: … }]"],
  );
}

/** Throws for an answer that cannot be given as written. */
export function checkAnswer(answer: unknown): void {
  refuse("The answer cannot be given", answerProblems(answer, "it"));
}

/** Everything that is wrong with the calls that an answer scripts. */
export function toolCallProblems(calls: unknown, where: string): string[] {
  return listProblems(calls, TOOL_CALL, where, "a call, such as { name, input }");
}

function stepProblems(step: unknown, where: string): string[] {
  if (isObject(step) && isFaultType(step["type"])) {
    return [`${where} is a fault, which goes into a step: { fault: { type: "${step["type"]}", … } }`];
  }
  if (isObject(step) && Object.keys(step).some((name) => Object.hasOwn(ANSWER, name))) {
    return [`${where} is an answer, which goes into a step: { answer: { … } }`];
  }
  const problems = fieldProblems(step, STEP, where, "a step, such as { answer: { text: … } } or { fault: { … } }");
  if (!isObject(step) || problems.length > 0) return problems;
  const { answer, fault } = step;
  return [
    ...(answer === undefined || typeof answer === "function" ? [] : answerProblems(answer, `${where}.answer`)),
    ...(fault === undefined ? [] : faultProblems(fault, `${where}.fault`)),
  ];
}

function answerProblems(answer: unknown, where: string): string[] {
  const must = 'an answer, such as { text: "Hello" }, or a function that returns one at once';
  if (!isObject(answer)) return fieldProblems(answer, ANSWER, where, must);
  const { toolCalls, citations, usage } = answer;
  return [
    ...fieldProblems(answer, ANSWER, where, must),
    ...toolCallProblems(toolCalls, `${where}.toolCalls`),
    ...listProblems(citations, CITATION, `${where}.citations`, "a citation, { url, title }"),
    ...(isObject(usage) ? checkShape(usage, USAGE, `${where}.usage.`, `${where}.usage has an unknown field`) : []),
  ];
}
