import { argumentDeltas, argumentsOf, deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { ScriptedAnswer, CitationAnswer, Finish, ToolCallAnswer, SimulatedUsage } from "../answer.ts";
import { chatFields, done } from "../chat/encode.ts";
import { isObject, type WireObject } from "../json.ts";
import { inManner } from "../manner.ts";
import type { Call, Frame, Manner } from "../wire.ts";

export function chatFrames(answer: ScriptedAnswer, call: Call, { finishIn }: Manner = {}): readonly Frame[] {
  const options = isObject(call.body["stream_options"]) ? call.body["stream_options"] : {};
  const withUsage = options["include_usage"] === true;
  const base = completion(answer, call, "chat.completion.chunk");
  const pad = () => (options["include_obfuscation"] === false ? {} : { obfuscation: call.ids.next("", 9) });
  const chunk = (kind: Frame["kind"], delta: WireObject, finish_reason: string | null = null): Frame => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason }];
    return { kind, data: { ...base, choices, ...(withUsage ? { usage: null } : {}), ...pad() } };
  };
  const hasText = answer.text !== undefined || answer.refusal !== undefined;
  const finish = finishReason(finishOf(answer));
  const usage = usageObject(usageOf(answer, call.request.text));
  const frames = [
    chunk("preamble", { role: "assistant", content: hasText ? "" : null, refusal: null }),
    ...deltas(answer.text).map((content) => chunk("delta", { content })),
    ...deltas(answer.refusal).map((refusal) => chunk("delta", { refusal })),
    ...(answer.citations === undefined ? [] : [chunk("delta", { annotations: answer.citations.map(annotation) })]),
    ...(answer.toolCalls ?? []).flatMap((tool, index) => [
      chunk("structure", {
        tool_calls: [{ index, ...toolCall(tool, call), function: { name: tool.name, arguments: "" } }],
      }),
      ...argumentDeltas(tool).map((piece) =>
        chunk("delta", { tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk("evidence", {}, finish),
    ...(withUsage ? [{ kind: "evidence" as const, data: { ...base, choices: [], usage, ...pad() } }] : []),
    done,
  ];
  // The usage has its own chunk here anyway.
  return inManner(frames, { finishIn }, chatFields);
}

export function chatWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const tools = (answer.toolCalls ?? []).map((tool) => toolCall(tool, call));
  const message = {
    role: "assistant",
    content: answer.text === undefined ? null : joined(answer.text),
    ...(tools.length === 0 ? {} : { tool_calls: tools }),
    refusal: answer.refusal ?? null,
    annotations: (answer.citations ?? []).map(annotation),
  };
  const { service_tier, system_fingerprint, ...base } = completion(answer, call, "chat.completion");
  return {
    ...base,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(finishOf(answer)) }],
    usage: usageObject(usageOf(answer, call.request.text)),
    service_tier,
    system_fingerprint,
  };
}

function completion(answer: ScriptedAnswer, call: Call, object: string) {
  return {
    id: call.ids.next("chatcmpl-", 29),
    object,
    created: Math.floor(Date.now() / 1000),
    model: answer.model ?? call.model,
    service_tier: "default",
    system_fingerprint: "fp_2435b63315",
  };
}

function toolCall(tool: ToolCallAnswer, call: Call): WireObject {
  const id = tool.id ?? call.ids.next("call_", 24);
  return { id, type: "function", function: { name: tool.name, arguments: argumentsOf(tool) } };
}

function annotation(source: CitationAnswer): WireObject {
  const { url, title } = source;
  return { type: "url_citation", url_citation: { end_index: 1, start_index: 0, title, url } };
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
    context: "length",
  } as const;
  return words[finish];
}

function usageObject(usage: SimulatedUsage): WireObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
