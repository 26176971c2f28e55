import { deltas, finishOf, joined, usageOf } from "../answer.ts";
import type { ScriptedAnswer, CitationAnswer, Finish, ToolCallAnswer, SimulatedUsage } from "../answer.ts";
import { isObject, listOf, type WireObject } from "../json.ts";
import { inManner, type ChunkFields } from "../manner.ts";
import { seal } from "../seal.ts";
import { jsonOf, type Call, type Frame, type InBandForm, type Manner, type Reply } from "../wire.ts";
import { camel } from "./fields.ts";
import { geminiModel } from "./models.ts";

/** Without `alt=sse` a stream is one JSON array that grows. */
function isArray(call: Call): boolean {
  return call.request.query.get("alt") !== "sse";
}

export function encodeGemini(frame: Frame, position: number, call: Call): string {
  if (typeof frame.data === "string") return frame.data;
  if (isArray(call)) return `${position === 0 ? "[" : ",\n"}${JSON.stringify(frame.data, undefined, 2)}\n`;
  return `data: ${JSON.stringify(frame.data)}\r\n\r\n`;
}

const chunkFields: ChunkFields = {
  list: "candidates",
  reason: "finishReason",
  usage: "usageMetadata",
  absent: undefined,
};

export function geminiFrames(answer: ScriptedAnswer, call: Call, manner: Manner = {}): readonly Frame[] {
  const chunk = chunkOf(answer, call);
  const lastUsage = manner.usageShrinks === true ? { inputTokens: 0, cacheReadTokens: 0 } : {};
  const end: readonly Frame[] = isArray(call) ? [{ kind: "terminal", data: "]\n" }] : [];
  if (isBlocked(answer)) return [{ kind: "evidence", data: chunk({}) }, ...end];
  const say = (part: WireObject): Frame => ({ kind: "delta", data: chunk(candidate([part])) });
  const frames: readonly Frame[] = [
    ...thoughts(answer, call).map((text) => say({ text, thought: true })),
    ...(answer.hosted ?? []).map(say),
    ...deltas(answer.text).map((text) => say({ text })),
    ...(answer.toolCalls ?? []).map((tool, index) => say(callPart(tool, index, call))),
    // Nothing but the end of the body follows.
    { kind: "evidence", data: chunk(candidate(lastParts(answer, call), ending(answer)), lastUsage) },
    ...end,
  ];
  return inManner(frames, manner, chunkFields);
}

export function geminiWhole(answer: ScriptedAnswer, call: Call): WireObject {
  const chunk = chunkOf(answer, call);
  if (isBlocked(answer)) return chunk({});
  const thought = thoughts(answer, call).join("");
  const text = joined(answer.text);
  const signed = (answer.toolCalls ?? []).length === 0 ? signature(call) : {};
  const parts = [
    ...(thought === "" ? [] : [{ text: thought, thought: true }]),
    ...(answer.hosted ?? []),
    ...(text === "" ? [] : [{ text, ...signed }]),
    ...(answer.toolCalls ?? []).map((tool, index) => callPart(tool, index, call)),
  ];
  return chunk(candidate(parts, ending(answer)));
}

/** A filter that strikes before anything is said blocks the prompt itself. */
function isBlocked(answer: ScriptedAnswer): boolean {
  const said = answer.text !== undefined || answer.reasoning !== undefined || answer.toolCalls !== undefined;
  return finishOf(answer) === "content-filter" && !said;
}

/** Thoughts are shown only to who asks for them. */
function thoughts(answer: ScriptedAnswer, call: Call): readonly string[] {
  const config = camel(camel(call.body["generationConfig"])["thinkingConfig"]);
  return config["includeThoughts"] === true ? deltas(answer.reasoning) : [];
}

function candidate(parts: readonly WireObject[], fields: WireObject = {}): WireObject {
  const content = parts.length === 0 ? { role: "model" } : { parts, role: "model" };
  return { candidates: [{ content, ...fields, index: 0 }] };
}

function signature(call: Call): WireObject {
  return geminiModel(call.model).signatures ? { thoughtSignature: seal(call.organization, call.model, "") } : {};
}

/** The last chunk of a text turn carries the signature on an empty text. */
function lastParts(answer: ScriptedAnswer, call: Call): readonly WireObject[] {
  const said = joined(answer.text) !== "" || (answer.toolCalls ?? []).length > 0;
  if (!said) return [];
  return [{ text: "", ...((answer.toolCalls ?? []).length > 0 ? {} : signature(call)) }];
}

function callPart(tool: ToolCallAnswer, index: number, call: Call): WireObject {
  const { callIds } = geminiModel(call.model);
  const id = callIds ? { id: tool.id ?? call.ids.hex("", 8) } : {};
  const signed = index === 0 && listOf(call.body["tools"]).length > 0 ? signedCall(call) : {};
  // Arguments arrive whole and are never text: broken ones cannot be sent.
  return { functionCall: { name: tool.name, args: tool.input ?? {}, ...id }, ...signed };
}

/** Models from 2.5 on sign the first call of a step. */
function signedCall(call: Call): WireObject {
  const { generation } = geminiModel(call.model);
  return generation >= 2.5 ? { thoughtSignature: seal(call.organization, call.model, "call") } : {};
}

function ending(answer: ScriptedAnswer): WireObject {
  const reason = finishReason(finishOf(answer));
  const grounding = answer.citations === undefined ? {} : { groundingMetadata: groundingOf(answer.citations) };
  return {
    finishReason: reason,
    ...(reason === "CONTINUATION" ? { continuationToken: Buffer.from("continue").toString("base64") } : {}),
    ...(reason === "MALFORMED_FUNCTION_CALL" ? { finishMessage: "Malformed function call: print(default_" } : {}),
    ...grounding,
  };
}

function groundingOf(sources: readonly CitationAnswer[]): WireObject {
  return {
    groundingChunks: sources.map(({ url, title }) => ({ web: { uri: url, title } })),
    groundingSupports: sources.map(({ citedText = "" }, index) => ({
      segment: { endIndex: citedText.length, text: citedText },
      groundingChunkIndices: [index],
    })),
    webSearchQueries: ["simulated search"],
  };
}

function finishReason(finish: Finish): string {
  if (typeof finish === "object") return finish.raw;
  const words = {
    stop: "STOP",
    "stop-sequence": "STOP",
    length: "MAX_TOKENS",
    "tool-calls": "STOP",
    "content-filter": "SAFETY",
    refusal: "SAFETY",
    pause: "STOP",
    context: "MAX_TOKENS",
  } as const;
  return words[finish];
}

function chunkOf(
  answer: ScriptedAnswer,
  call: Call,
): (fields: WireObject, counted?: Partial<SimulatedUsage>) => WireObject {
  const usage = usageOf(answer, call.request.text);
  const modelVersion = answer.model ?? call.model;
  const responseId = call.ids.next("", 23);
  const feedback = isBlocked(answer) ? { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } } : {};
  return (fields, counted = {}) => {
    const usageMetadata = usageObject({ ...usage, ...counted }, isBlocked(answer));
    return { ...fields, ...feedback, usageMetadata, modelVersion, responseId };
  };
}

/** Fields that would be 0 are left out. */
function usageObject(usage: SimulatedUsage, blocked: boolean): WireObject {
  const spoken = usage.outputTokens - usage.reasoningTokens;
  return {
    promptTokenCount: usage.inputTokens,
    ...(spoken > 0 && !blocked ? { candidatesTokenCount: spoken } : {}),
    totalTokenCount: usage.inputTokens + (blocked ? 0 : usage.outputTokens),
    ...(usage.cacheReadTokens === 0 ? {} : { cachedContentTokenCount: usage.cacheReadTokens }),
    promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.inputTokens }],
    ...(usage.reasoningTokens === 0 ? {} : { thoughtsTokenCount: usage.reasoningTokens }),
    serviceTier: "standard",
  };
}

/** An error inside a stream: as an event, or as bare JSON without any framing. */
export function geminiInBand(reply: Reply, form: InBandForm): readonly Frame[] {
  const body = jsonOf(reply);
  if (!isObject(body["error"])) return [];
  return [{ kind: "terminal", data: form === "bare" ? `${JSON.stringify(body, undefined, 2)}\n` : body }];
}
