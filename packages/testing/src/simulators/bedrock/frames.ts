import { argumentDeltas, argumentsOf, deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { CitationAnswer, Finish, ScriptedAnswer, SimulatedUsage, ToolCallAnswer } from "../answer.ts";
import { isObject, type WireObject } from "../json.ts";
import { seal } from "../seal.ts";
import type { Call, Frame, Manner } from "../wire.ts";
import { eventFrame } from "./event-frame.ts";
import { simulatedModel } from "./models.ts";

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The payload, padded so that lengths reveal less. */
export function encodeBedrock({ data, event }: Frame, position: number): string {
  if (typeof data === "string") return data;
  const padded =
    event?.startsWith("exception ") === true ? data : { ...data, p: PADDING.slice(0, (position * 7) % 40) };
  return JSON.stringify(padded);
}

/** The frame around a payload. */
export function sealBedrock(payload: Uint8Array, { event = "unknown" }: Pick<Frame, "event">): Uint8Array {
  const [type, name = ""] = event.split(" ");
  const content = { ":content-type": "application/json" };
  return type === "exception"
    ? eventFrame({ ":exception-type": name, ...content, ":message-type": "exception" }, payload)
    : eventFrame({ ":event-type": event, ...content, ":message-type": "event" }, payload);
}

interface Block {
  readonly whole: WireObject;
  /** Only calls have a start. */
  readonly start?: WireObject | undefined;
  readonly deltas: readonly WireObject[];
}

function frame(kind: Frame["kind"], event: string, data: WireObject): Frame {
  return { kind, event, data };
}

function metadata(usage: WireObject): WireObject {
  return { usage, metrics: { latencyMs: 512 } };
}

export function bedrockFrames(answer: ScriptedAnswer, call: Call, { usageShrinks }: Manner = {}): readonly Frame[] {
  const counts = usageOf(answer, call.request.text);
  const content = blocks(answer, call).flatMap(({ start, deltas: pieces }, contentBlockIndex) => [
    ...(start === undefined ? [] : [frame("structure", "contentBlockStart", { contentBlockIndex, start })]),
    ...pieces.map((delta) => frame("delta", "contentBlockDelta", { contentBlockIndex, delta })),
    frame("structure", "contentBlockStop", { contentBlockIndex }),
  ]);
  return [
    frame("preamble", "messageStart", { role: "assistant" }),
    ...content,
    frame("evidence", "messageStop", ending(answer)),
    ...(usageShrinks === true ? [frame("evidence", "metadata", metadata(usageObject(counts)))] : []),
    frame("terminal", "metadata", metadata(usageObject(usageShrinks === true ? { ...counts, ...noInput } : counts))),
  ];
}

const noInput = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

export function bedrockWhole(answer: ScriptedAnswer, call: Call): WireObject {
  return {
    output: { message: { role: "assistant", content: blocks(answer, call).map(({ whole }) => whole) } },
    ...ending(answer),
    usage: usageObject(usageOf(answer, call.request.text)),
    metrics: { latencyMs: 512 },
  };
}

function blocks(answer: ScriptedAnswer, call: Call): readonly Block[] {
  const { reasoning, hosted = [], text, refusal, toolCalls = [] } = answer;
  const said = text ?? refusal;
  return [
    ...(reasoning === undefined || !isThinking(call) ? [] : [reasoningBlock(reasoning, call)]),
    ...hosted.map(hostedBlock),
    ...(said === undefined ? [] : [textBlock(said, answer.citations ?? [])]),
    ...toolCalls.map((tool) => toolBlock(tool, call)),
  ];
}

function isThinking({ body, model }: Call): boolean {
  const own = body["additionalModelRequestFields"];
  const thinking = isObject(own) ? (own["thinking"] ?? own["reasoning_config"] ?? own["reasoningConfig"]) : undefined;
  if (isObject(thinking)) return thinking["type"] !== "disabled";
  const config = body["outputConfig"];
  const { reasons, thinking: asked } = simulatedModel(model);
  return reasons || (asked === undefined && isObject(config) && config["effort"] !== undefined);
}

function isShown({ body, model }: Call): boolean {
  const own = body["additionalModelRequestFields"];
  const thinking = isObject(own) ? own["thinking"] : undefined;
  const display = isObject(thinking) ? thinking["display"] : undefined;
  return display === undefined ? simulatedModel(model).shows : display === "summarized";
}

function reasoningBlock(reasoning: string | readonly string[], call: Call): Block {
  const shown = isShown(call) ? deltas(reasoning) : [];
  const text = shown.join("");
  const signature =
    simulatedModel(call.model).thinking === undefined ? undefined : seal(call.organization, call.model, text);
  const signed = signature === undefined ? [] : [{ reasoningContent: { signature } }];
  return {
    whole: { reasoningContent: { reasoningText: { text, ...(signature !== undefined && { signature }) } } },
    deltas: [...shown.map((piece) => ({ reasoningContent: { text: piece } })), ...signed],
  };
}

function textBlock(text: string | readonly string[], sources: readonly CitationAnswer[]): Block {
  const citations = sources.map(({ url, title, citedText }) => ({
    title,
    sourceContent: [{ text: citedText ?? "" }],
    location: { web: { url, domain: new URL(url).hostname } },
  }));
  return {
    whole:
      citations.length === 0
        ? { text: joined(text) }
        : { citationsContent: { content: [{ text: joined(text) }], citations } },
    deltas: [...citations.map((citation) => ({ citation })), ...deltas(text).map((piece) => ({ text: piece }))],
  };
}

/** The input of a call and the content of a result come behind their start. */
function hostedBlock(whole: WireObject): Block {
  const [kind = "", fields] = Object.entries(whole)[0] ?? [];
  if (!isObject(fields)) return { whole, deltas: [whole] };
  const { input, content, ...start } = fields;
  const delta = kind === "toolUse" ? { input: JSON.stringify(input ?? {}) } : content;
  return { whole, start: { [kind]: start }, deltas: delta === undefined ? [] : [{ [kind]: delta }] };
}

function toolBlock(tool: ToolCallAnswer, call: Call): Block {
  const toolUseId = tool.id ?? newId(call);
  const { name } = tool;
  return {
    whole: { toolUse: { toolUseId, name, input: tool.input ?? parsed(argumentsOf(tool)) } },
    start: { toolUse: { toolUseId, name } },
    deltas: argumentDeltas(tool).map((input) => ({ toolUse: { input } })),
  };
}

function newId({ model, ids }: Call): string {
  if (/mistral\./.test(model)) return ids.next("", 9);
  return /moonshot/.test(model) ? `functions.tool:${ids.hex("", 4)}` : ids.next("tooluse_", 22);
}

/** The model's own text has no place in a whole answer: the service has parsed it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What it makes of broken arguments.
    return text;
  }
}

function ending(answer: ScriptedAnswer): WireObject {
  return { stopReason: stopReason(finishOf(answer)) };
}

function stopReason(finish: Finish): string {
  if (typeof finish === "object") return finish.raw;
  const words = {
    stop: "end_turn",
    "stop-sequence": "stop_sequence",
    length: "max_tokens",
    "tool-calls": "tool_use",
    "content-filter": "guardrail_intervened",
    refusal: "content_filtered",
    pause: "end_turn",
    context: "model_context_window_exceeded",
  } as const;
  return words[finish];
}

function usageObject({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: SimulatedUsage): WireObject {
  return {
    inputTokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: cacheReadTokens,
    cacheWriteInputTokens: cacheWriteTokens,
    serverToolUsage: {},
  };
}
