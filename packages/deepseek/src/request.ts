import {
  addToSystem,
  jsonInstruction,
  type JsonObject,
  type JsonValue,
  type Loss,
  type TargetRequest,
} from "@understudy/core/adapter";
import { toMessages, type NativeMessage } from "./content.ts";
import { deepSeekModel, type DeepSeekEffort, type DeepSeekModel } from "./models.ts";
import { planReasoning } from "./reasoning.ts";
import { toSampling, type Sampling } from "./sampling.ts";

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

export interface NativeRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Fields without a value are left out of its JSON. */
  readonly body: NativeBody;
}

interface NativeBody extends Sampling {
  readonly model: string;
  readonly messages: readonly NativeMessage[];
  readonly stream: boolean;
  readonly stream_options?: { readonly include_usage: true } | undefined;
  readonly thinking?: { readonly type: "enabled" | "disabled" } | undefined;
  readonly reasoning_effort?: DeepSeekEffort | undefined;
  readonly max_tokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly response_format?: { readonly type: "json_object" } | undefined;
  readonly tools?: readonly (NativeTool | JsonValue)[] | undefined;
  readonly tool_choice?: NativeToolChoice | undefined;
  readonly user_id?: string | undefined;
}

interface NativeTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly parameters: JsonObject;
  };
}

type NativeToolChoice =
  | "none"
  | "required"
  | { readonly type: "function"; readonly function: { readonly name: string } };

const MOST_STOPS = 16;
const MOST_USER_ID_BYTES = 512;

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  options: { readonly stream: boolean; readonly loss: (loss: Loss) => void },
): NativeRequest {
  const { stream, loss } = options;
  const { headers = {}, tools: nativeTools, ...native } = request.vendorOptions?.deepseek ?? {};
  const model = deepSeekModel(modelId);
  const { isThinking, thinking, effort } = planReasoning(request, model, loss);
  const { tools, tool_choice } = toTools(request, isThinking);
  const body: NativeBody = {
    model: modelId,
    messages: toMessages(toSystem(request, loss), request.messages, isThinking, loss),
    stream_options: stream ? { include_usage: true } : undefined,
    thinking,
    reasoning_effort: effort,
    max_tokens: toMaxTokens(request, model, loss),
    ...toSampling(request, model, isThinking, loss),
    stop: toStop(request, loss),
    response_format: request.output.type === "json" ? { type: "json_object" } : undefined,
    tools: Array.isArray(nativeTools) ? [...(tools ?? []), ...nativeTools] : tools,
    tool_choice,
    user_id: toUserId(request, loss),
    ...native,
    stream,
  };
  return { path: "/chat/completions", headers, body };
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
): { readonly tools?: readonly NativeTool[] | undefined; readonly tool_choice?: NativeToolChoice | undefined } {
  if (tools.length === 0 || (toolChoice === "none" && isThinking)) return {};
  return { tools: tools.map(toTool), tool_choice: toToolChoice(toolChoice) };
}

function toTool({ name, description, inputSchema }: TargetRequest["tools"][number]): NativeTool {
  return { type: "function", function: { name, description, parameters: inputSchema } };
}

function toToolChoice(choice: TargetRequest["toolChoice"]): NativeToolChoice | undefined {
  if (choice === "auto") return undefined;
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.tool } };
}

function toUserId({ userId }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  if (userId === undefined || new TextEncoder().encode(userId).byteLength <= MOST_USER_ID_BYTES) return userId;
  loss({ what: "userId", action: "dropped", reason: `longer than ${MOST_USER_ID_BYTES} bytes` });
  return undefined;
}
