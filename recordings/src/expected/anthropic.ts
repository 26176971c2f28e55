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

const finishReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool-calls",
  pause_turn: "pause",
  refusal: "refusal",
};

export const anthropicExpected: ExpectedWire = {
  assemble: (events) => {
    let message: Fields = {};
    const blocks: Fields[] = [];
    for (const event of events.map(fields)) {
      const index = numberOf(event["index"]) ?? 0;
      const delta = fields(event["delta"]);
      if (event["type"] === "message_start") message = fields(event["message"]);
      if (event["type"] === "content_block_start") blocks[index] = fields(event["content_block"]);
      if (event["type"] === "content_block_delta") blocks[index] = grown(blocks[index] ?? {}, delta);
      if (event["type"] === "message_delta") {
        message = { ...message, ...delta, usage: larger(fields(message["usage"]), fields(event["usage"])) };
      }
      if (event["type"] === "error") message = { ...message, error: event["error"] };
    }
    return { ...message, content: blocks.map(whole) };
  },

  read: (message) => {
    const content = list(message["content"]);
    const of = (...types: readonly unknown[]) => content.filter((block) => types.includes(block["type"]));
    const reason = stringOf(message["stop_reason"]);
    const usage = fields(message["usage"]);
    const [read, written] = [
      numberOf(usage["cache_read_input_tokens"]),
      numberOf(usage["cache_creation_input_tokens"]),
    ];
    const uncached = numberOf(usage["input_tokens"]);
    return {
      failure: reason === undefined ? "stream.truncated" : undefined,
      finishReason: finishReasons[reason ?? ""] ?? "other",
      rawFinishReason: reason,
      model:
        content.map((block) => stringOf(fields(block["to"])["model"])).findLast((model) => model !== undefined) ??
        stringOf(message["model"]),
      usage: known({
        inputTokens: uncached === undefined ? undefined : uncached + (read ?? 0) + (written ?? 0),
        cacheReadTokens: read,
        cacheWriteTokens: written,
        outputTokens: numberOf(usage["output_tokens"]),
        reasoningTokens: numberOf(fields(usage["output_tokens_details"])["thinking_tokens"]),
      }),
      text: of("text")
        .map((block) => string(block["text"]))
        .join(""),
      reasoning: of("thinking")
        .map((block) => string(block["thinking"]))
        .join(""),
      toolCalls: of("tool_use").map(toolCall),
      refusal: reason === "refusal" ? string(fields(message["stop_details"])["explanation"]) : undefined,
      citations: of("text").flatMap((block) => list(block["citations"]).map((citation) => string(citation["url"]))),
      sources: of("web_search_tool_result").flatMap((block) =>
        list(block["content"]).map((result) => string(result["url"])),
      ),
      opaque: content
        .map((block) => string(block["type"]))
        .filter((type) => !["text", "thinking", "redacted_thinking", "tool_use"].includes(type)),
      media: [],
    };
  },

  kept: (message) => {
    // Said in place of an answer.
    const refusal = string(fields(message["stop_details"])["explanation"]);
    return [...list(message["content"]), { type: "text", text: refusal }].flatMap(keptBlock);
  },

  sent: (request) =>
    list(request["messages"])
      .filter((message) => message["role"] === "assistant")
      .flatMap((message) => list(message["content"])),
};

/** Blank text is refused, and thinking without a signature; whatever else there is goes back unmodified. */
function keptBlock(block: Fields): readonly Fields[] {
  const { type, text, citations, signature, caller, inputText: _, ...rest } = block;
  switch (type) {
    case "text":
      if (string(text).trim() === "") return [];
      return [{ type, text, ...(list(citations).length === 0 ? {} : { citations }) }];
    case "thinking":
      return string(signature) === "" ? [] : [{ type, ...rest, signature }];
    case "tool_use":
      // A call by the model itself needs no caller.
      return [{ type, ...rest, ...(caller === undefined || fields(caller)["type"] === "direct" ? {} : { caller }) }];
    default:
      return [block];
  }
}

/** A block with one delta more. Arguments are collected as text. */
function grown(block: Fields, delta: Fields): Fields {
  switch (delta["type"]) {
    case "text_delta":
      return { ...block, text: string(block["text"]) + string(delta["text"]) };
    case "thinking_delta":
      return { ...block, thinking: string(block["thinking"]) + string(delta["thinking"]) };
    case "signature_delta":
      return { ...block, signature: string(block["signature"]) + string(delta["signature"]) };
    case "input_json_delta":
      return { ...block, partial: string(block["partial"]) + string(delta["partial_json"]) };
    case "citations_delta":
      return { ...block, citations: [...list(block["citations"]), delta["citation"]] };
    case "compaction_delta":
      return { ...block, content: delta["content"] };
    default:
      return block;
  }
}

function whole({ partial, ...block }: Fields): Fields {
  if (partial === undefined || partial === "") return block;
  const { input, inputText } = argumentsOf(string(partial));
  return { ...block, input: input ?? {}, ...(inputText === undefined ? {} : { inputText }) };
}

function toolCall(block: Fields): ReadToolCall {
  const inputText = stringOf(block["inputText"]);
  const written = inputText === undefined ? argumentsOf(JSON.stringify(block["input"])) : { inputText };
  return { id: string(block["id"]), name: string(block["name"]), ...written };
}

/** Running totals: a smaller number counts less than the whole answer, a null says nothing. */
function larger(earlier: Fields, later: Fields): Fields {
  const told = Object.entries(later).filter(([name, value]) => {
    return value !== null && !((numberOf(earlier[name]) ?? -1) > (numberOf(value) ?? Infinity));
  });
  return { ...earlier, ...Object.fromEntries(told) };
}
