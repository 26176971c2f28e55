import { FAILURE_RULES, type FailureClass, type FinishReason, type JsonValue, type Usage } from "@understudy/core";
import type { Shape, TargetFailureDetails } from "@understudy/core/adapter";
import { ANYTHING, duration, FLAG, LIST, NUMBER, OBJECT, oneOf, TEXT, type ShapeOf } from "@understudy/core/toolkit";
import { fieldProblems, refuse } from "../checks/refuse.ts";
import { DELTAS, toolCallProblems } from "../checks/script.ts";
import { isObject } from "../simulators/json.ts";
import type { ToolCallAnswer } from "../simulators/answer.ts";

/** What the model says, in this order: reasoning, text, tool calls. */
export interface ScriptedContent {
  /** Wait before anything comes, in milliseconds of the chain's clock. Default: none. */
  readonly delayMs?: number | undefined;
  /** One delta for each element. */
  readonly reasoning?: string | readonly string[] | undefined;
  /** One delta for each element. */
  readonly text?: string | readonly string[] | undefined;
  /** The text is the JSON of this value. Excludes `text`. */
  readonly json?: JsonValue | undefined;
  /** Ids are `call_1`, `call_2` and so on where none is given. */
  readonly toolCalls?: readonly ToolCallAnswer[] | undefined;
  /** The model declines, in these words. */
  readonly refusal?: string | undefined;
  /** All of it arrives at once. Default false: each delta arrives alone. */
  readonly inOnePiece?: boolean | undefined;
  /** The vendor's id of the request, as traces show it. */
  readonly requestId?: string | undefined;
}

/** How a call ends once its content has come. */
export type ScriptedEnd =
  /** The answer is whole. */
  | {
      /** The class of the failure; absent when the call does not fail. */
      readonly fails?: undefined;
      /** How the stream stops without an end; absent when it has one. */
      readonly stops?: undefined;
      /** Default: what the content calls for. */
      readonly finish?: FinishReason | undefined;
      /** Tokens that the vendor states. Default: none are stated. */
      readonly usage?: Usage | undefined;
      /** The model that claims to have answered. */
      readonly model?: string | undefined;
    }
  /** It fails, with everything that a failure may say: `status`, `retryAfterMs`, `vendorCode` and so on. */
  | (TargetFailureDetails & {
      /** The class of the failure. */
      readonly fails: FailureClass;
      /** Not beside \`fails\`. */
      readonly stops?: undefined;
    })
  /** The stream is `cut` before its end, or nothing more ever comes. */
  | {
      /** How: the stream is \`cut\`, or hangs. */
      readonly stops: "cut" | "hang";
      /** Not beside \`stops\`. */
      readonly fails?: undefined;
    };

/** What one call does. A string is a whole answer of that text. */
export type ScriptedStep = string | (ScriptedContent & ScriptedEnd);

/** A step whose fields have been checked. */
export type CheckedStep = ScriptedContent & ScriptedEnd;

const FINISHES: Readonly<Record<FinishReason, true>> = {
  stop: true,
  length: true,
  "tool-calls": true,
  "content-filter": true,
  refusal: true,
  pause: true,
  other: true,
};

const CONTENT: ShapeOf<ScriptedContent> = {
  delayMs: duration(0),
  reasoning: DELTAS,
  text: DELTAS,
  json: ANYTHING,
  toolCalls: LIST,
  refusal: TEXT,
  inOnePiece: FLAG,
  requestId: TEXT,
};

const FAILURE: ShapeOf<TargetFailureDetails> = {
  scope: TEXT,
  status: NUMBER,
  vendorCode: TEXT,
  requestId: TEXT,
  vendorMessage: TEXT,
  explanation: TEXT,
  retryAfterMs: NUMBER,
  repeatForbidden: FLAG,
  beforeResponse: FLAG,
  connection: oneOf("new", "reused"),
  capability: TEXT,
  contextWindow: NUMBER,
  repair: OBJECT,
  rateLimits: OBJECT,
};
const FAILS = {
  fails: { ...oneOf(...Object.keys(FAILURE_RULES)), must: "be a class of failures, such as rate.requests" },
};
const STOPS = { stops: oneOf("cut", "hang") };
const WHOLE = { finish: oneOf(...Object.keys(FINISHES)), usage: OBJECT, model: TEXT };
const ALL: Shape = { ...CONTENT, ...FAILURE, ...FAILS, ...STOPS, ...WHOLE };

/** Throws for a step that cannot be played as written: a test whose script is misread proves nothing. */
export function checkStep(step: ScriptedStep, where: string): CheckedStep {
  if (typeof step === "string") return { text: step };
  refuse("The script cannot be played", stepProblems(step, where));
  return step;
}

function stepProblems(step: unknown, where: string): readonly string[] {
  const must = "a string or an object, such as { text } or { fails }";
  if (!isObject(step)) return fieldProblems(step, ALL, where, must);
  const given = Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined));
  const { fails, stops, text, json, toolCalls } = given;
  if (fails !== undefined && stops !== undefined) return [`${where} has both \`fails\` and \`stops\``];
  if (text !== undefined && json !== undefined) return [`${where} has both \`text\` and \`json\``];
  const end = fails !== undefined ? { ...FAILS, ...FAILURE } : stops !== undefined ? STOPS : WHOLE;
  const shape: Shape = { ...CONTENT, ...end };
  const stray = Object.keys(given).find((name) => Object.hasOwn(ALL, name) && !Object.hasOwn(shape, name));
  if (stray !== undefined) return [`${where} has the field \`${stray}\`, which means nothing there`];
  return [...fieldProblems(given, shape, where, must), ...toolCallProblems(toolCalls, `${where}.toolCalls`)];
}
