import { firstOf, isObject, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import { bearerOf, parseBody, refused, type Admission, type ArrivedRequest, type AdmissionRules } from "../wire.ts";
import { badKey, deepSeekError, deepSeekStatus, modelNotFound } from "./errors.ts";
import { checkDeepSeekMessages } from "./messages.ts";
import { deserialize, type DeepSeekRequest, type Problem } from "./problem.ts";

const paths = ["/chat/completions", "/v1/chat/completions", "/beta/chat/completions"];

/** Takes a chat completion request, or refuses it as the vendor does. */
export function admitDeepSeek(request: ArrivedRequest, rules: AdmissionRules): Admission {
  if (!paths.includes(request.path)) return refused(deepSeekStatus(404));
  if (request.method !== "POST") return refused(deepSeekError(405, "Method Not Allowed"));
  const key = bearerOf(request) ?? "";
  if (key === "") return refused(deepSeekError(401, "Authentication Fails (no api key)", "authentication_error"));
  if (!rules.isGoodKey(key)) return refused(badKey(key));
  const body = parseBody(request.text);
  if (body === undefined) return refused(deepSeekError(400, "Failed to parse the request body as JSON"));
  const model = textOf(body["model"]);
  const asked = { body, text: request.text, model, beta: request.path.startsWith("/beta"), thinking: isThinking(body) };
  const shape = checkShape(asked);
  if (shape !== undefined) return refused(deepSeekError(400, shape));
  if (!rules.isKnownModel(model)) return refused(modelNotFound(model));
  const problem = firstOf([
    () => checkParameters(body),
    () => checkTools(asked),
    () => checkDeepSeekMessages(asked),
    () => checkFormat(body),
  ]);
  if (problem !== undefined) return refused(deepSeekError(400, problem));
  const streamed = body["stream"] === true;
  return {
    type: "call",
    call: { request, body, model, streamed, ids: rules.ids, organization: rules.organization },
  };
}

/** Thinking is on unless the request or an old model name turns it off. */
export function isThinking(body: WireObject): boolean {
  const thinking = body["thinking"];
  if (isObject(thinking)) return thinking["type"] !== "disabled";
  return body["model"] !== "deepseek-chat";
}

function checkShape({ body, text }: DeepSeekRequest): Problem {
  const missing = ["model", "messages"].find((field) => body[field] === undefined);
  if (missing !== undefined) return deserialize(text, `missing field \`${missing}\``);
  if (typeof body["model"] !== "string") return deserialize(text, "model: invalid type, expected a string");
  if (!Array.isArray(body["messages"])) return deserialize(text, "messages: invalid type, expected a sequence");
  if (body["messages"].length === 0) return "Empty input messages";
  const thinking = body["thinking"];
  if (isObject(thinking) && !["enabled", "disabled"].includes(textOf(thinking["type"]))) {
    const reason = `thinking.type: unknown variant \`${shown(thinking["type"])}\`, expected \`enabled\` or \`disabled\``;
    return deserialize(text, reason, shown(thinking["type"]));
  }
  return undefined;
}

const ranges = [
  ["temperature", 0, 2],
  ["top_p", 0, 1],
  ["presence_penalty", -2, 2],
  ["frequency_penalty", -2, 2],
  ["max_tokens", 1, 393_216],
] as const;

function checkParameters(body: WireObject): Problem {
  const wrong = ranges.find(([name, min, max]) => {
    const value = body[name];
    return value !== undefined && value !== null && !(typeof value === "number" && value >= min && value <= max);
  });
  if (wrong !== undefined) {
    const [name, min, max] = wrong;
    return `Invalid ${name} value, the valid range of ${name} is [${min}, ${max}]`;
  }
  if (listOf(body["stop"]).length > 16) return "Invalid stop value, at most 16 stop sequences are allowed";
  if (Buffer.byteLength(textOf(body["user_id"])) > 512) return "Invalid user_id value, at most 512 bytes are allowed";
  return isObject(body["stream_options"]) && body["stream"] !== true
    ? "stream_options should be set along with stream = true"
    : undefined;
}

function checkTools({ body, text, thinking }: DeepSeekRequest): Problem {
  const tools = listOf(body["tools"]);
  if (tools.length > 128) return `Invalid tools value, at most 128 tools are allowed, but got ${tools.length}`;
  for (const [index, tool] of tools.entries()) {
    const fn = isObject(tool) ? tool["function"] : undefined;
    // The flat shape of another vendor's API.
    if (!isObject(fn)) return deserialize(text, `tools[${index}]: missing field \`function\``);
    if (typeof fn["name"] !== "string") return deserialize(text, `tools[${index}].function: missing field \`name\``);
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(fn["name"])) {
      return `Invalid 'tools[${index}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
    }
  }
  const choice = body["tool_choice"];
  if (choice === undefined || choice === null || choice === "auto" || choice === "none") return undefined;
  if (choice !== "required" && !isObject(choice)) {
    const reason = `tool_choice: unknown variant \`${shown(choice)}\`, expected one of \`none\`, \`auto\`, \`required\``;
    return deserialize(text, reason, shown(choice));
  }
  if (thinking) return "Thinking mode does not support this tool_choice";
  const name = isObject(choice) && isObject(choice["function"]) ? choice["function"]["name"] : undefined;
  const known = objectsOf(tools).some((tool) => isObject(tool["function"]) && tool["function"]["name"] === name);
  return isObject(choice) && !known ? `Tool choice '${shown(name)}' is not among the tools` : undefined;
}

function checkFormat(body: WireObject): Problem {
  const format = body["response_format"];
  if (!isObject(format) || format["type"] === "text") return undefined;
  if (format["type"] !== "json_object") return "This response_format type is unavailable now";
  return /json/i.test(JSON.stringify(body["messages"]))
    ? undefined
    : "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.";
}
