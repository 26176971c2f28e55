import {
  addToSystem,
  defined,
  jsonInstruction,
  mergeNative,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type TargetRequest,
} from "@understudy/core/adapter";
import { toMessages } from "./content.ts";
import { deepSeekModel, type DeepSeekModel } from "./models.ts";
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
  options: { readonly stream: boolean; readonly loss: (loss: Loss) => void },
): NativeRequest {
  const { stream, loss } = options;
  const { headers = {}, ...native } = request.vendorOptions?.deepseek ?? {};
  const model = deepSeekModel(modelId);
  const { isThinking, thinking, effort } = planReasoning(request, model, loss);
  const body = defined({
    model: modelId,
    messages: toMessages(toSystem(request, loss), request.messages, isThinking, loss),
    stream_options: stream ? { include_usage: true } : undefined,
    thinking,
    reasoning_effort: effort,
    max_tokens: toMaxTokens(request, model, loss),
    ...toSampling(request, model, isThinking, loss),
    stop: toStop(request, loss),
    response_format: request.output.type === "json" ? { type: "json_object" } : undefined,
    ...toTools(request, isThinking),
    user_id: toUserId(request, loss),
  });
  const merged = mergeNative(body, native, { objects: [], lists: ["tools"], loss });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

/** JSON without a schema has a native switch, which still wants the word in the prompt; a schema has only words. */
function toSystem({ system, output }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  if (output.type === "text") return system;
  if (output.schema !== undefined) {
    loss({ what: "output.schema", action: "translated", reason: "the API takes no schema; it is asked for in words" });
  }
  return addToSystem(system, jsonInstruction(output.schema));
}

function toMaxTokens(
  { maxOutputTokens: asked }: TargetRequest,
  { maxOutputTokens: limit }: DeepSeekModel,
  loss: (loss: Loss) => void,
): number | undefined {
  if (asked === undefined || limit === "unknown" || asked <= limit) return asked;
  loss({ what: "maxOutputTokens", action: "downgraded", reason: `the model writes at most ${limit}` });
  return limit;
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
  if (userId === undefined || new TextEncoder().encode(userId).byteLength <= MOST_USER_ID_BYTES) return userId;
  loss({ what: "userId", action: "dropped", reason: `longer than ${MOST_USER_ID_BYTES} bytes` });
  return undefined;
}
