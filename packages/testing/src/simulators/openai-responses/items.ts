import { firstIn, isObject, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import type { OpenAIProblem } from "../openai/errors.ts";
import { missing, tooLong, wrongPattern, wrongType, wrongValue } from "../openai/parameters.ts";

type Problem = OpenAIProblem | undefined;

/** In characters. */
const MAX_TEXT = 10_485_760;
const MAX_IMAGE_URL = 20_971_520;
const MAX_FILE_DATA = 73_400_320;

/** Item types beside messages. Hosted tools and their outputs are taken on trust. */
const known =
  /^(message|function_call|function_call_output|reasoning|item_reference|custom_tool_call|custom_tool_call_output|compaction|compaction_trigger|configuration_update|additional_tools|program|program_output|image_generation_call|code_interpreter_call|tool_search_call|tool_search_output|(mcp|shell|local_shell|apply_patch|computer|web_search|file_search)_\w+)$/;

/** The shape of each input item. */
export function checkItems(input: unknown): Problem {
  if (!Array.isArray(input)) return undefined;
  return firstIn<unknown, OpenAIProblem>(input, (item, index) => {
    const param = `input[${index}]`;
    if (!isObject(item)) return wrongType(param, "an object", item);
    const type = textOf(item["type"] ?? "message");
    if (!known.test(type)) {
      return wrongValue(param, item["type"], [
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "item_reference",
      ]);
    }
    switch (type) {
      case "message":
        return checkMessage(item, param);
      case "function_call":
        return checkFunctionCall(item, param);
      case "function_call_output":
        return checkCallId(item, param) ?? checkOutput(item["output"], param);
      case "reasoning":
        return checkId(item, param, "rs") ?? (Array.isArray(item["summary"]) ? undefined : missing(`${param}.summary`));
      default:
        return undefined;
    }
  });
}

/** Ids are optional, but one that is sent has to be of the vendor's making. */
function checkId(item: WireObject, param: string, prefix: string): Problem {
  const id = item["id"];
  if (id === undefined || id === null) return undefined;
  return textOf(id).startsWith(prefix)
    ? undefined
    : {
        message: `Invalid '${param}.id': '${shown(id)}'. Expected an ID that begins with '${prefix}'.`,
        param: `${param}.id`,
        code: "invalid_value",
      };
}

function checkMessage(item: WireObject, param: string): Problem {
  const role = textOf(item["role"]);
  if (!["user", "assistant", "system", "developer"].includes(role)) {
    return wrongValue(param, item["role"], ["assistant", "system", "developer", "user"]);
  }
  const content = item["content"];
  if (content === undefined) return missing(`${param}.content`);
  const id = role === "assistant" ? checkId(item, param, "msg") : undefined;
  if (id !== undefined || typeof content === "string") return id;
  if (!Array.isArray(content)) return wrongType(`${param}.content`, "one of an array of objects or string", content);
  const allowed = role === "assistant" ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file"];
  return checkParts(content, `${param}.content`, allowed);
}

function checkParts(parts: readonly unknown[], path: string, allowed: readonly string[]): Problem {
  return firstIn(parts, (part, index) => {
    const param = `${path}[${index}]`;
    if (!isObject(part)) return wrongType(param, "an object", part);
    const type = textOf(part["type"]);
    if (!allowed.includes(type)) return wrongValue(param, part["type"], allowed);
    switch (type) {
      case "input_image":
        return checkImage(part, param);
      case "input_file":
        return checkFile(part, param);
      case "refusal":
        return typeof part["refusal"] === "string" ? undefined : missing(`${param}.refusal`);
      default:
        return typeof part["text"] === "string"
          ? tooLong(`${param}.text`, part["text"], MAX_TEXT)
          : missing(`${param}.text`);
    }
  });
}

function checkImage(part: WireObject, param: string): Problem {
  const url = part["image_url"];
  if (url === undefined || url === null) {
    return typeof part["file_id"] === "string" ? undefined : missing(`${param}.image_url`);
  }
  if (typeof url !== "string") return wrongType(`${param}.image_url`, "an image URL", url);
  return /^(https?:\/\/|data:image\/)/.test(url)
    ? tooLong(`${param}.image_url`, url, MAX_IMAGE_URL)
    : {
        message: `Invalid '${param}.image_url'. Expected a valid URL, but got a value with an invalid format.`,
        param: `${param}.image_url`,
        code: "invalid_value",
      };
}

function checkFile(part: WireObject, param: string): Problem {
  const { file_data: data, file_url: url, file_id: id } = part;
  if (data === undefined && url === undefined && id === undefined) return missing(`${param}.file_data`);
  const type = /^data:([^;,]+);base64,/.exec(textOf(data))?.[1];
  if (typeof data === "string" && (type === undefined || /^(audio|video)\//.test(type))) {
    const found = type === undefined ? "a value that is no data URL" : `unsupported MIME type '${type}'`;
    return {
      message: `Invalid file data: '${param}.file_data'. Expected a base64-encoded data URL with a valid file MIME type (e.g. 'data:text/plain;base64,SGVsbG8sIFdvcmxkIQ=='), but got ${found}.`,
      param: `${param}.file_data`,
      code: "invalid_value",
    };
  }
  const long = tooLong(`${param}.file_data`, textOf(data), MAX_FILE_DATA);
  if (long !== undefined) return long;
  return /\.(mp3|wav|ogg|mp4|mov)$/i.test(textOf(url))
    ? {
        message: "The file type you uploaded is not supported. Please try again with a pdf",
        param: "input",
        code: "unsupported_file",
      }
    : undefined;
}

function checkCallId(item: WireObject, param: string): Problem {
  const id = item["call_id"];
  if (typeof id !== "string" || id === "") return missing(`${param}.call_id`);
  return tooLong(`${param}.call_id`, id, 64);
}

function checkFunctionCall(item: WireObject, param: string): Problem {
  const call = checkCallId(item, param) ?? checkId(item, param, "fc");
  if (call !== undefined) return call;
  if (typeof item["name"] !== "string") return missing(`${param}.name`);
  if (!/^[a-zA-Z0-9_-]+$/.test(item["name"])) return wrongPattern(`${param}.name`);
  if (item["arguments"] === undefined) return missing(`${param}.arguments`);
  return typeof item["arguments"] === "string"
    ? tooLong(`${param}.name`, item["name"], 128)
    : wrongType(`${param}.arguments`, "a string", item["arguments"]);
}

function checkOutput(output: unknown, param: string): Problem {
  if (output === undefined) return missing(`${param}.output`);
  if (typeof output === "string") return tooLong(`${param}.output`, output, MAX_TEXT);
  if (!Array.isArray(output)) return wrongType(`${param}.output`, "one of an array of objects or string", output);
  return checkParts(objectsOf(output), `${param}.output`, ["input_text", "input_image", "input_file"]);
}
