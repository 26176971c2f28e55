import {
  addToSystem,
  asArray,
  asJsonObject,
  asString,
  clampOutputTokens,
  defined,
  isJsonObject,
  mergeNative,
  takeUnless,
  type JsonObject,
  type JsonValue,
  type Loss,
  type NativeRequest,
  type RequestContext,
  type TargetRequest,
} from "@understudy/core/adapter";
import { markCache } from "./cache-marks.ts";
import { containerOf } from "./container.ts";
import { toMessages } from "./content.ts";
import { anthropicModel, type AnthropicModel } from "./models.ts";
import { toFormat, toToolSchema } from "./output-format.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";
import { toUserId } from "./user-id.ts";
import { isBedrock, versionFor, type Place } from "./versions.ts";

/**
 * Native fields of the Messages API, sent as they are. `output_config` and `metadata` are merged with what the request
 * says, `tools` are added to its tools, everything else takes its place. What the adapter itself tells the model is put
 * behind a `system`.
 */
export interface AnthropicOptions {
  /** Names of betas, for the header `anthropic-beta`. */
  readonly betas?: readonly string[] | undefined;
  /** More headers, for this request only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: JsonValue | undefined;
}

declare module "@understudy/core/adapter" {
  interface VendorOptions {
    readonly anthropic?: AnthropicOptions | undefined;
  }
}

const OWN_HOST: Place = { host: "api.anthropic.com" };
const DEFAULT_MAX_TOKENS = 32_000;
/** Bedrock takes all of it from the quota before the answer begins, and Claude's output counts five times there. */
const BEDROCK_MAX_TOKENS = 16_384;
/** Of models that are older than the table. */
const SMALLEST_MAX_TOKENS = 4_096;
/** Left out by a repair: the schema is then told in words. */
export const FORMAT = "output_config.format";
const GO_ON = "Go on.";
const MUST_CALL = "Answer by calling one of the tools; do not answer in text.";

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
  const { betas: asked, headers = {}, ...given } = request.vendorOptions?.anthropic ?? {};
  const { system: ownSystem, workspace_id: workspace, user_profile_id: profile, ...native } = given;
  const betas = Array.isArray(asked) ? asked : [];
  if (betas !== asked && asked !== undefined)
    loss({ what: "vendorOptions betas", action: "dropped", reason: "no array" });
  const model = anthropicModel(modelId);
  const maxTokens = maxTokensOf(request, model, place, loss);
  const reasoning = planReasoning(request, model, maxTokens, loss);
  const choice = toToolChoice(request, model, reasoning, loss);
  const inWords = request.without?.includes(FORMAT) === true;
  const format = toFormat(request, inWords ? { ...model, jsonSchema: false } : model, loss);
  const sampling = toSampling(request, model, isActive(choice.thinking), loss);
  const system = toSystem(ownSystem ?? request.system, [format.instruction, choice.instruction]);
  takeUnless("the API has none", "seed", request.seed, loss);
  const outputConfig = defined({ effort: reasoning.effort, format: format.format });
  const body = defined({
    model: modelId,
    max_tokens: maxTokens,
    system,
    messages: closing(
      toMessages(request.messages, format.format === undefined, loss),
      model.prefill && !isActive(choice.thinking) && format.format === undefined,
      loss,
    ),
    tools: request.tools.length === 0 ? undefined : request.tools.map((tool) => toTool(tool, loss)),
    container: toContainer(native["container"], containerOf(request.messages, wallNow)),
    tool_choice: choice.choice,
    thinking: choice.thinking,
    output_config: Object.keys(outputConfig).length === 0 ? undefined : outputConfig,
    stop_sequences: toStop(request, loss),
    metadata: toUserId(request.userId, loss),
    ...sampling,
  });
  const merged = mergeNative(body, defined(native), {
    objects: ["output_config", "metadata", "container"],
    lists: ["tools"],
    without: request.without,
    loss,
  });
  const version = versionFor(place, model, Object.keys(sampling).length > 0);
  return {
    path: betas.length === 0 ? "/v1/messages" : "/v1/messages?beta=true",
    headers: {
      ...(version === undefined ? {} : { "anthropic-version": version }),
      ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
      ...(typeof workspace === "string" && { "anthropic-workspace-id": workspace }),
      ...(typeof profile === "string" && { "anthropic-user-profile-id": profile }),
      ...headers,
    },
    body: { ...(request.cache === true ? markCache(merged) : merged), stream },
  };
}

/** A caller's own system takes the place of the request's, never that of what the model has to be told. */
function toSystem(system: JsonValue | undefined, instructions: readonly (string | undefined)[]): JsonValue | undefined {
  const told = instructions.reduce<string | undefined>((text, more) => addToSystem(text, more), undefined);
  if (!Array.isArray(system)) return addToSystem(asString(system), told);
  return told === undefined ? system : [...system, { type: "text", text: told }];
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
  const model = anthropicModel(modelId);
  const plan = planReasoning(request, model, maxTokensOf(request, model, place, quietly), quietly);
  const native = request.vendorOptions?.anthropic?.["thinking"];
  if (!isJsonObject(native)) return plan;
  return { isThinking: native["type"] !== "disabled", isVisible: native["display"] === "summarized" };
}

function maxTokensOf(request: TargetRequest, model: AnthropicModel, place: Place, loss: (loss: Loss) => void): number {
  const limit = model.maxOutputTokens;
  const asked = clampOutputTokens(request.maxOutputTokens, limit, loss);
  if (asked !== undefined) return asked;
  const most = limit !== "unknown" ? limit : model.jsonSchema ? DEFAULT_MAX_TOKENS : SMALLEST_MAX_TOKENS;
  if (isBedrock(place)) {
    const { effort, budgetTokens = 0 } = request.reasoning;
    return Math.min(most, Math.max(BEDROCK_MAX_TOKENS + budgetTokens, effort === undefined ? 0 : DEFAULT_MAX_TOKENS));
  }
  return most;
}

interface ToolChoicePlan {
  readonly choice?: JsonObject | undefined;
  readonly thinking?: JsonObject | undefined;
  readonly instruction?: string | undefined;
}

function toToolChoice(
  request: TargetRequest,
  model: AnthropicModel,
  { thinking }: ReasoningPlan,
  loss: (loss: Loss) => void,
): ToolChoicePlan {
  const { toolChoice, tools } = request;
  if (tools.length === 0 || toolChoice === "auto") return { thinking };
  if (toolChoice === "none") return { thinking, choice: { type: "none" } };
  if (!model.forcedTools) {
    loss({ what: "toolChoice", action: "translated", reason: "the model cannot be forced; it is told to call" });
    const name = toolChoice === "required" ? "" : ` The tool to call is ${toolChoice.tool}.`;
    return { thinking, instruction: MUST_CALL + name };
  }
  const isRefused = thinking?.["type"] === "enabled";
  if (isRefused) loss({ what: "reasoning", action: "dropped", reason: "excludes a forced tool call" });
  return {
    choice: toolChoice === "required" ? { type: "any" } : { type: "tool", name: toolChoice.tool },
    thinking: isRefused ? undefined : thinking,
  };
}

/** The API refuses blank ones: the reader ends the answer at them. */
export function isBlankStop(text: string): boolean {
  return text.trim() === "";
}

function toStop({ stop }: TargetRequest, loss: (loss: Loss) => void): string[] | undefined {
  const kept = stop.filter((text) => !isBlankStop(text));
  if (kept.length < stop.length) {
    loss({ what: "stop", action: "translated", reason: "the answer is cut on our side, without its usage" });
  }
  return kept.length === 0 ? undefined : kept;
}

function toTool(
  { name, description, inputSchema, vendorOptions }: TargetRequest["tools"][number],
  loss: (loss: Loss) => void,
): JsonObject {
  const native = vendorOptions?.["anthropic"] ?? {};
  return { ...defined({ name, description, input_schema: toToolSchema(inputSchema, native, loss) }), ...native };
}

/**
 * Only some models continue a conversation that ends with their own turn, and they refuse blanks at its end. A turn in
 * which the vendor runs tools is sent back as it is: then it was paused.
 */
function closing(messages: JsonObject[], canContinue: boolean, loss: (loss: Loss) => void): JsonObject[] {
  const last = messages.at(-1);
  if (last?.["role"] !== "assistant") return messages;
  const blocks = asArray(last["content"]).map(asJsonObject);
  if (blocks.some(({ type }) => type === "server_tool_use" || type === "mcp_tool_use")) return messages;
  if (!canContinue) {
    loss({
      what: "messages",
      action: "translated",
      reason: "ended with the model's turn; a user turn was put behind it",
    });
    return [...messages, { role: "user", content: [{ type: "text", text: GO_ON }] }];
  }
  const ending = blocks.at(-1);
  if (ending?.["type"] !== "text") return messages;
  const text = (asString(ending["text"]) ?? "").trimEnd();
  return [...messages.slice(0, -1), { ...last, content: [...blocks.slice(0, -1), { ...ending, text }] }];
}
