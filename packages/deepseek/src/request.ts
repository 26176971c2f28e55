import {
  addToPrompt,
  clampOutputTokens,
  defined,
  layOverTools,
  mergeNative,
  takeStops,
  takeUnless,
  toChatMessages,
  withoutInside,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { toMedia } from "./content.ts";
import { deepSeekModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";

/**
 * Native fields of the chat API, sent as they are. `tools` are added to the request's tools, everything else takes the
 * place of what the request says.
 */
export interface DeepSeekOptions {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly deepseek?: DeepSeekOptions | undefined;
  }
}

/** At more, the answer is cut on our side. */
export const MOST_STOPS = 16;
const MOST_USER_ID_BYTES = 512;

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: RequestContext): NativeRequest {
  const { stream, loss } = context;
  const { headers = {}, ...native } = request.vendorOptions?.deepseek ?? {};
  const model = deepSeekModel(modelId);
  const { isThinking, thinking, effort } = planReasoning(request, model, loss);
  const { format, instruction } = toFormat(request, loss);
  const { system, messages } = addToPrompt(request, instruction);
  const rules = {
    // Never null: that is refused on a turn of reasoning alone.
    noContent: "",
    // Once a conversation has tool calls the field is missed on any turn, also where there was no reasoning.
    reasoning: isThinking ? "reasoning_content" : undefined,
    isReasoningNeeded: true,
    toMedia,
  } as const;
  const body = defined({
    model: modelId,
    messages: withoutInside(toChatMessages(system, messages, rules, context), request.without),
    stream_options: stream ? { include_usage: true } : undefined,
    thinking,
    reasoning_effort: effort,
    max_tokens: clampOutputTokens(request.maxOutputTokens, model.maxOutputTokens, loss),
    ...toSampling(request, model, isThinking, loss),
    stop: takeStops(request, MOST_STOPS, loss),
    response_format: format,
    ...toTools(request, isThinking),
    user_id: toUserId(request, loss),
  });
  const merged = mergeNative(body, native, { objects: [], lists: ["tools"], without: request.without, loss });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

/** While it thinks, the model takes no choice at all: then no tools are what says `none`. */
function toTools(
  { tools, toolChoice, without }: TargetRequest,
  isThinking: boolean,
): Readonly<Record<string, JsonValue | undefined>> {
  if (tools.length === 0 || (toolChoice === "none" && isThinking)) return {};
  const laid = layOverTools(tools.map(toTool), tools, "deepseek");
  return { tools: withoutInside(laid, without), tool_choice: toToolChoice(toolChoice) };
}

function toTool({ name, description, inputSchema }: TargetRequest["tools"][number]): JsonObject {
  return { type: "function", function: defined({ name, description, parameters: inputSchema }) };
}

function toToolChoice(choice: TargetRequest["toolChoice"]): JsonValue | undefined {
  if (choice === "auto") return undefined;
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.tool } };
}

function toUserId({ userId }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  const isTooLong = new TextEncoder().encode(userId).byteLength > MOST_USER_ID_BYTES;
  return takeUnless(isTooLong ? `longer than ${MOST_USER_ID_BYTES} bytes` : undefined, "userId", userId, loss);
}
