import {
  addToSystem,
  defined,
  isJsonObject,
  mergeNative,
  takeUnless,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetMessage,
  type TargetRequest,
} from "@understudy/core/adapter";
import { CONTINUATION, toContents, type NativeContent } from "./content.ts";
import { geminiModel, type GeminiModel } from "./models.ts";
import { toFormat, toToolSchema } from "./output-format.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";

/**
 * Native fields of generateContent, sent as they are. `generationConfig` and `toolConfig` are merged with what the
 * request says, `tools` (server tools) are added to its tools, everything else takes its place.
 */
export interface GeminiOptions {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly gemini?: GeminiOptions | undefined;
  }
}

export interface GeminiRequestContext extends RequestContext {
  /** The Vertex endpoint refuses ids of function calls. */
  readonly callIds: boolean;
}

const GO_ON = "Go on.";

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: GeminiRequestContext): NativeRequest {
  const { stream, loss } = context;
  const { headers = {}, ...native } = request.vendorOptions?.gemini ?? {};
  const model = geminiModel(modelId);
  const rules = { ...model, callIds: model.callIds && context.callIds };
  const format = toFormat(request, model, loss);
  const asked = request.system?.trim() === "" ? undefined : request.system;
  const system = addToSystem(asked, format.instruction);
  const { messages, token } = splitToken(request.messages);
  const contents = closing(opening(toContents(messages, rules, loss), loss), model, loss);
  takeUnless("the API has none", "userId", request.userId, loss);
  const generationConfig = defined({
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: request.stop.length === 0 ? undefined : request.stop,
    thinkingConfig: planReasoning(request, model, loss).config,
    ...toSampling(request, model, loss),
    ...format.format,
  });
  const body = defined({
    contents: model.systemInstruction ? contents.map(asJson) : withSystem(contents, system).map(asJson),
    systemInstruction: system === undefined || !model.systemInstruction ? undefined : asJson(textTurn(system)),
    ...toTools(request, loss),
    generationConfig: Object.keys(generationConfig).length === 0 ? undefined : generationConfig,
    continuationToken: token,
  });
  const name = modelId.includes("/") ? modelId : `models/${modelId}`;
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/${name.split("/").map(encodeURIComponent).join("/")}:${method}`,
    headers,
    body: mergeNative(body, native, { objects: ["generationConfig", "toolConfig"], lists: ["tools"], loss }),
  };
}

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  const plan = planReasoning(request, geminiModel(modelId), () => undefined);
  const config = request.vendorOptions?.gemini?.["generationConfig"];
  const native = isJsonObject(config) ? config["thinkingConfig"] : undefined;
  if (!isJsonObject(native)) return plan;
  return { isThinking: native["thinkingBudget"] !== 0, isVisible: native["includeThoughts"] === true };
}

function asJson({ role, parts }: NativeContent): JsonObject {
  return { role, parts };
}

function textTurn(text: string): NativeContent {
  return { role: "user", parts: [{ text }] };
}

/** A long answer that was broken off at a hop goes on by its token alone: the request before it, without the answer. */
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

/** Newer models refuse a request that ends with a turn of their own. */
function closing(contents: NativeContent[], { prefill }: GeminiModel, loss: (loss: Loss) => void): NativeContent[] {
  if (prefill || contents.at(-1)?.role !== "model") return contents;
  loss({
    what: "messages",
    action: "translated",
    reason: "ended with the model's turn; a user turn was put behind it",
  });
  return [...contents, textTurn(GO_ON)];
}

function withSystem(contents: readonly NativeContent[], system: string | undefined): readonly NativeContent[] {
  if (system === undefined) return contents;
  const [first, ...rest] = contents;
  return first?.role === "user"
    ? [{ role: "user", parts: [{ text: system }, ...first.parts] }, ...rest]
    : [textTurn(system), ...contents];
}

function toTools(request: TargetRequest, loss: (loss: Loss) => void): Readonly<Record<string, JsonValue | undefined>> {
  const { tools, toolChoice } = request;
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, inputSchema }) =>
    defined({ name, description, parametersJsonSchema: toToolSchema(inputSchema, loss) }),
  );
  const functionCallingConfig = toCallingConfig(toolChoice);
  return {
    tools: [{ functionDeclarations }],
    toolConfig: functionCallingConfig === undefined ? undefined : { functionCallingConfig },
  };
}

function toCallingConfig(choice: TargetRequest["toolChoice"]): JsonObject | undefined {
  if (choice === "auto") return undefined;
  if (choice === "none") return { mode: "NONE" };
  return choice === "required" ? { mode: "ANY" } : { mode: "ANY", allowedFunctionNames: [choice.tool] };
}
