import {
  asJsonObject,
  asObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import {
  addToInput,
  chooseTool,
  defined,
  dropNative,
  filled,
  layOverFlatTools,
  mergeNative,
  pairs,
  planEffort,
  sentTools,
  takeStops,
  takeUnless,
  toInputItems,
  toInputText,
  unsupported,
} from "@understudy/core/toolkit";
import { RULES } from "./content.ts";
import { xaiModel } from "./models.ts";
import { toFormat, toTools } from "./output-format.ts";

/**
 * Native fields of the Responses API, sent as they are. `reasoning` and `text` are merged with what the request says,
 * `tools` (`web_search`, `x_search`, `code_interpreter`, `mcp` and so on) and `include` are added to its own, everything
 * else takes its place, which is a loss where the request says something else. Fields that lean on state at the vendor
 * are left out: it cannot follow a failover.
 */
export interface XAINativeFields {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly xai?: XAINativeFields | undefined;
  }
}

const MOST_TOOLS = 128;
const STATEFUL = ["previous_response_id", "background"];
const NO_STATE = "state at the vendor cannot follow a failover";
const SAYS = pairs("temperature top_p:topP max_output_tokens:maxOutputTokens seed user:userId tool_choice:toolChoice");

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss }: RequestContext,
): NativeRequest {
  const { headers = {}, ...given } = request.vendorOptions?.xai ?? {};
  const native = dropNative(given, STATEFUL, NO_STATE, loss);
  const { format, instruction } = toFormat(besideFormat(request, native["text"], loss), loss);
  takeUnless("the API has no such parameter", "topK", request.topK, loss);
  takeStops(request, 0, loss);
  const tools = layOverFlatTools(toTools(request, loss), request, "xai");
  const sent = sentTools(tools, native["tools"]);
  if (sent.length > MOST_TOOLS) throw unsupported("tools");
  const items = toInputItems(request.messages, loss, RULES);
  // The API has no field for it.
  const system = request.system === undefined ? [] : [toInputText("system", request.system)];
  const body = defined({
    model: modelId,
    input: [...system, ...addToInput(items, instruction, "system")],
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: chooseTool(sent, request, false),
    text: format === undefined ? undefined : { format },
    reasoning: filled({ effort: effortOf(request, modelId, loss) }),
    max_output_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    seed: request.seed,
    user: request.userId,
    store: false,
    include: xaiModel(modelId).reasoning === "never" ? undefined : ["reasoning.encrypted_content"],
  });
  const merged = mergeNative(body, native, {
    objects: ["reasoning", "text"],
    lists: ["tools", "include"],
    without: request.without,
    reportsNative: true,
    says: SAYS,
    loss,
  });
  return { path: "/responses", headers, body: { ...merged, stream } };
}

/** Whether the model will reason, as far as is known. */
export function isThinking(request: TargetRequest, modelId: string): boolean {
  const { reasoning } = xaiModel(modelId);
  return reasoning === "optional" || reasoning === "unknown"
    ? effortOf(request, modelId) !== "none"
    : reasoning === "always";
}

function effortOf(request: TargetRequest, modelId: string, loss?: (loss: Loss) => void): string | undefined {
  const native = asJsonObject(request.vendorOptions?.xai?.["reasoning"]);
  return planEffort(request, xaiModel(modelId), loss, native["effort"]).effort;
}

/** Where the caller asks for another format in the vendor's words, that one counts. */
function besideFormat(request: TargetRequest, text: unknown, loss: (loss: Loss) => void): TargetRequest {
  const { format } = asObject(text);
  if (format === undefined || format === null || request.output.type === "text") return request;
  loss({ what: "output", action: "dropped", reason: "vendorOptions asks for another format" });
  return { ...request, output: { type: "text" } };
}
