import { firstOf, isObject, listOf, textOf, unknownKey, shown } from "../json.ts";
import type { AnthropicModel } from "./models.ts";
import type { AnthropicRequest, Problem } from "./problem.ts";
import { checkSchema } from "./schemas.ts";

/** Sampling, thinking, effort and output format against the API version and the model. */
export function checkParameters(request: AnthropicRequest, model: AnthropicModel): Problem {
  return firstOf([
    () => checkMaxTokens(request, model),
    () => checkSampling(request, model),
    () => checkThinking(request, model),
    () => checkOutput(request, model),
    () => checkLists(request),
  ]);
}

function checkMaxTokens({ body, model }: AnthropicRequest, { maxOutput }: AnthropicModel): Problem {
  const asked = Number(body["max_tokens"]);
  if (maxOutput === undefined || asked <= maxOutput) return undefined;
  return `max_tokens: ${asked} > ${maxOutput}, which is the maximum allowed number of output tokens for ${model}`;
}

function checkSampling({ body, version }: AnthropicRequest, model: AnthropicModel): Problem {
  const { temperature, top_p, top_k } = body;
  const sent = ["temperature", "top_p", "top_k"].filter((name) => body[name] !== undefined);
  if (sent.length === 0) return undefined;
  // Version 2026-10-21 has no sampling parameters, on any model.
  if (version === "2026-10-21") return `${sent[0]}: Extra inputs are not permitted`;
  for (const [name, value] of Object.entries({ temperature, top_p })) {
    if (value === undefined) continue;
    if (typeof value !== "number") return `${name}: Input should be a valid number`;
    if (value < 0 || value > 1) return `${name}: range: 0..1`;
  }
  if (model.sampling === "neutral") {
    if (top_k !== undefined) return "`top_k` is deprecated for this model.";
    if (temperature !== undefined && temperature !== 1) return "`temperature` is deprecated for this model.";
    if (typeof top_p === "number" && top_p < 0.99) return "`top_p` is deprecated for this model.";
  }
  if (model.oneSampler && temperature !== undefined && top_p !== undefined) {
    return "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
  }
  if (!isThinking(body["thinking"])) return undefined;
  if (temperature !== undefined && temperature !== 1) {
    return "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.";
  }
  if (top_k !== undefined) return "`top_k` must be unset when thinking is enabled or in adaptive mode.";
  return typeof top_p === "number" && top_p < 0.95
    ? "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode."
    : undefined;
}

/** Whether the request asks for thinking in so many words. */
export function isThinking(thinking: unknown): boolean {
  return isObject(thinking) && thinking["type"] !== "disabled";
}

const thinkingFields: Readonly<Record<string, readonly string[]>> = {
  adaptive: ["type", "display", "block_binding"],
  enabled: ["type", "budget_tokens", "display", "block_binding"],
  between_tools: ["type", "display", "block_binding"],
  disabled: ["type"],
};

function checkThinking({ body, betas }: AnthropicRequest, model: AnthropicModel): Problem {
  const thinking = body["thinking"];
  if (thinking === undefined) return undefined;
  if (!isObject(thinking)) return "thinking: Input should be a valid dictionary";
  const type = shown(thinking["type"]);
  const fields = thinkingFields[type];
  if (fields === undefined) {
    const known = Object.keys(thinkingFields).map((one) => `'${one}'`);
    return `thinking: Input tag '${type}' found using 'type' does not match any of the expected tags: ${known.join(", ")}`;
  }
  if (!model.thinking.includes(type)) {
    const hint = `Use "thinking.type.${model.thinking[0]}" and "output_config.effort" to control thinking behavior.`;
    return `"thinking.type.${type}" is not supported for this model. ${hint}`;
  }
  const extra = unknownKey(thinking, fields);
  if (extra !== undefined) return `thinking.${type}.${extra}: Extra inputs are not permitted`;
  if (type !== "enabled") return undefined;
  const budget = thinking["budget_tokens"];
  if (typeof budget !== "number") return "thinking.enabled.budget_tokens: Field required";
  if (budget < 1024) return "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
  // With interleaved thinking the budget spans several turns.
  const interleaved = betas.includes("interleaved-thinking");
  return budget >= Number(body["max_tokens"]) && !interleaved
    ? "`max_tokens` must be greater than `thinking.budget_tokens`."
    : undefined;
}

function checkOutput({ body, model: id }: AnthropicRequest, model: AnthropicModel): Problem {
  const config = body["output_config"];
  if (config === undefined) return undefined;
  if (!isObject(config)) return "output_config: Input should be a valid dictionary";
  const extra = unknownKey(config, ["effort", "format", "task_budget"]);
  if (extra !== undefined) return `output_config.${extra}: Extra inputs are not permitted`;
  const effort = config["effort"];
  if (effort !== undefined && !model.efforts.includes(shown(effort))) {
    return model.efforts.length === 0
      ? "This model does not support the effort parameter."
      : `This model does not support effort level '${shown(effort)}'. Supported levels: ${model.efforts.toSorted().join(", ")}.`;
  }
  const thinking = isObject(body["thinking"]) ? body["thinking"]["type"] : undefined;
  const high = effort === "xhigh" || effort === "max";
  if (high && (thinking === "between_tools" || (thinking === "disabled" && id.startsWith("claude-opus-5")))) {
    return `This model does not support effort level '${effort}' with "thinking.type.${thinking}".`;
  }
  const format = config["format"];
  if (format === undefined || format === null) return undefined;
  if (!isObject(format) || format["type"] !== "json_schema") {
    return "output_config.format: Input tag does not match any of the expected tags: 'json_schema'";
  }
  return format["schema"] === undefined
    ? "output_config.format.schema: Field required"
    : checkSchema("output_config.format.schema", format["schema"]);
}

function checkLists({ body }: AnthropicRequest): Problem {
  const stops = body["stop_sequences"];
  if (stops !== undefined && !Array.isArray(stops)) return "stop_sequences: Input should be a valid list";
  if (listOf(stops).some((stop) => typeof stop !== "string" || stop.trim() === "")) {
    return "stop_sequences: each stop sequence must contain non-whitespace";
  }
  const metadata = checkMetadata(body["metadata"]);
  if (metadata !== undefined) return metadata;
  const tier = body["service_tier"];
  return tier === undefined || tier === "auto" || tier === "standard_only"
    ? undefined
    : "service_tier: Input should be 'auto' or 'standard_only'";
}

const MOST_USER_ID = 256;
const PERSONAL: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["an email address", /[^\s@]@[^\s@]+\.[^\s@]/],
  ["a phone number", /^\+?[\d\s().-]*\d[\s().-]+\d[\d\s().-]*$|^\+\d{7,15}$/],
];

function checkMetadata(metadata: unknown): Problem {
  if (!isObject(metadata)) return undefined;
  const extra = unknownKey(metadata, ["user_id"]);
  if (extra !== undefined) return `metadata.${extra}: Extra inputs are not permitted`;
  const id = textOf(metadata["user_id"]);
  if (id.length > MOST_USER_ID) return `metadata.user_id: String should have at most ${MOST_USER_ID} characters`;
  const personal = PERSONAL.find(([, pattern]) => pattern.test(id))?.[0];
  return personal === undefined
    ? undefined
    : `metadata.user_id: user_id appears to contain ${personal}. Please send a uuid or hash value instead`;
}
