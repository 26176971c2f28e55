import {
  asJsonObject,
  asNumber,
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
  addInstructions,
  clampOutputTokens,
  defined,
  filled,
  joinHeader,
  jsonInstruction,
  mergeHeaders,
  mergeNative,
  takeFilledStops,
  takeUnless,
  takeUserId,
  type FormatPlan,
} from "@understudy/core/toolkit";
import { markCache } from "./cache-marks.ts";
import { closing } from "./closing.ts";
import { containerOf } from "./container.ts";
import { toMessages } from "./content.ts";
import { BETAS, VERSION_HEADER } from "./headers.ts";
import { anthropicModel, HOST, type AnthropicModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { excludesThinking, isSampled, toSampling } from "./sampling.ts";
import { planToolChoice } from "./tool-choice.ts";
import { toTools } from "./tools.ts";
import { isBedrock, takesBetas, versionFor, type Place } from "./versions.ts";

/**
 * Native fields of the Messages API, sent as they are. `output_config` and `metadata` are merged with what the request
 * says, `tools` are added to its tools, everything else takes its place. What the API refuses beside a native field yields to
 * it. The adapter's own instructions to the model are put behind a `system`.
 */
export interface AnthropicNativeFields {
  /** Names of betas, for the header `anthropic-beta`. */
  readonly betas?: readonly string[] | undefined;
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Any other field of the request's body, by the vendor's name. */
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly anthropic?: AnthropicNativeFields | undefined;
  }
}

const OWN_HOST: Place = { host: HOST };
const DEFAULT_MAX_TOKENS = 32_000;
/** Bedrock takes all of it from the quota before the answer begins, and Claude's output counts five times there. */
const BEDROCK_MAX_TOKENS = 16_384;
/** Of models that are older than the table. */
const SMALLEST_MAX_TOKENS = 4_096;
/** https://platform.claude.com/docs/en/api/messages */
const MOST_USER_ID = 256;
/** Left out by a repair: the schema is then stated in words. */
export const FORMAT = "output_config.format";

/**
 * The native request of one model at one host, Anthropic's own or that of a cloud. Everything that it cannot take as asked
 * is reported.
 */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss, wallNow = Number.NaN }: RequestContext,
  place: Place = OWN_HOST,
): NativeRequest {
  const { betas: asked, headers: given = {}, ...options } = request.vendorOptions?.anthropic ?? {};
  const { system: ownSystem, workspace_id: workspace, user_profile_id: profile, ...fields } = options;
  const model = modelAt(modelId, place);
  const format = planFormat(request, defined(fields), model, loss);
  const { native } = format;
  const maxTokens = maxTokensOf(request, native, model, place, loss);
  const reasoning = planBeside(request, native, model, maxTokens, loss);
  const choice = planToolChoice(request, native, model, reasoning.thinking, loss);
  const isThinking = isActive(choice.thinking);
  const system = addInstructions(ownSystem ?? request.system, [format.instruction, choice.instruction]);
  takeUnless("the API has none", "seed", request.seed, loss);
  const userId = takeUserId(request.userId, MOST_USER_ID, loss);
  const body = defined({
    model: modelId,
    max_tokens: maxTokens,
    system,
    messages: closing(
      toMessages(request.messages, !format.isFormatted, loss),
      model.prefill && !isThinking && !format.isFormatted,
      loss,
    ),
    tools: toTools(request, native, loss),
    container: toContainer(native["container"], containerOf(request.messages, wallNow)),
    thinking: choice.thinking,
    output_config: filled({ effort: reasoning.effort, format: format.format }),
    stop_sequences: takeFilledStops(request, loss),
    metadata: userId === undefined ? undefined : { user_id: userId },
    ...toSampling(request, native, model, isThinking, loss),
  });
  const merged = mergeNative(
    body,
    { ...native, tool_choice: choice.choice },
    {
      objects: ["output_config", "metadata", "container"],
      lists: ["tools"],
      without: request.without,
      reportsNative: true,
      loss,
    },
  );
  const version = versionFor(place, model, isSampled(merged));
  const { [BETAS]: header, ...headers } = mergeHeaders(given);
  const listed = Array.isArray(asked) ? asked : [];
  if (listed !== asked && asked !== undefined)
    loss({ what: "vendorOptions betas", action: "dropped", reason: "no array" });
  // The target's own are sent with every request, but not beside others.
  const named = joinHeader([header, ...listed]) && joinHeader([place.betas, header, ...listed]);
  const betas = takeUnless(takesBetas(place) ? undefined : "the cloud takes none", "vendorOptions betas", named, loss);
  return {
    path: betas === undefined || listed.length === 0 ? "/v1/messages" : "/v1/messages?beta=true",
    headers: {
      ...(version === undefined ? {} : { [VERSION_HEADER]: version }),
      ...(typeof workspace === "string" && { "anthropic-workspace-id": workspace }),
      ...(typeof profile === "string" && { "anthropic-user-profile-id": profile }),
      ...headers,
      ...(betas === undefined ? {} : { [BETAS]: betas }),
    },
    body: { ...(request.cache === true ? markCache(merged) : merged), stream },
  };
}

/** A container of the caller's takes the place of the conversation's, unless it only says what to load into it. */
function toContainer(native: JsonValue | undefined, id: string | undefined): JsonValue | undefined {
  return id !== undefined && isJsonObject(native) ? { id } : id;
}

function isActive(thinking: JsonObject | undefined): boolean {
  return thinking !== undefined && thinking["type"] !== "disabled";
}

const quietly = (): void => undefined;

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string, place: Place = OWN_HOST): ReasoningPlan {
  const native = defined(request.vendorOptions?.anthropic ?? {});
  const model = modelAt(modelId, place);
  return planBeside(request, native, model, maxTokensOf(request, native, model, place, quietly), quietly);
}

function modelAt(id: string, { maxOutputTokens }: Place): AnthropicModel {
  const model = anthropicModel(id);
  return maxOutputTokens === undefined ? model : { ...model, maxOutputTokens };
}

/** Reasoning beside what the caller says natively, which stays: what it excludes is reported. */
function planBeside(
  request: TargetRequest,
  native: JsonObject,
  model: AnthropicModel,
  maxTokens: number,
  loss: (loss: Loss) => void,
): ReasoningPlan {
  const thinking = native["thinking"];
  if (isJsonObject(thinking)) {
    const { type, display } = thinking;
    const { effort } = planReasoning(request, model, maxTokens, quietly);
    const isVisible = display === undefined ? model.showsByDefault : display === "summarized";
    return { effort, thinking, isThinking: type !== "disabled", isVisible };
  }
  const plan = planReasoning(request, model, maxTokens, loss);
  if (!isActive(plan.thinking) || !model.sampling || !excludesThinking(native)) return plan;
  loss({ what: "reasoning", action: "dropped", reason: "not with native sampling" });
  return { effort: plan.effort, isThinking: false, isVisible: false };
}

function maxTokensOf(
  request: TargetRequest,
  native: JsonObject,
  model: AnthropicModel,
  place: Place,
  loss: (loss: Loss) => void,
): number {
  const limit = model.maxOutputTokens;
  const asked = asNumber(native["max_tokens"]) ?? clampOutputTokens(request.maxOutputTokens, limit, loss);
  if (asked !== undefined) return asked;
  const most = limit !== "unknown" ? limit : model.jsonSchema ? DEFAULT_MAX_TOKENS : SMALLEST_MAX_TOKENS;
  if (isBedrock(place)) {
    const effort = request.reasoning.effort ?? asObject(native["output_config"])["effort"];
    const budget = asNumber(asObject(native["thinking"])["budget_tokens"]) ?? request.reasoning.budgetTokens ?? 0;
    return Math.min(most, Math.max(BEDROCK_MAX_TOKENS + budget, effort === undefined ? 0 : DEFAULT_MAX_TOKENS));
  }
  return most;
}

interface OutputPlan extends FormatPlan {
  /** The body holds a format, the adapter's or the caller's. */
  readonly isFormatted: boolean;
  readonly native: JsonObject;
}

/** A format that the caller gives natively takes the place of the adapter's; `output_format` is its older name. */
function planFormat(
  request: TargetRequest,
  native: JsonObject,
  model: AnthropicModel,
  loss: (loss: Loss) => void,
): OutputPlan {
  const isRefused = request.without?.includes(FORMAT) === true;
  const { output_config, output_format, ...rest } = native;
  const { format = output_format, ...config } = asJsonObject(output_config);
  if (!isJsonObject(format)) {
    const plan = toFormat(request, isRefused ? { ...model, jsonSchema: false } : model, loss);
    return { ...plan, isFormatted: plan.format !== undefined, native };
  }
  if (!isRefused) return { isFormatted: true, native };
  loss({ what: "output", action: "translated", reason: "its format was refused" });
  const instruction = jsonInstruction(asJsonObject(format["schema"]));
  return { instruction, isFormatted: false, native: { ...rest, output_config: config } };
}
