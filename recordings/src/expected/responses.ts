import type { FinishReason } from "@understudy/core";
import {
  argumentsOf,
  fields,
  known,
  list,
  numberOf,
  string,
  stringOf,
  type ExpectedWire,
  type Fields,
  type ReadToolCall,
} from "./reading.ts";

const toolCalls = ["function_call", "custom_tool_call"];
/** What the application answers to calls: of all other items, the vendor made them. */
const givenBack = ["function_call_output", "custom_tool_call_output"];
const common = ["message", "reasoning", "image_generation_call", ...toolCalls];

/** The Responses API. */
export const responsesExpected: ExpectedWire = {
  assemble: (events) => {
    let response: Fields = {};
    const output: Fields[] = [];
    for (const event of events.map(fields)) {
      const type = string(event["type"]);
      const index = numberOf(event["output_index"]) ?? 0;
      if (type === "response.output_item.added" || type === "response.output_item.done") {
        output[index] = fields(event["item"]);
      } else if (type.endsWith(".delta")) {
        output[index] = grown(output[index] ?? {}, event);
      } else if (/^response\.(?:completed|incomplete|failed)$/.test(type)) {
        response = fields(event["response"]);
      } else if (type === "error") {
        return { output, error: event["error"] ?? event };
      }
    }
    return { ...response, output };
  },

  read: (response) => {
    const output = list(response["output"]);
    const content = output.filter((item) => item["type"] === "message").flatMap((item) => list(item["content"]));
    const refusals = content.filter((part) => part["type"] === "refusal");
    const usage = fields(response["usage"]);
    const [input, written] = [fields(usage["input_tokens_details"]), fields(usage["output_tokens_details"])];
    const status = stringOf(response["status"]);
    const isFailed = response["error"] !== undefined && response["error"] !== null;
    return {
      failure: isFailed ? "unknown" : status === undefined ? "stream.truncated" : undefined,
      finishReason: finishReason(response, refusals.length > 0),
      rawFinishReason: stringOf(fields(response["incomplete_details"])["reason"]) ?? status,
      model: stringOf(response["model"]),
      usage:
        response["usage"] === null || response["usage"] === undefined
          ? undefined
          : known({
              inputTokens: numberOf(usage["input_tokens"]),
              cacheReadTokens: numberOf(input["cached_tokens"]),
              cacheWriteTokens: numberOf(input["cache_write_tokens"]),
              outputTokens: numberOf(usage["output_tokens"]),
              reasoningTokens: numberOf(written["reasoning_tokens"]),
            }),
      text: content.map((part) => string(part["text"])).join(""),
      reasoning: output
        .filter((item) => item["type"] === "reasoning")
        .map(reasoningText)
        .join(""),
      toolCalls: output.filter((item) => toolCalls.includes(string(item["type"]))).map(toolCall),
      refusal: stringOf(refusals[0]?.["refusal"]),
      citations: content.flatMap((part) => list(part["annotations"]).map((annotation) => string(annotation["url"]))),
      sources: output.flatMap((item) => list(fields(item["action"])["sources"]).map((source) => string(source["url"]))),
      opaque: output.map((item) => string(item["type"])).filter((type) => !common.includes(type)),
      media: output
        .filter((item) => item["type"] === "image_generation_call")
        .map((item) => `image/${string(item["output_format"])}`),
    };
  },

  kept: (response) => {
    const output = list(response["output"]).filter((item) => !isBlank(item));
    let isReasoningLost = false;
    return output.flatMap((item, index) => {
      const { id: _, ...nameless } = item;
      if (item["type"] !== "reasoning") return [essence(isReasoningLost && isCommon(item) ? nameless : item)];
      // Refused without its encrypted form or the item that followed it; then ids of what followed are refused too.
      isReasoningLost = typeof item["encrypted_content"] !== "string" || output[index + 1] === undefined;
      return isReasoningLost ? [] : [essence(item)];
    });
  },

  sent: (request) =>
    list(request["input"])
      .filter((item) => item["type"] !== "message" || item["role"] === "assistant")
      .filter((item) => !givenBack.includes(string(item["type"])))
      .map(essence),
};

/** A message that says nothing, as it follows an image. */
function isBlank(item: Fields): boolean {
  const texts = list(item["content"]).map((part) => string(part["text"]) + string(part["refusal"]));
  return item["type"] === "message" && texts.join("") === "";
}

function isCommon(item: Fields): boolean {
  return common.includes(string(item["type"])) && item["type"] !== "image_generation_call";
}

/** Without what only an answer has: status, probabilities, empty lists. */
function essence(item: Fields): Fields {
  if (!isCommon(item)) return item;
  const { status: _, role: __, content, ...rest } = item;
  const parts = list(content).map(({ logprobs: ___, ...part }) => part);
  return { ...rest, ...(parts.length === 0 ? {} : { content: parts }) };
}

/** This API has no field for it. */
function finishReason(response: Fields, isRefused: boolean): FinishReason {
  if (response["status"] === "completed") {
    if (isRefused) return "refusal";
    const output = list(response["output"]);
    if (output.some((item) => toolCalls.includes(string(item["type"])))) return "tool-calls";
    return output.some((item) => isUnanswered(item, output)) ? "pause" : "stop";
  }
  const { reason } = fields(response["incomplete_details"]);
  return reason === "max_output_tokens" ? "length" : reason === "content_filter" ? "content-filter" : "other";
}

/**
 * Whether the model waits for what the application has to do: run a command or a patch on its own machine, look at its
 * screen, search among its tools, approve a call. A shell of the vendor's own answers itself in the same response.
 */
function isUnanswered(item: Fields, output: readonly Fields[]): boolean {
  const type = string(item["type"]);
  if (type === "mcp_approval_request") return true;
  if (type === "tool_search_call") return item["execution"] === "client";
  if (!["computer_call", "shell_call", "local_shell_call", "apply_patch_call"].includes(type)) return false;
  return !output.some((other) => other["type"] === `${type}_output` && other["call_id"] === item["call_id"]);
}

/** An item with one delta more. Only what shows before the item is done matters. */
function grown(item: Fields, event: Fields): Fields {
  const delta = string(event["delta"]);
  switch (event["type"]) {
    case "response.output_text.delta":
      return withText(item, "content", numberOf(event["content_index"]) ?? 0, "text", delta);
    case "response.refusal.delta":
      return withText(item, "content", numberOf(event["content_index"]) ?? 0, "refusal", delta);
    case "response.reasoning_summary_text.delta":
      return withText(item, "summary", numberOf(event["summary_index"]) ?? 0, "text", delta);
    case "response.reasoning_text.delta":
      return withText(item, "content", numberOf(event["content_index"]) ?? 0, "text", delta);
    default:
      return item;
  }
}

function withText(item: Fields, parts: string, index: number, name: string, delta: string): Fields {
  const grownParts = [...list(item[parts])];
  const part = grownParts[index] ?? {};
  grownParts[index] = { ...part, [name]: string(part[name]) + delta };
  return { ...item, [parts]: grownParts };
}

/** A summary, else the reasoning itself. */
function reasoningText(item: Fields): string {
  const texts = [item["summary"], item["content"]].map((parts) =>
    list(parts)
      .map((part) => string(part["text"]))
      .join("\n\n"),
  );
  return texts.find((text) => text !== "") ?? "";
}

function toolCall(item: Fields): ReadToolCall {
  const [id, name] = [string(item["call_id"]), string(item["name"])];
  return item["type"] === "custom_tool_call"
    ? { id, name, input: string(item["input"]) }
    : { id, name, ...argumentsOf(string(item["arguments"])) };
}
