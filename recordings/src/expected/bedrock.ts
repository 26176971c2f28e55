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
  tool_use: "tool-calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  content_filtered: "content-filter",
  guardrail_intervened: "content-filter",
};

export const bedrockExpected: ExpectedWire = {
  assemble: (events) => {
    let answer: Fields = {};
    const blocks: Fields[] = [];
    for (const event of events.map(fields)) {
      const index = numberOf(event["contentBlockIndex"]) ?? 0;
      if (event["type"] === "contentBlockStart") blocks[index] = fields(event["start"]);
      if (event["type"] === "contentBlockDelta") blocks[index] = grown(blocks[index] ?? {}, fields(event["delta"]));
      if (event["type"] === "messageStop") answer = { ...answer, stopReason: event["stopReason"] };
      if (event["type"] === "metadata") answer = { ...answer, usage: event["usage"] };
    }
    return { ...answer, output: { message: { role: "assistant", content: blocks } } };
  },

  read: (answer) => {
    const content = contentOf(answer);
    const reason = stringOf(answer["stopReason"]);
    const usage = fields(answer["usage"]);
    const [read, written] = [numberOf(usage["cacheReadInputTokens"]), numberOf(usage["cacheWriteInputTokens"])];
    const uncached = numberOf(usage["inputTokens"]);
    return {
      failure: reason === undefined ? "stream.truncated" : undefined,
      finishReason: finishReasons[reason ?? ""] ?? "other",
      rawFinishReason: reason,
      usage: known({
        inputTokens: uncached === undefined ? undefined : uncached + (read ?? 0) + (written ?? 0),
        cacheReadTokens: read,
        cacheWriteTokens: written,
        outputTokens: numberOf(usage["outputTokens"]),
      }),
      text: content.map(textOf).join(""),
      reasoning: content
        .map((block) => string(fields(fields(block["reasoningContent"])["reasoningText"])["text"]))
        .join(""),
      toolCalls: content.flatMap(({ toolUse }) => (toolUse === undefined ? [] : [toolCall(fields(toolUse))])),
      citations: content.flatMap((block) =>
        list(fields(block["citationsContent"])["citations"]).map((citation) =>
          string(fields(fields(citation["location"])["web"])["url"]),
        ),
      ),
      sources: [],
      opaque: [],
      media: [],
    };
  },

  kept: (answer) => contentOf(answer).flatMap(keptBlock),

  sent: (request) =>
    list(request["messages"])
      .filter((message) => message["role"] === "assistant")
      .flatMap((message) => list(message["content"])),
};

function contentOf(answer: Fields): readonly Fields[] {
  return list(fields(fields(answer["output"])["message"])["content"]);
}

function textOf({ text, citationsContent }: Fields): string {
  const cited = list(fields(citationsContent)["content"]).map((one) => string(one["text"]));
  return string(text) + cited.join("");
}

/** Reasoning and calls as they came; a text without what it cites, and no blank one. */
function keptBlock(block: Fields): readonly Fields[] {
  const { reasoningContent, toolUse } = block;
  if (reasoningContent !== undefined) return [{ reasoningContent }];
  if (toolUse !== undefined) {
    const { id: toolUseId, name, input } = toolCall(fields(toolUse));
    return [{ toolUse: { toolUseId, name, input } }];
  }
  return textOf(block).trim() === "" ? [] : [{ text: textOf(block) }];
}

function toolCall({ toolUseId, name, input }: Fields): ReadToolCall {
  const written = typeof input === "string" ? argumentsOf(input) : argumentsOf(JSON.stringify(input ?? {}));
  return { id: stringOf(toolUseId), name: string(name), ...written };
}

/** A block with one delta more, in the form of a whole one. Arguments are collected as text. */
function grown(block: Fields, delta: Fields): Fields {
  if (delta["text"] !== undefined && block["citationsContent"] === undefined) {
    return { ...block, text: string(block["text"]) + string(delta["text"]) };
  }
  if (delta["text"] !== undefined || delta["citation"] !== undefined) {
    const { content, citations } = fields(block["citationsContent"]);
    return {
      citationsContent: {
        content: [...list(content), ...(delta["text"] === undefined ? [] : [{ text: delta["text"] }])],
        citations: [...list(citations), ...(delta["citation"] === undefined ? [] : [delta["citation"]])],
      },
    };
  }
  if (delta["toolUse"] !== undefined) {
    const call = fields(block["toolUse"]);
    return { toolUse: { ...call, input: string(call["input"]) + string(fields(delta["toolUse"])["input"]) } };
  }
  const reasoning = fields(delta["reasoningContent"]);
  if (reasoning["redactedContent"] !== undefined) return { reasoningContent: reasoning };
  const { text, signature } = fields(fields(block["reasoningContent"])["reasoningText"]);
  return {
    reasoningContent: {
      reasoningText: known({
        text: string(text) + string(reasoning["text"]),
        signature: stringOf(reasoning["signature"]) ?? signature,
      }),
    },
  };
}
