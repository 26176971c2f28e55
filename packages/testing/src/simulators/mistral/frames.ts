import { argumentDeltas, argumentsOf, deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { Finish, ScriptedAnswer, SimulatedUsage, ToolCallAnswer } from "../answer.ts";
import { chatFields, done } from "../chat/encode.ts";
import type { WireObject } from "../json.ts";
import { inManner } from "../manner.ts";
import type { Call, Frame, Manner } from "../wire.ts";
import { isThinking } from "./models.ts";

interface Chunk {
  readonly delta: WireObject;
  readonly kind: Frame["kind"];
  readonly finish?: string;
  readonly usage?: WireObject;
}

const PADDING = "abcdefghijklmnopqrstuvwxyz0123456789";

export function mistralFrames(answer: ScriptedAnswer, call: Call, manner: Manner = {}): readonly Frame[] {
  const base = completion(answer, call, "chat.completion.chunk");
  const chunks: readonly Chunk[] = [
    { kind: "preamble", delta: { role: "assistant", content: "" } },
    ...deltas(thoughts(answer, call)).map((text): Chunk => ({ kind: "delta", delta: { content: [thinking(text)] } })),
    ...deltas(saidBy(answer)).map((content): Chunk => ({ kind: "delta", delta: { content } })),
    ...(answer.toolCalls ?? []).flatMap((tool, index) => toolChunks(tool, index, call)),
    {
      kind: "evidence",
      delta: { content: "" },
      finish: finishReason(finishOf(answer)),
      usage: usageObject(usageOf(answer, call.request.text)),
    },
  ];
  const frames = chunks.map((chunk, position) => frame(base, chunk, position));
  return inManner([...frames, done], manner, { ...chatFields, absent: undefined });
}

/** Thoughts come in chunks of content, a text beside them as one too, else as a string. */
export function mistralWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const thought = joined(thoughts(answer, call));
  const text = joined(saidBy(answer));
  const tools = (answer.toolCalls ?? []).map((tool, index) => toolCall(tool, index, argumentsOf(tool), call));
  const message = {
    role: "assistant",
    tool_calls: tools.length === 0 ? null : tools,
    content: thought === "" ? text : [thinking(thought), ...(text === "" ? [] : [{ type: "text", text }])],
  };
  return {
    ...completion(answer, call, "chat.completion"),
    usage: usageObject(usageOf(answer, call.request.text)),
    choices: [{ index: 0, finish_reason: finishReason(finishOf(answer)), message }],
  };
}

/** What one who refuses says is a text like any other. */
function saidBy({ text, refusal }: ScriptedAnswer): ScriptedAnswer["text"] {
  return text ?? refusal;
}

function thoughts({ reasoning }: ScriptedAnswer, { model, body }: Call): ScriptedAnswer["text"] {
  return isThinking(model, body) ? reasoning : undefined;
}

function thinking(text: string): WireObject {
  return { type: "thinking", thinking: [{ type: "text", text }], closed: true };
}

function frame(base: WireObject, chunk: Chunk, position: number): Frame {
  const isOfTool = chunk.delta["tool_calls"] !== undefined;
  const choice = {
    index: 0,
    delta: isOfTool ? { ...chunk.delta, index: 0, content: "" } : chunk.delta,
    finish_reason: chunk.finish ?? null,
    ...(isOfTool ? { logprobs: null } : {}),
  };
  const usage = chunk.usage === undefined ? {} : { usage: chunk.usage };
  // Padding hides how long a text is; the first chunk and those of calls have none.
  const padding = chunk.kind === "preamble" || isOfTool ? {} : { p: PADDING.slice(0, position % 36) };
  return { kind: chunk.kind, data: { ...base, choices: [choice], ...usage, ...padding } };
}

/** The first piece has the name; in the others it is empty, and there is no id. */
function toolChunks(tool: ToolCallAnswer, index: number, call: Call): readonly Chunk[] {
  const head: Chunk = { kind: "structure", delta: { tool_calls: [toolCall(tool, index, "", call)] } };
  const pieces = argumentDeltas(tool).map((piece): Chunk => ({
    kind: "delta",
    delta: { tool_calls: [{ type: "function", function: { name: "", arguments: piece }, index }] },
  }));
  return [head, ...pieces];
}

function toolCall(tool: ToolCallAnswer, index: number, text: string, call: Call): WireObject {
  const id = tool.id ?? call.ids.next("", 9);
  return { id, type: "function", function: { name: tool.name, arguments: text }, index };
}

function completion(answer: ScriptedAnswer, call: Call, object: string): WireObject {
  const model = answer.model ?? call.model;
  return { id: call.ids.hex("", 32), object, created: Math.floor(Date.now() / 1000), model };
}

function finishReason(finish: Finish): string {
  if (typeof finish === "object") return finish.raw;
  const words = {
    stop: "stop",
    "stop-sequence": "stop",
    length: "length",
    "tool-calls": "tool_calls",
    "content-filter": "content_filter",
    refusal: "stop",
    pause: "stop",
    context: "model_length",
  } as const;
  return words[finish];
}

function usageObject(usage: SimulatedUsage): WireObject {
  return {
    prompt_tokens: usage.inputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    completion_tokens: usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    service_tier: "standard",
  };
}
