import {
  asArray,
  asJsonObject,
  asObject,
  asText,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  clampOutputTokens,
  defined,
  filled,
  GO_ON,
  mergeNative,
  pairs,
  takeUnless,
  userTurnBehind,
} from "@understudy/core/toolkit";
import { CONTINUATION, toContents, type NativeContent } from "./content.ts";
import { geminiModel, type GeminiModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { nativeThinking, planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";
import { CACHED, toolNameMap, toTools } from "./tools.ts";
import { toVertexContents, withoutGeminiOnly } from "./vertex-fields.ts";

/**
 * Native fields of generateContent, sent as they are. `generationConfig` and `toolConfig` are merged with what the request
 * says, field by field, also `thinkingConfig` and `functionCallingConfig` in them; where both say something the native field
 * counts, and what the request said is a loss. `tools` (server tools, functions) and the parts of `systemInstruction` are
 * added to its own, everything else takes its place.
 */
export interface GeminiNativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly gemini?: GeminiNativeFields | undefined;
  }
}

export interface GeminiRequestContext extends RequestContext {
  /** Vertex refuses ids of function calls, and some fields. */
  readonly isVertex: boolean;
  /** The path says whose model it is. */
  readonly isProject: boolean;
  /** What the user knows better than the table. */
  readonly maxOutputTokens?: number | "unknown" | undefined;
}

const MERGING = {
  objects: ["generationConfig", "thinkingConfig", "toolConfig", "functionCallingConfig"],
  lists: ["tools"],
  // What can be seen of thoughts changes no answer.
  says: pairs(
    "maxOutputTokens stopSequences:stop temperature topP topK seed thinkingLevel:reasoning thinkingBudget:reasoning " +
      "responseMimeType:output responseJsonSchema:output.schema mode:toolChoice allowedFunctionNames:toolChoice",
  ),
  // Refused together.
  rivals: pairs(
    "thinkingLevel:thinkingBudget thinkingBudget:thinkingLevel responseSchema:responseJsonSchema " +
      "responseMimeType:responseJsonSchema mode:allowedFunctionNames",
  ),
} as const;

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: GeminiRequestContext): NativeRequest {
  const { stream, loss, wallNow } = context;
  const { headers = {}, systemInstruction, ...asked } = request.vendorOptions?.gemini ?? {};
  const given = context.isVertex ? withoutGeminiOnly(asked, loss) : asked;
  const model = geminiModel(modelId, wallNow);
  const isCached = asText(given["cachedContent"]) !== "";
  const native = isCached ? { ...given, tools: undefined, toolConfig: undefined } : given;
  const names = toolNameMap(request);
  const rules = { ...model, callIds: model.callIds && !context.isVertex, names };
  const format = toFormat(request, model, loss);
  const instructions = [...partsOf(systemInstruction), ...[request.system, format.instruction].flatMap(partsOf)];
  if (isCached && instructions.length > 0) {
    loss({ what: "system", action: "translated", reason: "a message beside cached content" });
  }
  if (isCached) takeUnless(CACHED, "vendorOptions toolConfig", given["toolConfig"], loss);
  const isFirst = isCached || !model.systemInstruction;
  const { messages, token } = splitToken(request.messages);
  const turns = closing(opening(toContents(messages, rules, loss), loss), model, loss);
  const contents = context.isVertex ? toVertexContents(turns, loss) : turns;
  takeUnless("the API has none", "userId", request.userId, loss);
  const generationConfig = filled({
    maxOutputTokens: clampOutputTokens(request.maxOutputTokens, context.maxOutputTokens ?? model.maxOutputTokens, loss),
    stopSequences: request.stop.length === 0 ? undefined : request.stop,
    thinkingConfig: planReasoning(request, model, loss).config,
    ...toSampling(request, model, loss),
    ...format.format,
  });
  const body = defined({
    contents: (isFirst ? withSystem(contents, instructions) : contents).map(asJson),
    systemInstruction:
      isFirst || instructions.length === 0
        ? undefined
        : { role: "user", ...asJsonObject(systemInstruction), parts: instructions },
    ...toTools(request, contents, names, isCached, loss),
    generationConfig,
    continuationToken: token,
  });
  const id = modelId.replace(/^models\//, "");
  const name = id.includes("/") ? id : `${context.isProject ? "publishers/google/" : ""}models/${id}`;
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/${name.split("/").map(encodeURIComponent).join("/")}:${method}`,
    headers,
    body: mergeNative(body, native, { ...MERGING, loss }),
  };
}

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  const plan = planReasoning(request, geminiModel(modelId), () => undefined);
  const { thinkingBudget: budget, thinkingLevel: level, includeThoughts: visible } = nativeThinking(request);
  return {
    isThinking: budget === undefined && level === undefined ? plan.isThinking : budget !== 0,
    isVisible: typeof visible === "boolean" ? visible : plan.isVisible,
  };
}

function asJson({ role, parts }: NativeContent): JsonObject {
  return { role, parts };
}

function textTurn(text: string): NativeContent {
  return { role: "user", parts: [{ text }] };
}

/** Of an instruction: a text, or a content. */
function partsOf(instruction: unknown): readonly JsonObject[] {
  if (typeof instruction === "string") return instruction.trim() === "" ? [] : [{ text: instruction }];
  const { parts } = asObject(instruction);
  return (Array.isArray(parts) ? asArray(parts) : [parts]).filter(isJsonObject).map(asJsonObject);
}

/** A long answer that was broken off at a hop continues by its token alone: the request before it, without the answer. */
function splitToken(messages: readonly TargetMessage[]): {
  readonly messages: readonly TargetMessage[];
  readonly token?: JsonValue | undefined;
} {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return { messages };
  const part = last.content.findLast((one) => one.type === "opaque" && one.kind === CONTINUATION);
  return part?.type === "opaque" && typeof part.data === "string"
    ? { messages: messages.slice(0, -1), token: part.data }
    : { messages };
}

/** A function call has to follow a turn of the user. */
function opening(contents: NativeContent[], loss: (loss: Loss) => void): NativeContent[] {
  const [first] = contents;
  if (first?.role !== "model" || !first.parts.some((part) => "functionCall" in part)) return contents;
  loss({ what: "messages", action: "translated", reason: "began with a tool call; a user turn was put before it" });
  return [textTurn(GO_ON), ...contents];
}

/** Newer models refuse a request that ends with their own turn. */
function closing(contents: NativeContent[], { prefill }: GeminiModel, loss: (loss: Loss) => void): NativeContent[] {
  if (prefill || contents.at(-1)?.role !== "model") return contents;
  return userTurnBehind(contents, textTurn(GO_ON), loss);
}

function withSystem(contents: readonly NativeContent[], instructions: readonly JsonObject[]): readonly NativeContent[] {
  const [first, ...rest] = contents;
  if (instructions.length === 0) return contents;
  return first?.role === "user"
    ? [{ role: "user", parts: [...instructions, ...first.parts] }, ...rest]
    : [{ role: "user", parts: instructions }, ...contents];
}
