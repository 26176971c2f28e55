import {
  asJsonObject,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { addToPrompt, addToSystem, defined, filled, mergeNative, pairs, takeUnless } from "@understudy/core/toolkit";
import { markCache } from "./cache-points.ts";
import { toMessages } from "./content.ts";
import { bedrockModel, type BedrockModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";
import { toTools } from "./tools.ts";

/**
 * Native fields of Converse, sent as they are: `guardrailConfig`, `performanceConfig`, `serviceTier`, `requestMetadata`,
 * `promptVariables`, `additionalModelResponseFieldPaths` and so on. `inferenceConfig`, `toolConfig`, `outputConfig` and
 * `additionalModelRequestFields` are merged with what the request says, tools and blocks of `system` are added to it.
 */
export interface BedrockNativeFields {
  /** More headers, for this request only. They are not part of its signature. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly bedrock?: BedrockNativeFields | undefined;
  }
}

/** How the path of a streamed answer ends. */
export const STREAMED = "/converse-stream";
const OBJECTS = ["inferenceConfig", "toolConfig", "outputConfig", "additionalModelRequestFields"];
const SAYS = pairs(
  "maxTokens:maxOutputTokens temperature topP stopSequences:stop toolChoice effort:reasoning.effort textFormat:output",
);

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  /** `known`: the model that the table is asked for, where an ARN does not name it. */
  { id, known }: { readonly id: string; readonly known: string },
  context: RequestContext,
): NativeRequest {
  const { stream, loss } = context;
  const { headers = {}, ...native } = request.vendorOptions?.bedrock ?? {};
  const model = bedrockModel(known);
  const own = asJsonObject(native["additionalModelRequestFields"]);
  const { format, instruction } = toFormat(request, loss);
  const tools = toTools(request, asJsonObject(native["toolConfig"]), model, loss);
  const reasoning = beside(planReasoning(request, model, own, loss), tools.isForced, own, loss);
  const sampling = toSampling(request, asJsonObject(native["inferenceConfig"]), model, reasoning.isThinking, loss);
  const told = [instruction, tools.instruction].reduce<string | undefined>(
    (text, more) => addToSystem(text, more),
    undefined,
  );
  const { system, messages } = addToPrompt(request, told);
  takeUnless("the API has none", "userId", request.userId, loss);
  const isCached = takeUnless(
    model.cache === "nowhere" ? "the model takes no marks for a cache" : undefined,
    "cache",
    request.cache === true ? true : undefined,
    loss,
  );
  const body = defined({
    messages: toMessages(messages, model, loss),
    system: system === undefined || system.trim() === "" ? undefined : [{ text: system }],
    inferenceConfig: filled({ ...sampling.common }),
    toolConfig: tools.config,
    outputConfig: filled({ effort: reasoning.effort, textFormat: format }),
    additionalModelRequestFields: filled({ ...reasoning.own, ...sampling.own }),
  });
  const merged = mergeNative(body, native, {
    objects: OBJECTS,
    lists: ["tools", "system"],
    without: request.without,
    reportsNative: true,
    says: SAYS,
    loss,
  });
  return {
    path: `/model/${encodeURIComponent(id)}${stream ? STREAMED : "/converse"}`,
    headers,
    body: isCached === true ? markCache(merged, model) : merged,
  };
}

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  const model: BedrockModel = bedrockModel(modelId);
  const native: JsonObject = asJsonObject(request.vendorOptions?.bedrock?.["additionalModelRequestFields"]);
  return planReasoning(request, model, native, () => undefined);
}

/** Reasoning beside a forced call: what the caller says natively stays, and the vendor decides. */
function beside(plan: ReasoningPlan, isForced: boolean, native: JsonObject, loss: (loss: Loss) => void): ReasoningPlan {
  if (!isForced || !plan.excludesForcedTools || native["thinking"] !== undefined) return plan;
  loss({ what: "reasoning", action: "dropped", reason: "excludes a forced tool call" });
  return { own: {}, isThinking: false, isVisible: false, excludesForcedTools: false };
}
