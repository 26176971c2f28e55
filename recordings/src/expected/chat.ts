import type { FinishReason } from "@understudy/core";
import { isFields } from "../recordings.ts";
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
  type Reading,
  type ReadToolCall,
} from "./reading.ts";

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
};

/** Chat completions. Other choices than the first are no part of the answer. */
export const chatExpected: ExpectedWire = {
  assemble,
  read,
  kept: (completion) => keptMessage(firstMessage(completion)),
  sent: (request) => earlierAnswers(request).flatMap(keptMessage),
};

/** The same wire with reasoning text, and a finish reason that is a failure. */
export const deepSeekExpected: ExpectedWire = {
  ...chatExpected,
  kept: (completion) => [...keptReasoning(firstMessage(completion)), ...chatExpected.kept(completion)],
  sent: (request) => [...earlierAnswers(request).flatMap(keptReasoning), ...chatExpected.sent(request)],
};

/** The same wire with thinking as parts of the content, which go back as such. */
export const mistralExpected: ExpectedWire = {
  ...chatExpected,
  kept: (completion) => [...keptThinking(firstMessage(completion)), ...chatExpected.kept(completion)],
  sent: (request) => {
    const own = { ...request, messages: withoutBridges(list(request["messages"])) };
    return [...earlierAnswers(own).flatMap(keptThinking), ...chatExpected.sent(own)];
  },
};

/** The API wants a word of the model between results and a question: that was no answer. */
function withoutBridges(messages: readonly Fields[]): readonly Fields[] {
  const roles = messages.map(({ role }) => role);
  return messages.filter(({ content }, at) => {
    return !(content === "Noted." && roles[at - 1] === "tool" && roles[at + 1] === "user");
  });
}

function keptThinking(message: Fields): readonly unknown[] {
  return [reasoningOf(message)].filter((text) => text !== "");
}

function earlierAnswers(request: Fields): readonly Fields[] {
  return list(request["messages"]).filter((message) => message["role"] === "assistant");
}

function keptReasoning(message: Fields): readonly unknown[] {
  return [string(message["reasoning_content"])].filter((text) => text !== "");
}

/** A refusal goes back as text: that is what the model said. */
function keptMessage(message: Fields): readonly unknown[] {
  const { refusal, tool_calls: calls, reasoning_details: details } = message;
  const kept = list(calls).map(({ index: _count, function: called, ...call }) => {
    const text = string(fields(called)["arguments"]);
    return {
      ...call,
      ...(called === undefined ? {} : { function: { ...fields(called), arguments: asObjectText(text) } }),
    };
  });
  return [textOf(message) + string(refusal), ...kept, ...list(details)].filter((part) => part !== "");
}

/** Servers parse it: nothing at all is an empty object, and what is broken goes back inside of one. */
function asObjectText(text: string): string {
  const { input } = argumentsOf(text);
  if (text.trim() === "") return "{}";
  return isFields(input) ? text : JSON.stringify({ invalid_arguments: text });
}

function assemble(events: readonly unknown[]): Fields {
  let completion: Fields = {};
  let message: Fields = {};
  let reason: unknown;
  const calls: Fields[] = [];
  for (const chunk of events.map(fields)) {
    const told = Object.entries(chunk).filter(([, value]) => value !== null && value !== "");
    completion = { ...completion, ...Object.fromEntries(told) };
    for (const choice of list(chunk["choices"])) {
      if (numberOf(choice["index"]) !== 0) continue;
      const delta = fields(choice["delta"]);
      if (Array.isArray(delta["content"])) {
        message = {
          ...message,
          content: string(message["content"]) + textOf(delta),
          reasoning: string(message["reasoning"]) + reasoningOf(delta),
        };
      }
      for (const name of ["content", "reasoning_content", "reasoning", "refusal"]) {
        if (typeof delta[name] === "string") message = { ...message, [name]: string(message[name]) + delta[name] };
      }
      const details = list(delta["reasoning_details"]);
      if (details.length > 0)
        message = { ...message, reasoning_details: [...list(message["reasoning_details"]), ...details] };
      if (delta["annotations"] !== undefined) message = { ...message, annotations: delta["annotations"] };
      for (const piece of list(delta["tool_calls"])) grow(calls, piece);
      reason = choice["finish_reason"] ?? reason;
    }
  }
  const whole = { ...message, ...(calls.length === 0 ? {} : { tool_calls: calls.filter(Boolean) }) };
  return { ...completion, choices: [{ index: 0, message: whole, finish_reason: reason }] };
}

function grow(calls: Fields[], piece: Fields): void {
  const index = numberOf(piece["index"]) ?? 0;
  const { index: _, ...call } = piece;
  const earlier = calls[index] ?? {};
  const before = fields(earlier["function"]);
  const added = fields(call["function"]);
  calls[index] = {
    ...call,
    ...earlier,
    function: { ...added, ...before, arguments: string(before["arguments"]) + string(added["arguments"]) },
  };
}

function read(completion: Fields): Reading {
  const [choice = {}] = list(completion["choices"]);
  const message = firstMessage(completion);
  const reason = stringOf(choice["finish_reason"]);
  // Some servers fill fields that they have nothing for with empty texts.
  const refusal = stringOf(message["refusal"]) || undefined;
  const usage = fields(completion["usage"]);
  const prompt = fields(usage["prompt_tokens_details"]);
  return {
    failure:
      reason === "insufficient_system_resource"
        ? "server.overloaded"
        : completion["error"] === undefined
          ? reason === undefined
            ? "stream.truncated"
            : undefined
          : "unknown",
    finishReason: reason === "stop" ? stopped(message) : (finishReasons[reason ?? ""] ?? "other"),
    rawFinishReason: reason || undefined,
    model: stringOf(completion["model"]) || undefined,
    usage:
      completion["usage"] === undefined || completion["usage"] === null
        ? undefined
        : known({
            inputTokens: numberOf(usage["prompt_tokens"]),
            cacheReadTokens:
              numberOf(usage["prompt_cache_hit_tokens"]) ??
              numberOf(prompt["cached_tokens"]) ??
              numberOf(usage["num_cached_tokens"]),
            cacheWriteTokens: numberOf(prompt["cache_write_tokens"]),
            outputTokens: numberOf(usage["completion_tokens"]),
            reasoningTokens: numberOf(fields(usage["completion_tokens_details"])["reasoning_tokens"]),
          }),
    text: textOf(message),
    reasoning: reasoningOf(message),
    toolCalls: list(message["tool_calls"]).map(toolCall),
    refusal,
    citations: list(message["annotations"]).map((annotation) => string(fields(annotation["url_citation"])["url"])),
    sources: [],
    opaque: message["reasoning_details"] === undefined ? [] : ["reasoning_details"],
    media: string(fields(message["audio"])["data"]) === "" ? [] : ["audio/wav"],
  };
}

/** Under one of two names, or as parts of the content. */
function reasoningOf(message: Fields): string {
  const named = string(message["reasoning_content"]) || string(message["reasoning"]);
  const pieces = list(message["content"]).flatMap((part) => list(part["thinking"]));
  return named + pieces.map((piece) => string(piece["text"])).join("");
}

/** A text, also in parts, the JSON that a server has parsed already, or what is spoken. */
function textOf({ content, audio }: Fields): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content))
    return list(content)
      .map((part) => string(part["text"]))
      .join("");
  return isFields(content) ? JSON.stringify(content) : string(fields(audio)["transcript"]);
}

/** So end refusals, and calls that the request had forced. */
function stopped(message: Fields): FinishReason {
  if (string(message["refusal"]) !== "") return "refusal";
  return list(message["tool_calls"]).length > 0 ? "tool-calls" : "stop";
}

function toolCall(call: Fields): ReadToolCall {
  const id = stringOf(call["id"]);
  const { name, input } = fields(call["custom"]);
  if (call["type"] === "custom") return { id, name: string(name), input: string(input) };
  const called = fields(call["function"]);
  return { id, name: string(called["name"]), ...argumentsOf(string(called["arguments"])) };
}

function firstMessage(completion: Fields): Fields {
  return fields(fields(list(completion["choices"])[0])["message"]);
}
