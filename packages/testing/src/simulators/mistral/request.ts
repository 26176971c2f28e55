import { firstIn, firstOf, isObject, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import { bearerOf, parseBody, refused, type Admission, type AdmissionRules, type ArrivedRequest } from "../wire.ts";
import {
  badKey,
  mistralError,
  mistralStatus,
  modelNotFound,
  problemReply,
  type MistralProblem,
  type Problem,
} from "./errors.ts";
import { checkMistralMessages, invalidName } from "./messages.ts";
import { effortsOf } from "./models.ts";
import { checkSchema } from "./schema.ts";

const MOST_TOOLS = 128;

/** Takes a chat completion request, or refuses it as the vendor does. */
export function admitMistral(request: ArrivedRequest, rules: AdmissionRules): Admission {
  if (request.path !== "/v1/chat/completions") return refused(mistralStatus(404));
  if (request.method !== "POST") return refused({ status: 405, body: { detail: "Method Not Allowed" } });
  const key = bearerOf(request);
  if (key === undefined) return refused({ status: 401, body: { detail: "Unauthorized" } });
  if (!rules.isGoodKey(key)) return refused(badKey());
  const body = parseBody(request.text);
  if (body === undefined) return refused(mistralError(400, "Invalid JSON", "invalid_request_error"));
  const fault = checkSchema(body);
  if (fault !== undefined) return refused(problemReply(fault));
  const model = textOf(body["model"]);
  if (!rules.isKnownModel(model)) return refused(modelNotFound(model));
  const problem = firstOf([
    () => checkMistralMessages(body),
    () => checkTools(body),
    () => checkModel(body, model),
    () => checkWord(body),
  ]);
  if (problem !== undefined) return refused(problemReply(problem));
  const streamed = body["stream"] === true;
  return {
    type: "call",
    call: { request, body, model, streamed, ids: rules.ids, organization: rules.organization },
  };
}

function checkTools(body: WireObject): Problem {
  const tools = objectsOf(body["tools"]);
  if (tools.length > MOST_TOOLS) return invalidArgs(`At most ${MOST_TOOLS} tools are allowed, got ${tools.length}`);
  const names = tools.flatMap(({ function: fn }) => objectsOf([fn])).map((fn) => fn["name"]);
  const bad = firstIn(names, (name) => (/^[a-zA-Z0-9_-]{1,64}$/.test(textOf(name)) ? undefined : invalidName(name)));
  if (bad !== undefined) return bad;
  const choice = body["tool_choice"];
  if (!isObject(choice) || !isObject(choice["function"])) return undefined;
  const { name } = choice["function"];
  return names.includes(name) ? undefined : invalidArgs(`Tool choice '${shown(name)}' is not among the tools`);
}

/** What only some models have. */
function checkModel(body: WireObject, model: string): Problem {
  const effort = body["reasoning_effort"];
  if (effort !== undefined && !effortsOf(model).includes(shown(effort))) {
    return invalidArgs(`reasoning_effort='${shown(effort)}' is not supported for this model`);
  }
  if (body["prompt_mode"] !== undefined) return invalidArgs("Reasoning prompt mode is not enabled for this model");
  if (body["logprobs"] === true) return invalidArgs("Logprobs are not enabled for this model");
  const chunks = objectsOf(body["messages"]).flatMap(({ content }) => objectsOf(listOf(content)));
  return /^codestral-|^devstral-/.test(model) && chunks.some(({ type }) => type === "image_url")
    ? invalidArgs("Unexpected content chunk types in user message: ['ImageURLChunk']")
    : undefined;
}

function checkWord(body: WireObject): Problem {
  const format = body["response_format"];
  if (!isObject(format) || format["type"] !== "json_object") return undefined;
  return /json/i.test(JSON.stringify(body["messages"])) ? undefined : invalidArgs("The prompt must ask for JSON");
}

function invalidArgs(message: string): MistralProblem {
  return { message, type: "invalid_request_invalid_args", code: "3051" };
}
