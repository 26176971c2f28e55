import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  addToPrompt,
  clampOutputTokens,
  defined,
  mergeNative,
  pairs,
  takeStops,
  takeUnless,
  toChatMessages,
  withoutInside,
} from "@understudy/core/toolkit";
import { checkImages, toMedia } from "./content.ts";
import { deepSeekModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";
import { planTools } from "./tools.ts";

/**
 * Native fields of the chat API, sent as they are. `tools` are added to the request's tools, everything else takes the
 * place of what the request says, which is then a loss. A forced tool excludes thinking, however it was asked for.
 */
export interface DeepSeekNativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly deepseek?: DeepSeekNativeFields | undefined;
  }
}

/** At more, the answer is cut on our side. */
export const MOST_STOPS = 16;
const MOST_USER_ID_BYTES = 512;

const SAYS = pairs(
  "reasoning_effort:reasoning.effort max_tokens:maxOutputTokens temperature top_p:topP stop response_format:output user_id:userId",
);

export interface DeepSeekRequestContext extends RequestContext {
  /** The endpoint continues answers, and enforces the schemas of strict tools. */
  readonly isBeta?: boolean | undefined;
}

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  context: DeepSeekRequestContext,
): NativeRequest {
  const { stream, isBeta = false, loss } = context;
  const {
    headers = {},
    tools: _tools,
    tool_choice: _choice,
    thinking: given,
    ...native
  } = request.vendorOptions?.deepseek ?? {};
  const model = deepSeekModel(modelId);
  checkImages(request.messages);
  const tools = planTools(request, isBeta, loss);
  const { isThinking, thinking, effort } = planReasoning(request, model, tools.isForced, loss);
  // While it thinks, the model takes no choice at all: then no tools are what says `none`.
  const { choice } = tools;
  const sent = isThinking && choice === "none" ? undefined : { tools: tools.tools, tool_choice: choice };
  const { format, instruction } = toFormat(request, loss);
  const { system, messages } = addToPrompt(request, instruction);
  const rules = {
    vendor: "deepseek",
    // Never null: that is refused on a turn of reasoning alone.
    noContent: "",
    // Once a conversation has tool calls the field is missed on any turn, also where there was no reasoning.
    reasoning: isThinking ? "reasoning_content" : undefined,
    isReasoningNeeded: true,
    toMedia,
  } as const;
  const body = defined({
    model: modelId,
    messages: withoutInside(continued(toChatMessages(system, messages, rules, context), isBeta, loss), request.without),
    stream_options: stream ? { include_usage: true } : undefined,
    thinking: thinking ?? (isJsonObject(given) ? undefined : given),
    reasoning_effort: effort,
    max_tokens: clampOutputTokens(request.maxOutputTokens, model.maxOutputTokens, loss),
    ...toSampling(request, model, isThinking, loss),
    stop: takeStops(request, MOST_STOPS, loss),
    response_format: format,
    ...(tools.tools.length === 0 ? { tool_choice: sent?.tool_choice } : sent),
    user_id: toUserId(request, loss),
  });
  const merged = mergeNative(body, native, {
    objects: [],
    lists: [],
    without: request.without,
    says: SAYS,
    loss,
  });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

/** The beginning of an answer that the model is to continue; a call in it is not one to run. */
function continued(messages: readonly JsonObject[], isBeta: boolean, loss: (loss: Loss) => void): JsonValue {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant" || last["tool_calls"] !== undefined) return messages;
  if (isBeta) return [...messages.slice(0, -1), { ...last, prefix: true }];
  loss({ what: "messages", action: "downgraded", reason: "an answer is continued at the beta endpoint only" });
  return messages;
}

function toUserId({ userId }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  const isTooLong = new TextEncoder().encode(userId).byteLength > MOST_USER_ID_BYTES;
  return takeUnless(isTooLong ? `longer than ${MOST_USER_ID_BYTES} bytes` : undefined, "userId", userId, loss);
}
