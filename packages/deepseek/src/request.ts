import {
  addToSystem,
  clampOutputTokens,
  defined,
  mergeNative,
  takeUnless,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { toMessages } from "./content.ts";
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

const MOST_STOPS = 16;
const MOST_USER_ID_BYTES = 512;

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss }: RequestContext,
): NativeRequest {
  const { headers = {}, ...native } = request.vendorOptions?.deepseek ?? {};
  const model = deepSeekModel(modelId);
  const { isThinking, thinking, effort } = planReasoning(request, model, loss);
  const { format, instruction } = toFormat(request, loss);
  const system = addToSystem(request.system, instruction);
  const body = defined({
    model: modelId,
    messages: toMessages(system, request.messages, isThinking, loss),
    stream_options: stream ? { include_usage: true } : undefined,
    thinking,
    reasoning_effort: effort,
    max_tokens: clampOutputTokens(request.maxOutputTokens, model.maxOutputTokens, loss),
    ...toSampling(request, model, isThinking, loss),
    stop: toStop(request, loss),
    response_format: format,
    ...toTools(request, isThinking),
    user_id: toUserId(request, loss),
  });
  const merged = mergeNative(body, native, { objects: [], lists: ["tools"], loss });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

function toStop({ stop }: TargetRequest, loss: (loss: Loss) => void): readonly string[] | undefined {
  if (stop.length > MOST_STOPS) {
    loss({ what: "stop", action: "downgraded", reason: `the API takes at most ${MOST_STOPS}` });
  }
  return stop.length === 0 ? undefined : stop.slice(0, MOST_STOPS);
}

/** While it thinks, the model takes no choice at all: then no tools are what says `none`. */
function toTools(
  { tools, toolChoice }: TargetRequest,
  isThinking: boolean,
): Readonly<Record<string, JsonValue | undefined>> {
  if (tools.length === 0 || (toolChoice === "none" && isThinking)) return {};
  return { tools: tools.map(toTool), tool_choice: toToolChoice(toolChoice) };
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
