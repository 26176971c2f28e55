import { isUnderstudyError, type Answer, type AssistantPart, type Chain, type Request } from "@understudy/core";
import { known, type Reading } from "../expected/reading.ts";
import { comparable, type ReplayCase } from "./cases.ts";

/** What a chain of one tier made of a recording. */
export type Settled =
  | { readonly answer: Answer; readonly streamed?: string | undefined }
  | { readonly failure: string | undefined; readonly requestId: string | undefined };

/** Asks once, with the recording's own tools declared: a call of any other tool is no call. */
export function requestOf(one: ReplayCase): Request {
  const names = new Set(one.expected.toolCalls.map((call) => call.name));
  return {
    messages: [{ role: "user", content: "Why is the sky blue?" }],
    tools: [...names].map((name) => ({ name, inputSchema: { type: "object" } })),
  };
}

export async function settle(ask: () => Promise<Answer | { answer: Answer; streamed: string }>): Promise<Settled> {
  try {
    const answer = await ask();
    return "answer" in answer ? answer : { answer };
  } catch (error) {
    if (!isUnderstudyError(error)) throw error;
    const [attempt] = error.attempts;
    return { failure: attempt?.class, requestId: attempt?.requestId };
  }
}

/** Reads a stream event by event, and keeps the text that was shown. */
export async function readStream(chain: Chain, request: Request): Promise<{ answer: Answer; streamed: string }> {
  const stream = await chain.stream(request);
  let streamed = "";
  for await (const event of stream) if (event.type === "text-delta") streamed += event.delta;
  return { answer: await stream.result, streamed };
}

/** The answer in the words of a reading, with the id of the request. */
export function readingOf(settled: Settled, one: ReplayCase): object {
  if (!("answer" in settled)) return settled;
  const { answer } = settled;
  const { content } = answer.message;
  const parts = typeof content === "string" ? [] : content;
  const reading: Reading = {
    finishReason: answer.finishReason,
    rawFinishReason: answer.rawFinishReason,
    model: answer.model,
    usage: answer.usage === undefined ? undefined : known(answer.usage),
    text: settled.streamed ?? answer.text,
    reasoning: parts.map((part) => (part.type === "reasoning" ? part.text : "")).join(""),
    toolCalls: parts.flatMap((part) => (part.type === "tool-call" ? [callOf(part)] : [])),
    refusal: parts.find((part) => part.type === "refusal")?.text,
    citations: parts.flatMap((part) =>
      part.type === "text" ? (part.citations ?? []).map(({ url }) => url ?? "") : [],
    ),
    sources: parts.flatMap((part) => (part.type === "source" ? [part.url ?? ""] : [])),
    opaque: parts.flatMap((part) => (part.type === "opaque" ? [part.kind] : [])),
    media: parts.flatMap((part) => mediaOf(part)),
  };
  return { ...comparable(one.expected, reading), requestId: answer.trace.attempts[0]?.requestId };
}

/** What is expected of a chain. Whether an answer is too empty to be one is stated by hand, never concluded here. */
export function expectedOf(one: ReplayCase, requestId: string | undefined): object {
  const { expected } = one;
  const failure = expected.failure ?? one.chainFailure;
  if (failure !== undefined) return { failure, requestId: requestId ?? expected.requestId };
  return { ...comparable(expected, expected), model: expected.model ?? one.model, requestId };
}

/** Whether a chain delivers the recording. */
export function isAnswer({ expected, chainFailure }: ReplayCase): boolean {
  return expected.failure === undefined && chainFailure === undefined;
}

function callOf({ toolCallId: id, toolName: name, input, inputText }: Extract<AssistantPart, { type: "tool-call" }>) {
  return inputText === undefined ? { id, name, input } : { id, name, inputText };
}

function mediaOf(part: AssistantPart): readonly string[] {
  if (part.type !== "image" && part.type !== "file" && part.type !== "audio") return [];
  return [part.source.type === "vendor-file" ? "vendor-file" : (part.source.mediaType ?? "")];
}
