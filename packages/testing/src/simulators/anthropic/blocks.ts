import { firstIn, isObject, listOf, objectsOf, textOf, unknownKey, type WireObject, shown } from "../json.ts";
import { digestOf, unseal } from "../seal.ts";
import { isCiting } from "./documents.ts";
import type { AnthropicRequest, Problem } from "./problem.ts";
import { isServerResult } from "./server-tools.ts";

/** Where a block stands. */
export interface BlockPlace {
  readonly role: "user" | "assistant" | "system";
  readonly request: AnthropicRequest;
}

const fields: Readonly<Record<string, readonly string[]>> = {
  text: ["type", "text", "cache_control", "citations"],
  image: ["type", "source", "transformations", "cache_control"],
  document: ["type", "source", "title", "context", "citations", "cache_control"],
  tool_use: ["type", "id", "name", "input", "caller", "toolset_name", "cache_control"],
  tool_result: ["type", "tool_use_id", "content", "is_error", "toolset_name", "cache_control"],
  thinking: ["type", "thinking", "signature"],
  redacted_thinking: ["type", "data"],
  server_tool_use: ["type", "id", "name", "input", "caller", "cache_control"],
};
/** Of what a tool at the vendor found. */
const resultFields = ["type", "tool_use_id", "content", "caller", "cache_control"];

/** Blocks that only one side of the conversation may hold. */
const sides: Readonly<Record<string, "user" | "assistant">> = {
  image: "user",
  tool_result: "user",
  tool_use: "assistant",
  thinking: "assistant",
  redacted_thinking: "assistant",
  server_tool_use: "assistant",
};

/** Other blocks that exist: server tools, betas. Their insides are taken on trust. */
const others =
  /^(search_result|server_tool_use|container_upload|compaction|fallback|tool_reference|mcp_.+|.+_tool_result)$/;

export function checkBlock(block: unknown, path: string, place: BlockPlace): Problem {
  if (!isObject(block)) return `${path}: Input should be a valid dictionary`;
  const type = textOf(block["type"]);
  const known = fields[type] ?? (isServerResult(type) ? resultFields : undefined);
  if (known === undefined && !others.test(type)) {
    const expected = Object.keys(fields).map((one) => `'${one}'`);
    return `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${expected.join(", ")}`;
  }
  const side = sides[type];
  if (side !== undefined && side !== place.role)
    return `${path}: \`${type}\` blocks can only be in \`${side}\` messages`;
  const extra = known === undefined ? undefined : unknownKey(block, known);
  if (extra !== undefined) return `${path}.${type}.${extra}: Extra inputs are not permitted`;
  switch (type) {
    case "text":
      return checkText(block, path, place);
    case "image":
      return checkSource(block, `${path}.image.source`, imageSources);
    case "document":
      return checkDocument(block, path, place);
    case "tool_use":
      return checkToolUse(block, path);
    case "tool_result":
      return checkToolResult(block, path, place);
    case "thinking":
      return checkThinkingBlock(block, path, place);
    case "redacted_thinking":
      return typeof block["data"] === "string" ? undefined : `${path}.redacted_thinking.data: Field required`;
    default:
      return undefined;
  }
}

function checkText(block: WireObject, path: string, { role, request }: BlockPlace): Problem {
  if (typeof block["text"] !== "string") return `${path}.text.text: Field required`;
  if (block["text"] === "") return "messages: text content blocks must be non-empty";
  const citations = objectsOf(block["citations"]);
  // Told with an answer, but no field of what is sent.
  const filed = citations.findIndex((citation) => citation["file_id"] !== undefined);
  if (filed !== -1) {
    const type = shown(citations[filed]?.["type"]);
    return `${path}.text.citations.${filed}.${type}.file_id: Extra inputs are not permitted`;
  }
  const cited = role === "user" && citations.length > 0;
  return cited && request.version === "2026-10-21"
    ? `${path}.text.citations: citations are not permitted in user messages`
    : undefined;
}

const imageSources: Readonly<Record<string, string>> = { base64: "data", url: "url", file: "file_id" };
const documentSources: Readonly<Record<string, string>> = { ...imageSources, text: "data", content: "content" };
/** Of the base64 text. */
const MAX_IMAGE = 10 * 1024 * 1024;
const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];

function checkSource(block: WireObject, path: string, known: Readonly<Record<string, string>>): Problem {
  const source = block["source"];
  if (!isObject(source)) return `${path}: Field required`;
  const type = shown(source["type"]);
  const field = known[type];
  if (field === undefined) {
    const expected = Object.keys(known).map((one) => `'${one}'`);
    return `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${expected.join(", ")}`;
  }
  if (source[field] === undefined) return `${path}.${type}.${field}: Field required`;
  const address = shown(source["url"]);
  if (type === "url" && !/^https:/i.test(address)) return `${path}.url.url: Only HTTPS URLs are supported.`;
  if (type === "text" && source["media_type"] !== "text/plain") {
    return `${path}.text.media_type: Input should be 'text/plain'`;
  }
  if (type !== "base64") return undefined;
  const allowed = block["type"] === "image" ? imageTypes : ["application/pdf"];
  if (!allowed.includes(shown(source["media_type"]))) {
    return `${path}.base64.media_type: Input should be ${allowed.map((one) => `'${one}'`).join(" or ")}`;
  }
  const data = shown(source["data"]);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return `${path}.base64.data: Invalid base64 data`;
  return block["type"] === "image" && data.length > MAX_IMAGE
    ? `${path}.base64: image exceeds 10 MB maximum: ${data.length} bytes > ${MAX_IMAGE} bytes`
    : undefined;
}

function checkDocument(block: WireObject, path: string, { role, request }: BlockPlace): Problem {
  if (role === "assistant" && request.version === "2026-10-21") {
    return `${path}: \`document\` blocks are not permitted in \`assistant\` messages`;
  }
  const config = request.body["output_config"];
  if (isCiting(block) && isObject(config) && isObject(config["format"])) {
    return "citations: citations are not supported with output_config.format.";
  }
  return checkSource(block, `${path}.document.source`, documentSources);
}

const toolId = "^[a-zA-Z0-9_-]+$";

function checkToolUse(block: WireObject, path: string): Problem {
  const missing = ["id", "name", "input"].find((field) => block[field] === undefined);
  if (missing !== undefined) return `${path}.tool_use.${missing}: Field required`;
  if (!new RegExp(toolId).test(shown(block["id"])))
    return `${path}.tool_use.id: String should match pattern '${toolId}'`;
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(shown(block["name"]))) {
    return `${path}.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
  }
  return isObject(block["input"]) ? undefined : `${path}.tool_use.input: Input should be a valid dictionary`;
}

function checkToolResult(block: WireObject, path: string, place: BlockPlace): Problem {
  const id = block["tool_use_id"];
  if (id === undefined) return `${path}.tool_result.tool_use_id: Field required`;
  if (!new RegExp(toolId).test(shown(id))) {
    return `${path}.tool_result.tool_use_id: String should match pattern '${toolId}'`;
  }
  const content = block["content"];
  const isFailed = block["is_error"] === true;
  if (isFailed && textOf(content) === "" && listOf(content).length === 0) {
    return `${path}.tool_result: content cannot be empty if \`is_error\` is true`;
  }
  if (content === undefined || typeof content === "string") return undefined;
  if (!Array.isArray(content)) return `${path}.tool_result.content: Input should be a valid list`;
  if (isFailed && content.some((part) => isObject(part) && part["type"] !== "text")) {
    return `${path}.tool_result: all content must be type \`text\` if \`is_error\` is true`;
  }
  const allowed = ["text", "image", "document", "search_result", "tool_reference", "browser_state"];
  return firstIn(objectsOf(content), (part, index) =>
    allowed.includes(textOf(part["type"]))
      ? checkBlock(part, `${path}.tool_result.content.${index}`, place)
      : `${path}.tool_result.content.${index}: Input tag '${textOf(part["type"])}' found using 'type' does not match any of the expected tags`,
  );
}

function checkThinkingBlock(block: WireObject, path: string, { request }: BlockPlace): Problem {
  if (typeof block["thinking"] !== "string") return `${path}.thinking.thinking: Field required`;
  if (typeof block["signature"] !== "string") return `${path}.thinking.signature: Field required`;
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(block["signature"])) return `${path}: Invalid \`signature\` in \`thinking\` block`;
  const made = unseal(block["signature"]);
  if (made === undefined || made.digest === digestOf(block["thinking"])) return undefined;
  // Foreign blocks are dropped silently, edited ones of our own are refused.
  return made.organization === request.organization
    ? `${path}: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.`
    : undefined;
}
