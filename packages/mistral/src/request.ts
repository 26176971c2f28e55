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
  pairs,
  sentTools,
  takeUnless,
  toChatMessages,
  unsupported,
  withoutInside,
  type ChatMessageRules,
} from "@understudy/core/toolkit";
import { inOrder, toMedia } from "./content.ts";
import { mistralModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";

/**
 * Native fields of the chat API, sent as they are: `safe_prompt`, `prompt_cache_key`, `guardrails`, `service_tier` and so
 * on. `tools` are added to the request's tools, everything else takes the place of what the request says, which is then
 * a loss.
 */
export interface MistralNativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly mistral?: MistralNativeFields | undefined;
  }
}

const MOST_TOOLS = 128;
const SAYS = pairs(
  "temperature top_p:topP random_seed:seed max_tokens:maxOutputTokens stop response_format:output tool_choice:toolChoice",
);
const RULES: ChatMessageRules = { vendor: "mistral", noContent: "", reasoning: "content", toMedia };

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(request: TargetRequest, modelId: string, context: RequestContext): NativeRequest {
  const { stream, loss } = context;
  const { without } = request;
  const { headers = {}, ...given } = request.vendorOptions?.mistral ?? {};
  const native = given["n"] === 1 ? given : dropNative(given, ["n"], "one answer is read", loss);
  const own = withoutInside(layOverTools(request.tools.map(toTool), request.tools, "mistral"), without);
  const sent = sentTools(asArray(own).map(asJsonObject), native["tools"]);
  if (sent.length > MOST_TOOLS) throw unsupported("tools");
  const { format, instruction } = toFormat(request, loss);
  const { system, messages } = addToPrompt(request, instruction);
  const effort = planReasoning(request, mistralModel(modelId), native["reasoning_effort"], loss);
  takeUnless("the API has none", "userId", request.userId, loss);
  const body = defined({
    model: modelId,
    messages: withoutInside(
      inOrder(toChatMessages(system, messages, RULES, context), () => loss(BRIDGED)),
      without,
    ),
    tools: request.tools.length === 0 ? undefined : own,
    tool_choice: chooseTool(sent, request, true),
    response_format: format,
    reasoning_effort: effort,
    max_tokens: request.maxOutputTokens,
    ...toSampling(request, loss),
    stop: request.stop.length === 0 ? undefined : request.stop,
  });
  const merged = mergeNative(body, native, {
    objects: [],
    lists: ["tools"],
    without,
    reportsNative: true,
    says: SAYS,
    loss,
  });
  return { path: "/chat/completions", headers, body: { ...merged, stream } };
}

const BRIDGED: Loss = {
  what: "messages",
  action: "translated",
  reason: "the API wants a word of the model between results and a question; one was put there",
};

function toTool({ name, description, inputSchema }: TargetRequest["tools"][number]): JsonObject {
  return { type: "function", function: defined({ name, description, parameters: inputSchema }) };
}
