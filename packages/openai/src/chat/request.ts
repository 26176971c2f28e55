import {
  addToPrompt,
  asArray,
  asObject,
  asString,
  defined,
  layOverTools,
  mergeNative,
  objectFormat,
  planEffort,
  takeSampling,
  takeStops,
  takeUnless,
  toChatMedia,
  toChatMessages,
  withoutInside,
  type FormatPlan,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type ReasoningPlan,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { openAIModel, type OpenAIModel } from "../models.ts";
import { toFormat, toTools } from "../output-format.ts";
import { NO_PARAMETER } from "../request.ts";
import type { Dialect } from "./dialects.ts";

/**
 * Native fields of Chat Completions, sent as they are, and those that only one server knows. `stream_options` is merged
 * with what the request says, `tools` are added to its own, everything else takes its place.
 */
export interface OpenAIChatOptions {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly openaiChat?: OpenAIChatOptions | undefined;
  }
}

export interface ChatRequestContext extends RequestContext {
  readonly dialect: Dialect;
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
}

const MOST_STOPS = 4;
const LONGEST_USER_ID = 64;

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: ChatRequestContext): NativeRequest {
  const { stream, dialect, maxTokensField, loss } = context;
  const { without: refused = [] } = request;
  const { headers = {}, ...native } = request.vendorOptions?.openaiChat ?? {};
  const model = openAIModel(modelId);
  const reasoning = planChatReasoning(request, model, loss);
  const format = dialect.json === "object" ? objectFormat(request.output, loss) : toFormat(request, loss);
  const { system, messages } = addToPrompt(request, format.instruction);
  const field = (name: string, what: string, value: JsonValue | undefined): Record<string, JsonValue | undefined> => {
    const own = dialect.fields?.[name];
    if (own !== null) return { [own ?? name]: value };
    if (what !== "") takeUnless(NO_PARAMETER, what, value, loss);
    return {};
  };
  takeUnless(NO_PARAMETER, "topK", request.topK, loss);
  const body = defined({
    model: modelId,
    messages: withoutInside(
      toChatMessages(system, messages, { ...dialect, noContent: null, toMedia: toChatMedia }, context),
      refused,
    ),
    ...toChatTools(request, loss),
    response_format: toResponseFormat(format),
    reasoning_effort: reasoning.effort,
    [refused.includes(maxTokensField) ? otherName(maxTokensField) : maxTokensField]: request.maxOutputTokens,
    ...takeSampling(request, model, reasoning.isThinking, loss),
    ...field("seed", "seed", request.seed),
    stop: takeStops(request, nativeStops(modelId, refused), loss),
    ...field("user", "userId", toUserId(request, loss)),
    ...field("stream_options", "", stream ? { include_usage: true, ...dialect.streamOptions } : undefined),
  });
  const merged = mergeNative(body, native, {
    objects: ["stream_options"],
    lists: ["tools"],
    without: refused,
    loss,
  });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  return planChatReasoning(request, openAIModel(modelId));
}

/** As far as is known. */
export function canReason(modelId: string): boolean {
  const { efforts } = openAIModel(modelId);
  return efforts !== "unknown" && efforts.length > 0;
}

/** How many stop sequences the server takes; at the others the answer is cut on our side. */
export function nativeStops(modelId: string, refused: readonly string[] = []): number {
  return canReason(modelId) || refused.includes("stop") ? 0 : MOST_STOPS;
}

function otherName(field: ChatRequestContext["maxTokensField"]): ChatRequestContext["maxTokensField"] {
  return field === "max_tokens" ? "max_completion_tokens" : "max_tokens";
}

function planChatReasoning(request: TargetRequest, model: OpenAIModel, loss?: (loss: Loss) => void): ReasoningPlan {
  const plan = planEffort(request, model, loss);
  if (model.chatTools !== "without-reasoning" || request.tools.length === 0 || !plan.isThinking) return plan;
  if (request.reasoning.effort !== undefined) {
    loss?.({ what: "reasoning", action: "dropped", reason: "excludes tools on this API" });
  }
  return { effort: "none", isThinking: false, isVisible: false };
}

function toResponseFormat({ format }: FormatPlan): JsonObject | undefined {
  if (format?.["type"] !== "json_schema") return format;
  const { type, ...schema } = format;
  return { type, json_schema: schema };
}

function toChatTools(request: TargetRequest, loss: (loss: Loss) => void): JsonObject {
  const { tools, tool_choice: choice, ...more } = toTools(request, true, loss);
  if (tools === undefined || choice === undefined) return {};
  const laid = layOverTools(tools, request.tools, "openaiChat");
  return { ...more, tools: withoutInside(laid, request.without), tool_choice: toChoice(choice, request, laid) };
}

/** A tool of another type is chosen as one of that type. */
function toChoice(choice: JsonValue, { tools, toolChoice }: TargetRequest, laid: JsonValue): JsonValue {
  if (typeof toolChoice === "string") return choice;
  const chosen = asObject(asArray(laid)[tools.findIndex(({ name }) => name === toolChoice.tool)]);
  const type = asString(chosen["type"]) ?? "function";
  return type === "function" ? choice : { type, [type]: { name: toolChoice.tool } };
}

function toUserId({ userId }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  const isTooLong = userId !== undefined && userId.length > LONGEST_USER_ID;
  return takeUnless(isTooLong ? `longer than ${LONGEST_USER_ID} characters` : undefined, "userId", userId, loss);
}
