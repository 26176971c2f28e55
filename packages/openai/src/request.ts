import {
  clampOutputTokens,
  defined,
  isJsonObject,
  layOverFlatTools,
  mergeNative,
  planEffort,
  takeSampling,
  takeStops,
  takeUnless,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type ReasoningPlan,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { toItems } from "./content.ts";
import { openAIModel } from "./models.ts";
import { toFormat, toTools } from "./output-format.ts";

/**
 * Native fields of the Responses API, sent as they are. `reasoning`, `text` and `stream_options` are merged with what
 * the request says, `tools` (hosted and custom ones) and `include` are added to its own, everything else takes its
 * place. Fields that lean on state at the vendor are left out: it cannot follow a failover.
 */
export interface OpenAIOptions {
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly openai?: OpenAIOptions | undefined;
  }
}

export const NO_PARAMETER = "the API has no such parameter";
const LEAST_OUTPUT_TOKENS = 16;
const LONGEST_USER_ID = 128;
/** They would make the answer depend on what one vendor keeps, or come later and elsewhere. */
const STATEFUL = ["previous_response_id", "conversation", "background"];

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss }: RequestContext,
): NativeRequest {
  const { headers = {}, ...native } = request.vendorOptions?.openai ?? {};
  const model = openAIModel(modelId);
  const reasoning = planEffort(request, model, loss);
  const format = toFormat(request, loss);
  takeUnless(NO_PARAMETER, "topK", request.topK, loss);
  takeUnless(NO_PARAMETER, "seed", request.seed, loss);
  takeStops(request, 0, loss);
  const isSummarized = reasoning.isVisible && request.without?.includes("reasoning.summary") !== true;
  const asked = defined({ effort: reasoning.effort, summary: isSummarized ? "auto" : undefined });
  const body = defined({
    model: modelId,
    instructions: request.system,
    input: instructed(toItems(request.messages, loss), format.instruction),
    ...layOverFlatTools(toTools(request, false, loss), request, "openai"),
    // Not with the least effort, which the first models of this kind take alone.
    parallel_tool_calls: reasoning.effort === "minimal" && request.tools.length > 0 ? false : undefined,
    text: format.format === undefined ? undefined : { format: format.format },
    reasoning: Object.keys(asked).length === 0 ? undefined : asked,
    max_output_tokens: clampOutputTokens(request.maxOutputTokens, model.maxOutputTokens, loss, LEAST_OUTPUT_TOKENS),
    ...takeSampling(request, model, reasoning.isThinking, loss),
    safety_identifier: toSafetyIdentifier(request, loss),
    store: false,
    include: model.efforts.length === 0 ? undefined : ["reasoning.encrypted_content"],
    stream_options: stream ? { include_obfuscation: false } : undefined,
  });
  const merged = mergeNative(body, native, {
    objects: ["reasoning", "text", "stream_options"],
    lists: ["tools", "include"],
    without: [...(request.without ?? []), ...statefulFields(native, loss)],
    loss,
  });
  return { path: "/responses", headers, body: { ...merged, stream } };
}

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  const plan = planEffort(request, openAIModel(modelId));
  const native = request.vendorOptions?.openai?.["reasoning"];
  if (!isJsonObject(native) || native["effort"] === undefined) return plan;
  return { ...plan, isThinking: native["effort"] !== "none" };
}

function statefulFields(native: OpenAIOptions, loss: (loss: Loss) => void): readonly string[] {
  const found = STATEFUL.filter((name) => native[name] !== undefined && native[name] !== null);
  const reason = "state at the vendor cannot follow a failover";
  for (const name of found) loss({ what: `vendorOptions ${name}`, action: "dropped", reason });
  return found;
}

/** Behind the last question: what came before is found in the vendor's cache, and a tool loop leaves it where it is. */
function instructed(items: readonly JsonObject[], text: string | undefined): readonly JsonObject[] {
  if (text === undefined) return items;
  const position = items.findLastIndex(({ role }) => role === "user") + 1;
  const instruction = { type: "message", role: "developer", content: [{ type: "input_text", text }] };
  return items.toSpliced(position, 0, instruction);
}

function toSafetyIdentifier({ userId }: TargetRequest, loss: (loss: Loss) => void): string | undefined {
  const isTooLong = userId !== undefined && userId.length > LONGEST_USER_ID;
  return takeUnless(isTooLong ? `longer than ${LONGEST_USER_ID} characters` : undefined, "userId", userId, loss);
}
