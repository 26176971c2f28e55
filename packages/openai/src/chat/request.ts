import {
  asArray,
  asJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  addToPrompt,
  chooseTool,
  defined,
  dropNative,
  layOverTools,
  mergeNative,
  objectFormat,
  pairs,
  planEffort,
  sentTools,
  takeSampling,
  takeStops,
  takeUnless,
  toChatMedia,
  toChatMessages,
  withoutInside,
  type FormatPlan,
  type ReasoningPlan,
} from "@understudy/core/toolkit";
import { openAIModel } from "../models.ts";
import { besideFormat, toFormat } from "../output-format.ts";
import { NO_PARAMETER, parallelCalls, saysOf, toUserId } from "../shared-fields.ts";
import { toTools } from "../tools.ts";
import type { Dialect } from "./dialects.ts";

/**
 * Native fields of Chat Completions, sent as they are, and those that only one server knows. `stream_options` is merged
 * with what the request says, `tools` are added to its own, everything else takes its place, which is a loss where the
 * request says something else.
 */
export interface OpenAIChatNativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the server's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly openaiChat?: OpenAIChatNativeFields | undefined;
  }
}

export interface ChatRequestContext extends RequestContext {
  readonly dialect: Dialect;
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
}

const MOST_STOPS = 4;
const LONGEST_USER_ID = 64;
const SAYS = pairs(
  "temperature top_p:topP max_tokens:maxOutputTokens max_completion_tokens:maxOutputTokens safety_identifier:userId user:userId stop seed",
);
const ONE_ANSWER = "one answer is read";

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: ChatRequestContext): NativeRequest {
  const { stream, dialect, maxTokensField, loss } = context;
  const { without: refused = [] } = request;
  const { headers = {}, ...given } = request.vendorOptions?.openaiChat ?? {};
  const native = given["n"] === 1 ? given : dropNative(given, ["n"], ONE_ANSWER, loss);
  const model = openAIModel(modelId);
  const reasoning = reasoningOf(request, modelId, loss);
  const asked = besideFormat(request, native["response_format"], loss);
  const format = dialect.json === "object" ? objectFormat(asked.output, loss) : toFormat(asked, loss);
  const { system, messages } = addToPrompt(request, format.instruction);
  const tools = withoutInside(layOverTools(toTools(request, true, loss), request.tools, "openaiChat"), refused);
  const sent = sentTools(asArray(tools).map(asJsonObject), native["tools"]);
  // What excludes tools is not asked for in any words.
  const said =
    typeof native["reasoning_effort"] === "string" ? { ...native, reasoning_effort: reasoning.effort } : native;
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
      toChatMessages(
        system,
        messages,
        { ...dialect, vendor: "openai", noContent: null, toMedia: toChatMedia },
        context,
      ),
      refused,
    ),
    tools: request.tools.length === 0 ? undefined : tools,
    tool_choice: chooseTool(sent, request, true),
    parallel_tool_calls: canReason(modelId) ? parallelCalls(reasoning, sent) : undefined,
    response_format: toResponseFormat(format),
    reasoning_effort: reasoning.effort,
    [refused.includes(maxTokensField) ? otherName(maxTokensField) : maxTokensField]: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    ...field("seed", "seed", request.seed),
    stop: takeStops(request, nativeStops(modelId, refused), loss),
    ...field("user", "userId", toUserId(request, LONGEST_USER_ID, loss)),
    ...field("stream_options", "", stream ? { include_usage: true, ...dialect.streamOptions } : undefined),
  });
  const merged = mergeNative(body, said, {
    objects: ["stream_options"],
    lists: ["tools"],
    without: refused,
    reportsNative: true,
    says: saysOf(request, SAYS),
    loss,
  });
  const taken = takeSampling(merged, model, reasoning.isThinking, loss);
  return { path: "/chat/completions", headers, body: { ...taken, stream } };
}

/** What is decided about reasoning; without a `loss` nothing is reported. */
export function reasoningOf(request: TargetRequest, modelId: string, loss?: (loss: Loss) => void): ReasoningPlan {
  const { tools, reasoning_effort: native } = request.vendorOptions?.openaiChat ?? {};
  const model = openAIModel(modelId);
  const plan = planEffort(request, model, loss, native);
  const isExcluded = model.chatTools === "without-reasoning" && plan.isThinking;
  if (!isExcluded || sentTools([], tools).length + request.tools.length === 0) return plan;
  if ((native ?? request.reasoning.effort) !== undefined) {
    loss?.({ what: "reasoning", action: "dropped", reason: "excludes tools on this API" });
  }
  return { effort: "none", isThinking: false, isVisible: false };
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

function toResponseFormat({ format }: FormatPlan): JsonObject | undefined {
  if (format?.["type"] !== "json_schema") return format;
  const { type, ...schema } = format;
  return { type, json_schema: schema };
}
