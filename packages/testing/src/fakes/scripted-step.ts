import type { FailureClass, FinishReason, JsonValue, Usage } from "@understudy/core";
import type { TargetFailureDetails } from "@understudy/core/adapter";
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

const CONTENT: Readonly<Record<keyof ScriptedContent, true>> = {
  delayMs: true,
  reasoning: true,
  text: true,
  json: true,
  toolCalls: true,
  refusal: true,
  inOnePiece: true,
  requestId: true,
};

const FAILURE: Readonly<Record<keyof TargetFailureDetails, true>> = {
  scope: true,
  status: true,
  vendorCode: true,
  requestId: true,
  vendorMessage: true,
  explanation: true,
  retryAfterMs: true,
  repeatForbidden: true,
  beforeResponse: true,
  connection: true,
  capability: true,
  contextWindow: true,
  repair: true,
  rateLimits: true,
};

const WHOLE = { finish: true, usage: true, model: true } as const;

/** Throws for a step that cannot be played as written: a test whose script is misread proves nothing. */
export function checkStep(step: ScriptedStep, where: string): CheckedStep {
  if (typeof step === "string") return { text: step };
  const { fails, stops, text, json } = step;
  if (fails !== undefined && stops !== undefined) throw new Error(`${where} has both \`fails\` and \`stops\`.`);
  if (text !== undefined && json !== undefined) throw new Error(`${where} has both \`text\` and \`json\`.`);
  const end = fails !== undefined ? { fails: true, ...FAILURE } : stops !== undefined ? { stops: true } : WHOLE;
  const stray = Object.keys(step).find(
    (name) => !(name in CONTENT || name in end || Reflect.get(step, name) === undefined),
  );
  if (stray !== undefined) throw new Error(`${where} has the field \`${stray}\`, which means nothing there.`);
  return step;
}
