import { argumentDeltas, deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { ScriptedAnswer, CitationAnswer, Finish, ToolCallAnswer, SimulatedUsage } from "../answer.ts";
import { seal } from "../seal.ts";
import { isObject, type WireObject } from "../json.ts";
import type { Call, Frame, Manner } from "../wire.ts";

/** The event with the padding that this vendor puts behind its JSON, so that lengths reveal less. */
export function encodeAnthropic(frame: Frame, position: number): string {
  const padding = frame.event === "ping" ? "" : " ".repeat((position * 7) % 15);
  const data = typeof frame.data === "string" ? frame.data : JSON.stringify(frame.data);
  return `event: ${frame.event}\ndata: ${data}${padding}\n\n`;
}

export function named(kind: Frame["kind"], type: string, fields: WireObject = {}): Frame {
  return { kind, event: type, data: { type, ...fields } };
}

export const ping: Frame = { kind: "preamble", event: "ping", data: '{"type": "ping"}' };

export function anthropicFrames(answer: ScriptedAnswer, call: Call, { usageShrinks }: Manner = {}): readonly Frame[] {
  const usage = usageOf(answer, call.request.text);
  const content = blocks(answer, call).flatMap((block, index) => [
    named("structure", "content_block_start", { index, content_block: block.opening }),
    ...block.deltas.map((delta) => named("delta", "content_block_delta", { index, delta })),
    named("structure", "content_block_stop", { index }),
  ]);
  const start = { ...message(answer, call), usage: { ...inputUsage(usage), ...served(1, call) } };
  return [
    named("preamble", "message_start", { message: start }),
    ...content.slice(0, 1),
    ping,
    ...content.slice(1),
    named("evidence", "message_delta", {
      delta: { ...ending(answer), ...absent(call, "container") },
      usage: finalUsage(usageShrinks === true ? { ...usage, ...noInput } : usage, call),
    }),
    named("terminal", "message_stop"),
  ];
}

const noInput = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

export function anthropicWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const usage = usageOf(answer, call.request.text);
  return {
    ...message(answer, call),
    content: blocks(answer, call).map((block) => block.whole),
    ...ending(answer),
    usage: { ...inputUsage(usage), ...served(usage.outputTokens, call), ...finalUsage(usage, call) },
  };
}

/** What is absent is missing in the older versions of the API, and null in the newest. */
function absent(call: Call, ...names: readonly string[]): WireObject {
  if (call.request.headers["anthropic-version"] !== "2026-10-21") return {};
  return Object.fromEntries(names.map((name) => [name, null]));
}

function message(answer: ScriptedAnswer, call: Call): WireObject {
  return {
    model: answer.model ?? call.model,
    id: call.ids.next("msg_01", 22),
    type: "message",
    role: "assistant",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    ...absent(call, "container", "diagnostics"),
  };
}

/** A content block: as a whole, as it is opened in a stream, and what is added to it then. */
interface Block {
  readonly whole: WireObject;
  readonly opening: WireObject;
  readonly deltas: readonly WireObject[];
}

function blocks(answer: ScriptedAnswer, call: Call): readonly Block[] {
  const { reasoning } = answer;
  return [
    ...(reasoning === undefined || isThinkingOff(call) ? [] : [thinkingBlock(reasoning, call)]),
    ...(answer.hosted ?? []).map(hostedBlock),
    ...(answer.text === undefined ? [] : [textBlock(answer, answer.text, call)]),
    ...(answer.toolCalls ?? []).map((tool) => toolBlock(tool, call)),
  ];
}

function isThinkingOff(call: Call): boolean {
  const { thinking } = call.body;
  return isObject(thinking) && thinking["type"] === "disabled";
}

function thinkingBlock(reasoning: string | readonly string[], call: Call): Block {
  const shown = displayOf(call) === "omitted" ? [] : deltas(reasoning);
  const thinking = shown.join("");
  const signature = seal(call.organization, call.model, thinking);
  return {
    whole: { type: "thinking", thinking, signature },
    opening: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...shown.map((delta) => ({ type: "thinking_delta", thinking: delta })),
      { type: "signature_delta", signature },
    ],
  };
}

function textBlock(answer: ScriptedAnswer, text: string | readonly string[], call: Call): Block {
  const cited = (answer.citations ?? []).map(citation);
  return {
    whole: {
      ...(cited.length === 0 ? absent(call, "citations") : { citations: cited }),
      type: "text",
      text: joined(text),
    },
    opening: { ...(cited.length === 0 ? absent(call, "citations") : { citations: [] }), type: "text", text: "" },
    deltas: [
      ...cited.map((one) => ({ type: "citations_delta", citation: one })),
      ...deltas(text).map((delta) => ({ type: "text_delta", text: delta })),
    ],
  };
}

/** The input of a call comes in pieces, everything else whole. */
function hostedBlock(block: WireObject): Block {
  const { input } = block;
  if (input === undefined) return { whole: block, opening: block, deltas: [] };
  const partial_json = JSON.stringify(input);
  return { whole: block, opening: { ...block, input: {} }, deltas: [{ type: "input_json_delta", partial_json }] };
}

function toolBlock(tool: ToolCallAnswer, call: Call): Block {
  const id = tool.id ?? call.ids.next("toolu_01", 22);
  const block = { type: "tool_use", id, name: tool.name, input: tool.input ?? {}, caller: { type: "direct" } };
  const pieces = argumentDeltas(tool);
  return {
    whole: block,
    opening: { ...block, input: {} },
    // A call without arguments sends nothing but the empty first piece.
    deltas: ["", ...(pieces.join("") === "{}" ? [] : pieces)].map((piece) => ({
      type: "input_json_delta",
      partial_json: piece,
    })),
  };
}

function citation(source: CitationAnswer): WireObject {
  return {
    type: "web_search_result_location",
    cited_text: source.citedText ?? "",
    url: source.url,
    title: source.title,
    encrypted_index: Buffer.from(source.url).toString("base64"),
  };
}

/** Newer models leave the thinking text out unless asked for it. */
function displayOf(call: Call): string {
  const { thinking } = call.body;
  if (isObject(thinking) && typeof thinking["display"] === "string") return thinking["display"];
  return /-(4-[78]|5)(-|$)/.test(call.model) ? "omitted" : "summarized";
}

function ending(answer: ScriptedAnswer): WireObject {
  const reason = stopReason(finishOf(answer));
  return {
    stop_reason: reason,
    stop_sequence: reason === "stop_sequence" ? "END" : null,
    stop_details:
      reason === "refusal" ? { type: "refusal", category: null, explanation: answer.refusal ?? null } : null,
  };
}

function stopReason(finish: Finish): string {
  if (typeof finish === "object") return finish.raw;
  const words = {
    stop: "end_turn",
    "stop-sequence": "stop_sequence",
    length: "max_tokens",
    "tool-calls": "tool_use",
    "content-filter": "refusal",
    refusal: "refusal",
    pause: "pause_turn",
    context: "model_context_window_exceeded",
  } as const;
  return words[finish];
}

function inputUsage(usage: SimulatedUsage): WireObject {
  return {
    input_tokens: usage.inputTokens - usage.cacheReadTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
  };
}

function served(outputTokens: number, call: Call): WireObject {
  return {
    output_tokens: outputTokens,
    service_tier: "standard",
    inference_geo: "not_available",
    ...absent(call, "output_tokens_details", "server_tool_use", "speed"),
  };
}

function finalUsage(usage: SimulatedUsage, call: Call): WireObject {
  const { cache_creation: _, ...input } = inputUsage(usage);
  return {
    ...input,
    output_tokens: usage.outputTokens,
    ...absent(call, "output_tokens_details", "server_tool_use"),
    ...(usage.reasoningTokens === 0 ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  };
}
