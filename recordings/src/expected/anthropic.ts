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
      if (event["type"] === "message_start") {
        const start = fields(event["message"]);
        // One that is repeated is the same; another one has no place inside an answer.
        if (message["id"] !== undefined && message["id"] !== start["id"]) {
          message = { ...message, isSpliced: true };
          break;
        }
        // It may hold all of the answer.
        if (message["id"] === undefined) blocks.push(...list(start["content"]));
        message = start;
      }
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
    const steps = list(usage["iterations"]).filter((step) => step["type"] !== "message");
    const own = steps.filter((step) => step["model"] === undefined);
    /** The totals leave out what is no message: the steps of the same model are billed with it. */
    const billed = (name: string): number | undefined => {
      const total = numberOf(usage[name]);
      return total === undefined ? undefined : own.reduce((sum, step) => sum + (numberOf(step[name]) ?? 0), total);
    };
    const [read, written] = [billed("cache_read_input_tokens"), billed("cache_creation_input_tokens")];
    const uncached = billed("input_tokens");
    return {
      failure:
        message["isSpliced"] === true ? "stream.malformed" : reason === undefined ? "stream.truncated" : undefined,
      finishReason: finishReasons[reason ?? ""] ?? "other",
      rawFinishReason: reason,
      model:
        content.map((block) => stringOf(fields(block["to"])["model"])).findLast((model) => model !== undefined) ??
        stringOf(message["model"]),
      usage: known({
        inputTokens: uncached === undefined ? undefined : uncached + (read ?? 0) + (written ?? 0),
        cacheReadTokens: read,
        cacheWriteTokens: written,
        outputTokens: billed("output_tokens"),
        reasoningTokens: numberOf(fields(usage["output_tokens_details"])["thinking_tokens"]),
        // What another model did has another price.
        exact: steps.length > own.length ? false : undefined,
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
      opaque: [
        ...content
          .map((block) => string(block["type"]))
          .filter((type) => !["text", "thinking", "redacted_thinking", "tool_use"].includes(type)),
        // It belongs to the answer and is wanted back, but beside the messages.
        ...(stringOf(fields(message["container"])["id"]) === undefined ? [] : ["container"]),
      ],
      media: [],
    };
  },

  kept: (message) => {
    // Said in place of an answer.
    const refusal = string(fields(message["stop_details"])["explanation"]);
    const content = list(message["content"]);
    const asked = content.map((block) => block["id"]);
    const answered = content.map((block) => block["tool_use_id"]);
    // A tool that waits for its result is refused once the user has spoken, and with it whatever it called.
    const waiting = content
      .filter((block) => string(block["type"]) === "server_tool_use" && !answered.includes(block["id"]))
      .map((block) => block["id"]);
    return (
      [...content, { type: "text", text: refusal }]
        .filter((block) => !waiting.includes(block["id"]))
        // Nor does a result mean anything whose call stood in an answer before.
        .filter((block) => block["tool_use_id"] === undefined || asked.includes(block["tool_use_id"]))
        .map((block) =>
          waiting.includes(fields(block["caller"])["tool_id"]) ? { ...block, caller: undefined } : block,
        )
        .flatMap(keptBlock)
    );
  },

  sent: (request) =>
    list(request["messages"])
      .filter((message) => message["role"] === "assistant")
      .flatMap((message) => list(message["content"])),
};

/** Blank text is refused, thinking without a signature, and the file in a citation; whatever else there is goes back unmodified. */
function keptBlock(block: Fields): readonly Fields[] {
  const { type, text, citations, signature, caller, inputText, ...rest } = block;
  switch (type) {
    case "text":
      if (string(text).trim() === "") return [];
      return [{ type, text, ...(list(citations).length === 0 ? {} : { citations: list(citations).map(withoutFile) }) }];
    case "thinking":
      return string(signature) === "" ? [] : [{ type, ...rest, signature }];
    case "tool_use":
      // Objects only; what was written instead of one is no call without arguments. A call by the model itself needs no caller.
      return [
        {
          type,
          ...rest,
          ...(inputText === undefined ? {} : { input: { invalid_arguments: inputText } }),
          ...(caller === undefined || fields(caller)["type"] === "direct" ? {} : { caller }),
        },
      ];
    default:
      return [block];
  }
}

function withoutFile(citation: Fields): Fields {
  return Object.fromEntries(Object.entries(citation).filter(([name]) => name !== "file_id"));
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
