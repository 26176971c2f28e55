import { findUnpaired } from "../chat/pairs.ts";
import { firstIn, firstOf, isObject, listOf, objectsOf, shown, textOf, type WireObject } from "../json.ts";
import { deserialize, type DeepSeekRequest, type Problem } from "./problem.ts";

/** Roles, content, the pairing of tool calls, and the duty to send reasoning back. */
export function checkDeepSeekMessages(request: DeepSeekRequest): Problem {
  const messages = listOf(request.body["messages"]);
  return firstOf([
    () => firstIn(messages, (message, index) => checkMessage(message, index, request)),
    () => checkImages(objectsOf(messages)),
    () => checkPairs(objectsOf(messages)),
    () => checkPrefix(objectsOf(messages), request),
    () => (request.thinking ? checkReasoning(objectsOf(messages)) : undefined),
  ]);
}

const MAX_IMAGES = 600;

function checkImages(messages: readonly WireObject[]): Problem {
  const parts = messages.flatMap((message) => objectsOf(message["content"]));
  const images = parts.filter((part) => part["type"] === "image_url").length;
  return images > MAX_IMAGES ? `At most ${MAX_IMAGES} images are allowed in a request, but got ${images}` : undefined;
}

const roles = ["system", "user", "assistant", "tool"];

function checkMessage(message: unknown, index: number, request: DeepSeekRequest): Problem {
  const { text } = request;
  const path = `messages[${index}]`;
  if (!isObject(message)) return deserialize(text, `${path}: invalid type, expected a map`);
  const role = message["role"];
  if (role === undefined) return deserialize(text, `${path}: missing field \`role\``);
  if (!roles.includes(shown(role))) {
    const expected = roles.map((one) => `\`${one}\``).join(", ");
    return deserialize(
      text,
      `${path}.role: unknown variant \`${shown(role)}\`, expected one of ${expected}`,
      shown(role),
    );
  }
  const { content } = message;
  if (role === "assistant") return checkAssistant(message, path, text);
  if (role === "tool") {
    if (typeof message["tool_call_id"] !== "string")
      return deserialize(text, `${path}: missing field \`tool_call_id\``);
    return typeof content === "string" ? undefined : deserialize(text, `${path}: invalid type, expected a string`);
  }
  if (content === undefined || content === null) return deserialize(text, `${path}: missing field \`content\``);
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content)) return deserialize(text, `${path}: invalid type, expected a string or a sequence`);
  const parts = role === "user" ? partTypes(request.model) : ["text"];
  return firstIn(objectsOf(content), (part) => checkPart(part, path, parts, text));
}

/** Pictures and files came with the current model; the older names refuse all but text. */
function partTypes(model: string): readonly string[] {
  return /^deepseek-(chat|reasoner|v4-flash)$/.test(model) ? ["text"] : ["text", "image_url", "file"];
}

function checkPart(part: WireObject, path: string, types: readonly string[], text: string): Problem {
  const type = textOf(part["type"]);
  if (!types.includes(type)) {
    const expected = types.map((one) => `\`${one}\``);
    const list = expected.length === 1 ? expected.join("") : `one of ${expected.join(", ")}`;
    return deserialize(text, `${path}: unknown variant \`${type}\`, expected ${list}`, `"${type}"`);
  }
  if (type === "image_url" && (!isObject(part["image_url"]) || typeof part["image_url"]["url"] !== "string")) {
    return deserialize(text, `${path}: image_url: missing field \`url\``);
  }
  return type === "file" && typeof part["file_id"] !== "string"
    ? deserialize(text, `${path}: missing field \`file_id\``)
    : undefined;
}

function checkAssistant(message: WireObject, path: string, text: string): Problem {
  const { content } = message;
  const calls = listOf(message["tool_calls"]);
  if (content !== undefined && content !== null && typeof content !== "string") {
    return deserialize(text, `${path}: invalid type, expected a string`);
  }
  if (typeof content !== "string" && calls.length === 0) return "content or tool_calls must be set";
  return firstIn(calls, (call, index) => {
    const at = `${path}.tool_calls[${index}]`;
    if (!isObject(call) || typeof call["id"] !== "string") return deserialize(text, `${at}: missing field \`id\``);
    const fn = call["function"];
    if (!isObject(fn) || typeof fn["name"] !== "string")
      return deserialize(text, `${at}.function: missing field \`name\``);
    return typeof fn["arguments"] === "string"
      ? undefined
      : deserialize(text, `${at}.function.arguments: invalid type, expected a string`);
  });
}

function checkPairs(messages: readonly WireObject[]): Problem {
  const problem = findUnpaired(messages);
  switch (problem?.type) {
    case "orphan":
      return "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
    case "unanswered":
      return "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (insufficient tool messages following tool_calls message)";
    default:
      return undefined;
  }
}

function checkPrefix(messages: readonly WireObject[], { beta }: DeepSeekRequest): Problem {
  return firstIn(messages, (message, index) => {
    if (message["prefix"] !== true) return undefined;
    if (!beta) return "The prefix parameter is only available on the beta API";
    const isLast = index === messages.length - 1 && message["role"] === "assistant";
    return isLast ? undefined : "The prefix parameter is only allowed on the last message, of role assistant";
  });
}

/** Once a conversation has tool calls, every assistant turn of it carries its reasoning, `""` when there was none. */
function checkReasoning(messages: readonly WireObject[]): Problem {
  if (!messages.some((message) => listOf(message["tool_calls"]).length > 0)) return undefined;
  const index = messages.findIndex(
    (message) =>
      message["role"] === "assistant" && message["prefix"] !== true && typeof message["reasoning_content"] !== "string",
  );
  return index === -1
    ? undefined
    : `Missing \`reasoning_content\` field in the assistant message at message index ${index}`;
}
