import { findUnpaired } from "../chat/pairs.ts";
import { firstIn, firstOf, isObject, listOf, objectsOf, textOf, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { missing, tooLong, wrongType, wrongValue } from "../openai/parameters.ts";

type Problem = OpenAIProblem | undefined;

const roles = ["system", "assistant", "user", "function", "tool", "developer"];

/** Roles, content parts and the pairing of tool calls. */
export function checkChatMessages(body: WireObject, model: string): Problem {
  const messages = listOf(body["messages"]);
  return firstOf([
    () => firstIn(messages, (message, index) => checkMessage(message, index, model)),
    () => checkPairs(objectsOf(messages)),
  ]);
}

function checkMessage(message: unknown, index: number, model: string): Problem {
  const param = `messages[${index}]`;
  if (!isObject(message)) return wrongType(param, "an object", message);
  const role = message["role"];
  if (role === undefined) return missing(`${param}.role`);
  if (!roles.includes(textOf(role))) return wrongValue(`${param}.role`, role, roles);
  if (role === "system" && /^o1-(mini|preview)/.test(model)) {
    const reason = `Unsupported value: '${param}.role' does not support 'system' with this model.`;
    return { message: reason, param: `${param}.role`, code: "unsupported_value" };
  }
  const calls = listOf(message["tool_calls"]);
  const called = calls.length > 0 || message["function_call"] !== undefined || message["audio"] !== undefined;
  const content = message["content"];
  if (content === undefined || content === null) {
    const may = role === "assistant" && (called || typeof message["refusal"] === "string");
    if (may) return firstIn(calls, (call, position) => checkCall(call, `${param}.tool_calls[${position}]`));
    return {
      message: "Invalid value for 'content': expected a string, got null.",
      param: `messages.[${index}].content`,
    };
  }
  if (role === "tool" && typeof message["tool_call_id"] !== "string") return missing(`${param}.tool_call_id`);
  const call = firstIn(calls, (one, position) => checkCall(one, `${param}.tool_calls[${position}]`));
  if (call !== undefined || typeof content === "string") return call;
  if (!Array.isArray(content)) return wrongType(`${param}.content`, "one of a string or array of objects", content);
  return firstIn(content, (part, position) => checkPart(part, param, position, textOf(role), model));
}

function checkCall(call: unknown, param: string): Problem {
  if (!isObject(call)) return wrongType(param, "an object", call);
  if (typeof call["id"] !== "string") return missing(`${param}.id`);
  const long = tooLong(`${param}.id`, call["id"], 64);
  if (long !== undefined) return long;
  if (call["type"] === undefined) return missing(`${param}.type`);
  if (call["type"] !== "function") return undefined;
  const fn = call["function"];
  if (!isObject(fn)) return missing(`${param}.function`);
  if (typeof fn["name"] !== "string") return missing(`${param}.function.name`);
  return typeof fn["arguments"] === "string"
    ? tooLong(`${param}.function.name`, fn["name"], 64)
    : wrongType(`${param}.function.arguments`, "a string", fn["arguments"]);
}

const partsOfRole: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
};

function checkPart(part: unknown, param: string, position: number, role: string, model: string): Problem {
  const at = `${param}.content[${position}]`;
  if (!isObject(part)) return wrongType(at, "an object", part);
  const type = textOf(part["type"]);
  const allowed = partsOfRole[role] ?? ["text"];
  if (type === "image_url" && role !== "user") {
    const message = `Invalid '${param}'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`;
    return { message, param, code: "invalid_value" };
  }
  if (!allowed.includes(type)) return wrongValue(`${at}.type`, part["type"], allowed);
  switch (type) {
    case "input_audio":
      return model.includes("audio")
        ? undefined
        : {
            message: `Invalid '${param}'. Content blocks are expected to be either text or image_url type.`,
            param,
            code: "invalid_value",
          };
    case "image_url":
      return checkImage(part["image_url"], `${at}.image_url`);
    case "file":
      return isObject(part["file"]) ? checkFile(part["file"], at) : missing(`${at}.file`);
    case "refusal":
      return typeof part["refusal"] === "string" ? undefined : missing(`${at}.refusal`);
    default:
      return typeof part["text"] === "string" ? undefined : missing(`${at}.text`);
  }
}

function checkFile(file: WireObject, at: string): Problem {
  const type = /^data:([^;,]*)/.exec(textOf(file["file_data"]))?.[1];
  if (type === undefined || type === "application/pdf") return undefined;
  const message = `Invalid file data: '${at}.file.file_data'. Expected a base64-encoded data URL with an application/pdf MIME type, but got unsupported MIME type '${type}'.`;
  return { message, param: `${at}.file.file_data`, code: "invalid_value" };
}

/** First bytes of png, jpeg, gif and webp, in base64. */
const pictures = /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR)/;

function checkImage(image: unknown, param: string): Problem {
  if (!isObject(image)) return wrongType(param, "an object", image);
  const url = image["url"];
  if (typeof url !== "string") return missing(`${param}.url`);
  const data = /^data:image\/[^;,]+;base64,(.*)$/s.exec(url)?.[1];
  if (data === undefined && !/^https?:\/\//.test(url)) {
    const message = `Invalid '${param}.url'. Expected a valid URL, but got a value with an invalid format.`;
    return { message, param: `${param}.url`, code: "invalid_image_url" };
  }
  return data === undefined || pictures.test(data)
    ? undefined
    : {
        message:
          "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
        code: "invalid_image_format",
      };
}

function checkPairs(messages: readonly WireObject[]): Problem {
  const problem = findUnpaired(messages);
  switch (problem?.type) {
    case "orphan":
      return {
        message:
          "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        param: `messages.[${problem.index}].role`,
      };
    case "unanswered":
      return {
        message: `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${problem.ids.join(", ")}`,
        param: `messages.[${problem.index + 1}].role`,
      };
    default:
      return undefined;
  }
}
