import { argumentDeltas, argumentsOf, deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { ScriptedAnswer, Finish, ToolCallAnswer, SimulatedUsage } from "../answer.ts";
import { chatFields, done } from "../chat/encode.ts";
import type { WireObject } from "../json.ts";
import { inManner } from "../manner.ts";
import type { Call, Frame, Manner } from "../wire.ts";
import { isThinking } from "./request.ts";

interface Chunk {
  readonly delta: WireObject;
  readonly kind: Frame["kind"];
  readonly finish?: string;
  readonly usage?: WireObject;
}

export function deepSeekFrames(answer: ScriptedAnswer, call: Call, manner: Manner = {}): readonly Frame[] {
  const thinking = isThinking(call.body);
  const base = completion(answer, call, "chat.completion.chunk");
  // In thinking mode every delta names both texts, and the one that is not spoken is null.
  const text = (content: string): WireObject => (thinking ? { content, reasoning_content: null } : { content });
  const start = thinking ? { content: null, reasoning_content: "" } : { content: "" };
  const chunks: readonly Chunk[] = [
    { kind: "preamble", delta: { role: "assistant", ...start } },
    ...reasoningDeltas(answer, thinking).map((piece): Chunk => ({
      kind: "delta",
      delta: { content: null, reasoning_content: piece },
    })),
    ...deltas(answer.text).map((piece): Chunk => ({ kind: "delta", delta: text(piece) })),
    ...(answer.toolCalls ?? []).flatMap((tool, index) => toolChunks(tool, index, call)),
    {
      kind: "evidence",
      delta: text(""),
      finish: finishReason(finishOf(answer)),
      usage: usageObject(usageOf(answer, call.request.text)),
    },
  ];
  return inManner([...chunks.map((chunk) => frame(base, chunk)), done], manner, chatFields);
}

function reasoningDeltas(answer: ScriptedAnswer, thinking: boolean): readonly string[] {
  return thinking ? deltas(answer.reasoning) : [];
}

function frame(base: WireObject, chunk: Chunk): Frame {
  const choice = { index: 0, delta: chunk.delta, logprobs: null, finish_reason: chunk.finish ?? null };
  return { kind: chunk.kind, data: { ...base, choices: [choice], usage: chunk.usage ?? null } };
}

function toolChunks(tool: ToolCallAnswer, index: number, call: Call): readonly Chunk[] {
  const head = { index, id: toolId(tool, index, call), type: "function", function: { name: tool.name, arguments: "" } };
  return [
    { kind: "structure", delta: { tool_calls: [head] } },
    ...argumentDeltas(tool).map((piece): Chunk => ({
      kind: "delta",
      delta: { tool_calls: [{ index, function: { arguments: piece } }] },
    })),
  ];
}

function toolId(tool: ToolCallAnswer, index: number, call: Call): string {
  return tool.id ?? call.ids.next(`call_${String(index).padStart(2, "0")}_`, 24);
}

export function deepSeekWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const thinking = isThinking(call.body);
  const tools = (answer.toolCalls ?? []).map((tool, index) => ({
    index,
    id: toolId(tool, index, call),
    type: "function",
    function: { name: tool.name, arguments: argumentsOf(tool) },
  }));
  const message = {
    role: "assistant",
    content: joined(answer.text),
    ...(thinking ? { reasoning_content: joined(answer.reasoning) } : {}),
    ...(tools.length === 0 ? {} : { tool_calls: tools }),
  };
  const finish_reason = finishReason(finishOf(answer));
  return {
    ...completion(answer, call, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: usageObject(usageOf(answer, call.request.text)),
  };
}

function completion(answer: ScriptedAnswer, call: Call, object: string): WireObject {
  const id = call.ids.hex("", 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    id,
    object,
    created: Math.floor(Date.now() / 1000),
    model: answer.model ?? call.model,
    system_fingerprint: "fp_8b330d02d0_prod0820_fp8_kvcache_20260402",
  };
}

function finishReason(finish: Finish): string {
  if (typeof finish === "object") return finish.raw;
  const words = {
    stop: "stop",
    "stop-sequence": "stop",
    length: "length",
    "tool-calls": "tool_calls",
    "content-filter": "content_filter",
    refusal: "content_filter",
    pause: "stop",
    context: "length",
  } as const;
  return words[finish];
}

function usageObject(usage: SimulatedUsage): WireObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    ...(usage.reasoningTokens === 0 ? {} : { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } }),
    prompt_cache_hit_tokens: usage.cacheReadTokens,
    prompt_cache_miss_tokens: usage.inputTokens - usage.cacheReadTokens,
  };
}
