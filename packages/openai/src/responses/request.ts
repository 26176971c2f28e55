import {
  asJsonObject,
  asObject,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  addToInput,
  chooseTool,
  clampOutputTokens,
  defined,
  dropNative,
  filled,
  layOverFlatTools,
  mergeNative,
  pairs,
  planEffort,
  sentTools,
  takeSampling,
  takeStops,
  takeUnless,
  toInputItems,
  type ReasoningPlan,
} from "@understudy/core/toolkit";
import { openAIModel } from "../models.ts";
import { besideFormat, toFormat } from "../output-format.ts";
import { NO_PARAMETER, parallelCalls, saysOf, toUserId } from "../shared-fields.ts";
import { toTools } from "../tools.ts";

/**
 * Native fields of the Responses API, sent as they are. `reasoning`, `text` and `stream_options` are merged with what
 * the request says, `tools` (hosted and custom ones) and `include` are added to its own, everything else takes its
 * place, which is a loss where the request says something else. Fields that lean on state at the vendor are left out: it
 * cannot follow a failover.
 */
export interface OpenAINativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly openai?: OpenAINativeFields | undefined;
  }
}

const LEAST_OUTPUT_TOKENS = 16;
const LONGEST_USER_ID = 128;
/** They would make the answer depend on what one vendor keeps, or come later and elsewhere. */
const STATEFUL = ["previous_response_id", "conversation", "background"];
const SAYS = pairs(
  "temperature top_p:topP max_output_tokens:maxOutputTokens safety_identifier:userId instructions:system",
);
const NO_STATE = "state at the vendor cannot follow a failover";
const WHOLE = "pictures come whole";

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss }: RequestContext,
): NativeRequest {
  const { headers = {}, ...given } = request.vendorOptions?.openai ?? {};
  const native = dropNative(given, STATEFUL, NO_STATE, loss);
  const model = openAIModel(modelId);
  const reasoning = reasoningOf(request, modelId, loss);
  const format = toFormat(besideFormat(request, asObject(native["text"])["format"], loss), loss);
  takeUnless(NO_PARAMETER, "topK", request.topK, loss);
  takeUnless(NO_PARAMETER, "seed", request.seed, loss);
  takeStops(request, 0, loss);
  const tools = layOverFlatTools(toTools(request, false, loss), request, "openai");
  const sent = sentTools(tools, native["tools"]);
  const body = defined({
    model: modelId,
    instructions: request.system,
    input: addToInput(toInputItems(request.messages, loss), format.instruction, "developer"),
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: chooseTool(sent, request, false),
    parallel_tool_calls: parallelCalls(reasoning, sent),
    text: format.format === undefined ? undefined : { format: format.format },
    reasoning: filled({ effort: reasoning.effort, summary: reasoning.isVisible ? "auto" : undefined }),
    max_output_tokens: clampOutputTokens(request.maxOutputTokens, model.maxOutputTokens, loss, LEAST_OUTPUT_TOKENS),
    temperature: request.temperature,
    top_p: request.topP,
    safety_identifier: toUserId(request, LONGEST_USER_ID, loss),
    store: false,
    include: model.efforts.length === 0 ? undefined : ["reasoning.encrypted_content"],
    stream_options: stream ? { include_obfuscation: false } : undefined,
  });
  const merged = mergeNative(body, native, {
    objects: ["reasoning", "text", "stream_options"],
    lists: ["tools", "include"],
    without: request.without,
    reportsNative: true,
    says: saysOf(request, SAYS),
    loss,
  });
  const taken = takeSampling(withWholePictures(merged, loss), model, reasoning.isThinking, loss);
  return { path: "/responses", headers, body: { ...taken, stream } };
}

/** What is decided about reasoning; without a `loss` nothing is reported. */
export function reasoningOf(request: TargetRequest, modelId: string, loss?: (loss: Loss) => void): ReasoningPlan {
  const native = asJsonObject(request.vendorOptions?.openai?.["reasoning"]);
  return planEffort(request, openAIModel(modelId), loss, native["effort"]);
}

/** An answer has no place for pictures that are still being made. */
function withWholePictures(body: JsonObject, loss: (loss: Loss) => void): JsonObject {
  const { tools } = body;
  if (!Array.isArray(tools)) return body;
  const withWhole = (tool: JsonValue): JsonValue =>
    isJsonObject(tool) ? dropNative(tool, ["partial_images"], WHOLE, loss) : tool;
  return { ...body, tools: tools.map(withWhole) };
}
