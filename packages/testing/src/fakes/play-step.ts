import type { FinishReason, JsonValue, ToolCallPart } from "@understudy/core";
import { TargetFailure, type AttemptContext, type StreamPart } from "@understudy/core/adapter";
import { argumentDeltas, argumentsOf, type ToolCallAnswer } from "../simulators/answer.ts";
import { isObject } from "../simulators/json.ts";
import type { CheckedStep } from "./scripted-step.ts";

/** What becomes of a call, as it goes. */
export interface CallFate {
  aborted: boolean;
  left: boolean;
}

type Reads = Generator<readonly StreamPart[] | number, void>;

/** Every read of a step, and between them waits in milliseconds. Its failure is thrown. */
export function* readsOf(step: CheckedStep, context: AttemptContext, nextCallId: () => string): Reads {
  const { delayMs = 0, inOnePiece = false, requestId } = step;
  if (delayMs > 0) yield delayMs;
  const reads = [...contentOf(step, context, nextCallId)];
  if (requestId !== undefined && reads.length > 0) reads.unshift([{ type: "response", requestId }]);
  if (step.fails === undefined && step.stops === undefined) reads.push([endOf(step)]);
  if (inOnePiece) yield reads.flat();
  else yield* reads;
  if (step.fails !== undefined) throw new TargetFailure(step.fails, step);
  if (step.stops === "cut") throw new TargetFailure("stream.truncated", { requestId });
  if (step.stops === "hang") yield Infinity;
}

/** What breaks off in its text leaves the text open. */
function* contentOf(step: CheckedStep, { newId }: AttemptContext, nextCallId: () => string): Generator<StreamPart[]> {
  const { reasoning, toolCalls = [], refusal } = step;
  const text = step.json === undefined ? step.text : JSON.stringify(step.json);
  const isWhole = (step.fails === undefined && step.stops === undefined) || toolCalls.length > 0;
  yield* textOf("reasoning", reasoning, newId, isWhole || text !== undefined);
  yield* textOf("text", text, newId, isWhole);
  for (const call of toolCalls) yield* callOf(call, call.id ?? nextCallId(), newId);
  if (refusal !== undefined) yield [{ type: "refusal", id: newId(), part: { type: "refusal", text: refusal } }];
}

function* textOf(
  type: "text" | "reasoning",
  given: string | readonly string[] | undefined,
  newId: () => string,
  isWhole: boolean,
): Generator<StreamPart[]> {
  const pieces = (typeof given === "string" ? [given] : (given ?? [])).filter((piece) => piece !== "");
  if (pieces.length === 0) return;
  const id = newId();
  for (const [index, delta] of pieces.entries()) {
    yield [...(index === 0 ? [{ type: `${type}-start`, id } as const] : []), { type: `${type}-delta`, id, delta }];
  }
  const text = pieces.join("");
  if (!isWhole) return;
  if (type === "text") yield [{ type: "text-end", id, part: { type, text } }];
  else yield [{ type: "reasoning-end", id, part: { type, text } }];
}

function* callOf(call: ToolCallAnswer, toolCallId: string, newId: () => string): Generator<StreamPart[]> {
  const id = newId();
  const toolName = call.name;
  yield [{ type: "tool-call-start", id, toolCallId, toolName }];
  for (const delta of argumentDeltas(call)) yield [{ type: "tool-call-delta", id, delta }];
  yield [{ type: "tool-call", id, part: { type: "tool-call", toolCallId, toolName, ...inputOf(call) } }];
}

function inputOf(call: ToolCallAnswer): Pick<ToolCallPart, "input" | "inputText"> {
  const inputText = argumentsOf(call);
  try {
    const input: JsonValue = JSON.parse(inputText);
    return isObject(input) ? { input } : { input, inputText };
  } catch {
    return { input: {}, inputText };
  }
}

function endOf(step: Extract<CheckedStep, { fails?: undefined; stops?: undefined }>): StreamPart {
  const { finish = defaultFinish(step), usage, model } = step;
  return { type: "end", finishReason: finish, rawFinishReason: finish, usage, model };
}

function defaultFinish({ refusal, toolCalls = [] }: CheckedStep): FinishReason {
  if (refusal !== undefined) return "refusal";
  return toolCalls.length > 0 ? "tool-calls" : "stop";
}

/** Plays the reads, with their waits on the chain's clock. An abort ends a wait, as it does in an adapter. */
export class Play implements AsyncIterableIterator<readonly StreamPart[], undefined> {
  readonly #reads: Reads;
  readonly #context: AttemptContext;
  readonly #fate: CallFate;
  #wake: (() => void) | undefined;
  #isOpen = true;

  constructor(reads: Reads, context: AttemptContext, fate: CallFate) {
    this.#reads = reads;
    this.#context = context;
    this.#fate = fate;
    context.signal.addEventListener("abort", this.#abort, { once: true });
    if (context.signal.aborted) this.#abort();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<readonly StreamPart[], undefined>> {
    try {
      const value = this.#isOpen ? await this.#read() : undefined;
      if (value === undefined) this.#close();
      return value === undefined ? { done: true, value } : { done: false, value };
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<readonly StreamPart[], undefined>> {
    if (this.#isOpen) this.#fate.left = true;
    this.#close();
    this.#wake?.();
    return { done: true, value: undefined };
  }

  async #read(): Promise<readonly StreamPart[] | undefined> {
    if (this.#fate.aborted) throw new TargetFailure("caller.aborted");
    const { done, value } = this.#reads.next();
    if (done === true) return undefined;
    if (typeof value !== "number") {
      // Who reads no further than the end has left nothing.
      if (value.some(({ type }) => type === "end")) this.#close();
      return value;
    }
    await this.#pause(value);
    return this.#isOpen ? this.#read() : undefined;
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#context;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = ms === Infinity ? undefined : clock.setTimeout(resolve, ms, false);
    await promise;
    if (timer !== undefined) clock.clearTimeout(timer);
  }

  readonly #abort = (): void => {
    this.#fate.aborted = true;
    this.#wake?.();
  };

  #close(): void {
    this.#isOpen = false;
    this.#context.signal.removeEventListener("abort", this.#abort);
  }
}
