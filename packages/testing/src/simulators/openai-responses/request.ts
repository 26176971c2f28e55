import { firstOf, isObject, listOf, objectsOf, shown, textOf, unknownKey, words, type WireObject } from "../json.ts";
import type { Endpoint } from "../openai/admit.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { openAIModel } from "../openai/models.ts";
import { checkCommon, checkEffort, checkSampling, missing, unsupportedParameter } from "../openai/parameters.ts";
import { wrongType, wrongValue } from "../openai/parameters.ts";
import { checkStrictSchema } from "../openai/schemas.ts";
import { checkItems } from "./items.ts";
import { checkPairs } from "./pairs.ts";
import { checkResponsesTools } from "./tools.ts";

const fields = words(`
  model input instructions max_output_tokens temperature top_p top_logprobs tools tool_choice parallel_tool_calls
  max_tool_calls reasoning text store previous_response_id conversation include stream stream_options metadata
  safety_identifier user prompt_cache_key prompt_cache_options prompt_cache_retention service_tier truncation
  context_management background moderation access_programs image prompt
`);

/** The endpoint of the Responses API. */
export const responsesEndpoint: Endpoint = {
  path: "/v1/responses",
  notFound: 400,
  check: (body, model, rules) =>
    firstOf([
      () => checkShape(body),
      () => checkCommon(body, "text.verbosity", isObject(body["text"]) ? body["text"]["verbosity"] : undefined),
      () => checkModelParameters(body, model),
      () => checkText(body),
      () => checkResponsesTools(body),
      () => checkItems(body["input"]),
      () => checkPairs(body, rules.organization),
    ]),
};

function checkShape(body: WireObject): OpenAIProblem | undefined {
  const extra = unknownKey(body, fields);
  if (extra !== undefined)
    return { message: `Unknown parameter: '${extra}'.`, param: extra, code: "unknown_parameter" };
  const prompted = isObject(body["prompt"]);
  if (!prompted && typeof body["model"] !== "string") return missing("model");
  const input = body["input"];
  const elsewhere = prompted || body["previous_response_id"] !== undefined || body["conversation"] !== undefined;
  if (input === undefined && !elsewhere) {
    return {
      message: "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.",
    };
  }
  if (input !== undefined && typeof input !== "string" && !Array.isArray(input)) {
    return wrongType("input", "a string or an array", input);
  }
  if (isSet(body["previous_response_id"]) && isSet(body["conversation"])) {
    const message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'.";
    return { message, param: "previous_response_id", code: "mutually_exclusive_parameters" };
  }
  if (isSet(body["stream_options"]) && body["stream"] !== true) {
    return {
      message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      param: "stream_options",
    };
  }
  const typed = [
    ["instructions", "string", "a string"],
    ["stream", "boolean", "a boolean"],
    ["store", "boolean", "a boolean"],
    ["parallel_tool_calls", "boolean", "a boolean"],
    ["max_output_tokens", "number", "an integer"],
  ] as const;
  const wrong = typed.find(([name, type]) => isSet(body[name]) && typeof body[name] !== type);
  return wrong === undefined ? undefined : wrongType(wrong[0], wrong[2], body[wrong[0]]);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function checkModelParameters(body: WireObject, id: string): OpenAIProblem | undefined {
  const model = openAIModel(id);
  const most = body["max_output_tokens"];
  if (typeof most === "number" && most < 16) {
    const message = `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${most} instead.`;
    return { message, param: "max_output_tokens", code: "integer_below_min_value" };
  }
  if (typeof most === "number" && model.mostOutput !== undefined && most > model.mostOutput) {
    const message = `Invalid 'max_output_tokens': integer above maximum value. Expected a value <= ${model.mostOutput}, but got ${most} instead.`;
    return { message, param: "max_output_tokens", code: "integer_above_max_value" };
  }
  const reasoning = isObject(body["reasoning"]) ? body["reasoning"] : {};
  const effort = reasoning["effort"];
  return firstOf([
    () => checkEffort("reasoning.effort", effort, model, id),
    () => checkSampling(body, model, effort),
    () =>
      model.efforts.length === 0 && isSet(reasoning["summary"]) ? unsupportedParameter("reasoning.summary") : undefined,
    () =>
      isSet(reasoning["summary"]) && !["auto", "concise", "detailed"].includes(shown(reasoning["summary"]))
        ? wrongValue("reasoning.summary", reasoning["summary"], ["concise", "detailed", "auto"])
        : undefined,
  ]);
}

function checkText(body: WireObject): OpenAIProblem | undefined {
  const format = isObject(body["text"]) ? body["text"]["format"] : undefined;
  if (!isObject(format)) return undefined;
  const type = textOf(format["type"]);
  if (!["text", "json_object", "json_schema"].includes(type)) {
    return wrongValue("text.format.type", format["type"], ["json_object", "json_schema", "text"]);
  }
  if (type === "json_object" && !/json/i.test(inputText(body))) {
    const message =
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.";
    return { message, param: "input" };
  }
  if (type !== "json_schema") return undefined;
  const name = format["name"];
  if (name === undefined) return missing("text.format.name");
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(shown(name))) {
    const message =
      "Invalid 'text.format.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
    return { message, param: "text.format.name", code: "invalid_value" };
  }
  if (format["schema"] === undefined) return missing("text.format.schema");
  const place = {
    name: `response_format '${shown(name)}'`,
    param: "text.format.schema",
    code: "invalid_json_schema",
  };
  return format["strict"] === false ? undefined : checkStrictSchema(format["schema"], place);
}

/** What the model reads, except the instructions, which do not count here. */
function inputText(body: WireObject): string {
  if (typeof body["input"] === "string") return body["input"];
  return objectsOf(listOf(body["input"]))
    .map((item) => JSON.stringify(item["content"] ?? ""))
    .join("\n");
}
