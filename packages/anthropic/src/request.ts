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
import { toMessages } from "./content.ts";
import { anthropicModel, type AnthropicModel } from "./models.ts";
import { toFormat } from "./output-format.ts";
import { planReasoning, type ReasoningPlan } from "./reasoning.ts";
import { toSampling } from "./sampling.ts";

/**
 * Native fields of the Messages API, sent as they are. `output_config` and `metadata` are merged with what the request
 * says, `tools` (server tools) are added to its tools, everything else takes its place.
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

const DEFAULT_MAX_TOKENS = 32_000;
/** Of models that are older than the table. */
const SMALLEST_MAX_TOKENS = 4_096;
/** The last version of the API that takes sampling parameters. */
const SAMPLING_VERSION = "2023-06-01";
const GO_ON = "Go on.";
const MUST_CALL = "Answer by calling one of the tools; do not answer in text.";

/** The native request of one model. Everything that it cannot take as asked is reported. */
export function toNativeRequest(
  request: TargetRequest,
  modelId: string,
  { stream, loss }: RequestContext,
): NativeRequest {
  const { betas: asked, headers = {}, ...native } = request.vendorOptions?.anthropic ?? {};
  const betas = Array.isArray(asked) ? asked : [];
  if (betas !== asked && asked !== undefined)
    loss({ what: "vendorOptions betas", action: "dropped", reason: "no array" });
  const model = anthropicModel(modelId);
  const maxTokens = maxTokensOf(request, model, loss);
  const reasoning = planReasoning(request, model, maxTokens, loss);
  const choice = toToolChoice(request, model, reasoning, loss);
  const format = toFormat(request, model, loss);
  const sampling = toSampling(request, model, isActive(choice.thinking), loss);
  const system = addToSystem(addToSystem(request.system, format.instruction), choice.instruction);
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
    tools: request.tools.length === 0 ? undefined : request.tools.map(toTool),
    tool_choice: choice.choice,
    thinking: choice.thinking,
    output_config: Object.keys(outputConfig).length === 0 ? undefined : outputConfig,
    stop_sequences: toStop(request, loss),
    metadata: request.userId === undefined ? undefined : { user_id: request.userId },
    cache_control: request.cache === true ? { type: "ephemeral" } : undefined,
    ...sampling,
  });
  const merged = mergeNative(body, defined(native), { objects: ["output_config", "metadata"], lists: ["tools"], loss });
  return {
    path: betas.length === 0 ? "/v1/messages" : "/v1/messages?beta=true",
    headers: {
      ...(Object.keys(sampling).length === 0 ? {} : { "anthropic-version": SAMPLING_VERSION }),
      ...(betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") }),
      ...headers,
    },
    body: { ...merged, stream },
  };
}

function isActive(thinking: JsonObject | undefined): boolean {
  return thinking !== undefined && thinking["type"] !== "disabled";
}

const quietly = (): void => undefined;

/** What is decided about reasoning, without reporting anything. */
export function reasoningOf(request: TargetRequest, modelId: string): ReasoningPlan {
  const model = anthropicModel(modelId);
  const plan = planReasoning(request, model, maxTokensOf(request, model, quietly), quietly);
  const native = request.vendorOptions?.anthropic?.["thinking"];
  if (!isJsonObject(native)) return plan;
  return { isThinking: native["type"] !== "disabled", isVisible: native["display"] === "summarized" };
}

function maxTokensOf(request: TargetRequest, model: AnthropicModel, loss: (loss: Loss) => void): number {
  const limit = model.maxOutputTokens;
  const asked = clampOutputTokens(request.maxOutputTokens, limit, loss);
  if (asked !== undefined) return asked;
  return limit !== "unknown" ? limit : model.jsonSchema ? DEFAULT_MAX_TOKENS : SMALLEST_MAX_TOKENS;
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

function toStop({ stop }: TargetRequest, loss: (loss: Loss) => void): string[] | undefined {
  const kept = stop.filter((text) => text.trim() !== "");
  if (kept.length < stop.length) loss({ what: "stop", action: "dropped", reason: "the API refuses blank ones" });
  return kept.length === 0 ? undefined : kept;
}

function toTool({ name, description, inputSchema }: TargetRequest["tools"][number]): JsonObject {
  return defined({ name, description, input_schema: inputSchema });
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
