import {
  firstIn,
  firstOf,
  isObject,
  listOf,
  objectsOf,
  shown,
  textOf,
  unknownKey,
  words,
  type WireObject,
} from "../json.ts";
import type { Endpoint } from "../openai/admit.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { openAIModel, type OpenAIModel } from "../openai/models.ts";
import { checkCommon, checkEffort, checkSampling, emptyArray, missing } from "../openai/parameters.ts";
import { tooLong, unsupportedParameter, wrongPattern, wrongType, wrongValue } from "../openai/parameters.ts";
import { checkLooseSchema, checkStrictSchema } from "../openai/schemas.ts";
import { checkChatMessages } from "./messages.ts";

type Problem = OpenAIProblem | undefined;

const fields = words(`
  messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
  metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
  prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop
  store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options
`);

/** The endpoint of Chat Completions as OpenAI serves it. */
export const chatEndpoint: Endpoint = {
  path: "/v1/chat/completions",
  notFound: 404,
  check: (body, id) => {
    const model = openAIModel(id);
    return firstOf([
      () => checkShape(body),
      () => checkCommon(body, "verbosity", body["verbosity"]),
      () => checkModel(body, id, model),
      () => checkTools(body),
      () => checkChoice(body),
      () => checkFormat(body),
      () => checkChatMessages(body, id),
    ]);
  },
};

/** In what a server differs that only speaks the format. */
export interface CompatibleOptions {
  /** Fields that it refuses. */
  readonly refusedFields?: readonly string[] | undefined;
  /** It takes JSON with a schema. Default: true. */
  readonly jsonSchema?: boolean | undefined;
}

/** The same on a server that only speaks the format: any model, one name for the output limit, no other rules. */
export function compatibleEndpoint({ refusedFields = [], jsonSchema = true }: CompatibleOptions): Endpoint {
  return {
    path: "/v1/chat/completions",
    notFound: 404,
    check: (body, id) =>
      firstOf([
        () => checkRequired(body),
        () => (body["max_completion_tokens"] === undefined ? undefined : unknownParameter("max_completion_tokens")),
        () => firstIn(refusedFields, (field) => (body[field] === undefined ? undefined : forbidden(field))),
        () => (jsonSchema || formatOf(body) !== "json_schema" ? undefined : noSchema),
        () => checkTools(body),
        () => checkChatMessages(body, id),
        () => checkArguments(body),
      ]),
  };
}

function formatOf(body: WireObject): unknown {
  return isObject(body["response_format"]) ? body["response_format"]["type"] : undefined;
}

const noSchema: OpenAIProblem = {
  message: "This model does not support response format `json_schema`.",
  param: "response_format",
};

/** As validators of Python say it, packed into the message of an error. */
function forbidden(field: string): OpenAIProblem {
  const detail = [{ type: "extra_forbidden", loc: ["body", field], msg: "Extra inputs are not permitted" }];
  const message = "Extra inputs are not permitted";
  const body = { object: "error", message: { detail }, type: "invalid_request_error", param: null, code: null };
  return { message, status: 422, body };
}

/** Such servers parse the arguments to fill the template of their model. */
function checkArguments(body: WireObject): Problem {
  return firstIn(objectsOf(body["messages"]), (message, index) =>
    firstIn(objectsOf(message["tool_calls"]), (call) => {
      const fn = call["function"];
      if (!isObject(fn) || isObjectText(textOf(fn["arguments"]))) return undefined;
      return { message: `messages[${index}]: the arguments of a tool call must be the JSON of an object` };
    }),
  );
}

function isObjectText(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

function unknownParameter(param: string): OpenAIProblem {
  return { message: `Unknown parameter: '${param}'.`, param, code: "unknown_parameter" };
}

function checkRequired(body: WireObject): Problem {
  if (typeof body["model"] !== "string") return missing("model");
  if (body["messages"] === undefined) return missing("messages");
  if (!Array.isArray(body["messages"])) return wrongType("messages", "an array of objects", body["messages"]);
  return body["messages"].length === 0 ? emptyArray("messages") : undefined;
}

function checkShape(body: WireObject): Problem {
  const extra = unknownKey(body, fields);
  if (extra !== undefined) return unknownParameter(extra);
  const required = checkRequired(body) ?? tooLong("safety_identifier", textOf(body["safety_identifier"]), 64);
  if (required !== undefined) return required;
  if (isObject(body["stream_options"]) && body["stream"] !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    return { message, param: "stream_options" };
  }
  if (listOf(body["stop"]).length > 4) {
    const message = `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${listOf(body["stop"]).length} instead.`;
    return { message, param: "stop", code: "array_above_max_length" };
  }
  return undefined;
}

function checkModel(body: WireObject, id: string, model: OpenAIModel): Problem {
  if (!model.chat) {
    const message =
      "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?";
    return { status: 404, message, param: "model" };
  }
  const effort = body["reasoning_effort"];
  return firstOf([
    () => checkEffort("reasoning_effort", effort, model, id),
    () => checkSampling(body, model, effort),
    () => checkReasoningLimits(body, model),
    () => checkToolSupport(body, model),
    () =>
      body["web_search_options"] !== undefined && !id.includes("search")
        ? { message: "Web search options not supported with this model.", param: "web_search_options" }
        : undefined,
  ]);
}

function checkReasoningLimits(body: WireObject, { efforts }: OpenAIModel): Problem {
  if (efforts.length === 0) return undefined;
  if (isSet(body["max_tokens"])) return unsupportedParameter("max_tokens", " Use 'max_completion_tokens' instead.");
  const refused = ["stop", "presence_penalty", "frequency_penalty", "logit_bias"].find((name) => isSet(body[name]));
  return refused === undefined || body[refused] === 0 ? undefined : unsupportedParameter(refused);
}

function checkToolSupport(body: WireObject, model: OpenAIModel): Problem {
  if (listOf(body["tools"]).length === 0 || model.chatTools === "both") return undefined;
  const effort = body["reasoning_effort"] ?? model.defaultEffort;
  if (model.chatTools === "chat-without-reasoning" && effort === "none") return undefined;
  const hint =
    model.chatTools === "responses"
      ? "Use v1/responses instead."
      : "Set 'reasoning_effort' to 'none' or use v1/responses.";
  return {
    message: `Function tools are not supported with this model in v1/chat/completions. ${hint}`,
    param: "tools",
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function checkTools(body: WireObject): Problem {
  const tools = body["tools"];
  if (Array.isArray(tools) && tools.length === 0) return emptyArray("tools");
  return firstIn(listOf(tools), (tool, index) => {
    const param = `tools[${index}]`;
    if (!isObject(tool)) return wrongType(param, "an object", tool);
    if (tool["type"] === undefined) return missing(`${param}.type`);
    if (tool["type"] !== "function") return undefined;
    const fn = tool["function"];
    // Responses has it flat; here it is nested.
    if (!isObject(fn)) return missing(`${param}.function`);
    const name = fn["name"];
    if (typeof name !== "string") return missing(`${param}.function.name`);
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) return wrongPattern(`${param}.function.name`);
    const place = {
      name: `function '${name}'`,
      param: `${param}.function.parameters`,
      code: "invalid_function_parameters",
    };
    const schema = fn["parameters"];
    return (
      tooLong(`${param}.function.name`, name, 64) ??
      (fn["strict"] === true ? checkStrictSchema(schema, place) : checkLooseSchema(schema, place))
    );
  });
}

function checkChoice(body: WireObject): Problem {
  const tools = objectsOf(body["tools"]);
  for (const param of ["tool_choice", "parallel_tool_calls"]) {
    if (isSet(body[param]) && tools.length === 0) {
      return { message: `'${param}' is only allowed when 'tools' are specified.`, param };
    }
  }
  const choice = body["tool_choice"];
  if (!isSet(choice)) return undefined;
  const known = ["none", "auto", "required"];
  if (typeof choice === "string") return known.includes(choice) ? undefined : wrongValue("tool_choice", choice, known);
  if (!isObject(choice)) return wrongType("tool_choice", "one of a string or an object", choice);
  if (choice["type"] !== "function") return undefined;
  const fn = choice["function"];
  if (!isObject(fn)) return missing("tool_choice.function");
  return tools.some((tool) => isObject(tool["function"]) && tool["function"]["name"] === fn["name"])
    ? undefined
    : {
        message: `Invalid value for 'tool_choice': no function named ${shown(fn["name"])} was specified in the 'tools' parameter.`,
        param: "tool_choice",
      };
}

function checkFormat(body: WireObject): Problem {
  const format = body["response_format"];
  if (!isObject(format)) return undefined;
  const type = textOf(format["type"]);
  if (type === "json_object" && !/json/i.test(JSON.stringify(body["messages"]))) {
    const message =
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
    return { message, param: "messages" };
  }
  if (!["text", "json_object", "json_schema"].includes(type)) {
    return wrongValue("response_format.type", format["type"], ["json_object", "json_schema", "text"]);
  }
  if (type !== "json_schema") return undefined;
  const schema = format["json_schema"];
  if (!isObject(schema)) return missing("response_format.json_schema");
  const name = schema["name"];
  if (name === undefined) return missing("response_format.json_schema.name");
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(shown(name))) return wrongPattern("response_format.json_schema.name");
  const place = {
    name: `response_format '${shown(name)}'`,
    param: "response_format",
    code: "invalid_json_schema",
  };
  return schema["strict"] === true ? checkStrictSchema(schema["schema"], place) : undefined;
}
