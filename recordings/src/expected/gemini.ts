import type { FailureClass, FinishReason, JsonValue, Usage } from "@understudy/core";
import {
  fields,
  isOwnId,
  list,
  numberOf,
  string,
  stringOf,
  type ExpectedWire,
  type Fields,
  type ReadToolCall,
} from "./reading.ts";

const finishReasons: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  CONTINUATION: "length",
  SAFETY: "content-filter",
  RECITATION: "content-filter",
  BLOCKLIST: "content-filter",
  PROHIBITED_CONTENT: "content-filter",
  SPII: "content-filter",
  IMAGE_SAFETY: "content-filter",
  IMAGE_PROHIBITED_CONTENT: "content-filter",
  IMAGE_RECITATION: "content-filter",
  MODEL_ARMOR: "content-filter",
  ESCALATION: "content-filter",
  PUP_LIMITED_DISABLED: "content-filter",
};

/** Endings that are no answer. */
const failures: Readonly<Record<string, FailureClass>> = {
  MALFORMED_FUNCTION_CALL: "output.malformed",
  UNEXPECTED_TOOL_CALL: "output.malformed",
  OTHER: "output.malformed",
};

const toolParts = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"];

/** `generateContent`, of the Gemini API and of Vertex AI. */
export const geminiExpected: ExpectedWire = {
  assemble: (chunks) => {
    let whole: Fields = {};
    let candidate: Fields = {};
    const parts: Fields[] = [];
    const quotes: Fields[] = [];
    for (const chunk of chunks.map(fields)) {
      whole = { ...whole, ...chunk };
      const [one = {}] = list(chunk["candidates"]);
      candidate = { ...candidate, ...one };
      quotes.push(...quotesOf(one));
      for (const part of list(fields(one["content"])["parts"])) take(parts, part);
    }
    if (whole["candidates"] === undefined) return whole;
    return { ...whole, candidates: [{ ...candidate, content: { parts }, citationMetadata: { citations: quotes } }] };
  },

  read: (answer) => {
    const [candidate = {}] = list(answer["candidates"]);
    const parts = partsOf(answer);
    const texts = (thought: boolean) =>
      parts.filter((part) => (part["thought"] === true) === thought).map((part) => string(part["text"]));
    const calls = parts.filter((part) => part["functionCall"] !== undefined);
    const blocked = stringOf(fields(answer["promptFeedback"])["blockReason"]);
    const reason = stringOf(candidate["finishReason"]) ?? blocked;
    // Feedback about a prompt without a candidate: there will be none.
    const isRefused = answer["promptFeedback"] !== undefined && list(answer["candidates"]).length === 0;
    const isBlocked = blocked !== undefined || isRefused;
    const isCut = reason === undefined && !isBlocked;
    return {
      failure: answer["error"] !== undefined ? "unknown" : isCut ? "stream.truncated" : failures[reason ?? ""],
      finishReason: isBlocked
        ? "content-filter"
        : reason === "STOP" && calls.length > 0
          ? "tool-calls"
          : (finishReasons[reason ?? ""] ?? "other"),
      rawFinishReason: reason,
      model: stringOf(answer["modelVersion"]),
      usage: usageOf(fields(answer["usageMetadata"])),
      text: texts(false).join(""),
      reasoning: texts(true).join(""),
      toolCalls: calls.map(toolCall),
      citations: citationsOf(candidate),
      sources: sourcesOf(candidate),
      opaque: [
        ...parts.flatMap((part) => toolParts.filter((name) => part[name] !== undefined)),
        ...(candidate["groundingMetadata"] === undefined ? [] : ["groundingMetadata"]),
      ],
      media: parts.flatMap((part) => mediaOf(part)),
    };
  },

  kept: (answer) => merged(partsOf(answer)),

  sent: (request) =>
    list(request["contents"])
      .filter((content) => content["role"] === "model")
      .flatMap((content) => merged(list(content["parts"]).map(withoutOwnId))),
};

/** Calls may come in pieces: a name, then values by path. */
function take(parts: Fields[], part: Fields): void {
  const { name, partialArgs, willContinue, ...call } = fields(part["functionCall"]);
  if (part["functionCall"] === undefined || (name !== undefined && willContinue === undefined)) {
    parts.push(part);
    return;
  }
  if (name !== undefined) parts.push({ ...part, functionCall: { ...call, name, args: {} } });
  const last = parts.length - 1;
  for (const piece of list(partialArgs)) {
    const called = fields(parts[last]?.["functionCall"]);
    const args = withPiece(called["args"], stepsOf(string(piece["jsonPath"])), piece);
    parts[last] = { ...parts[last], functionCall: { ...called, args } };
  }
}

/** Of `$.places[0].city`: places, 0, city. */
function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]'"$]+/).filter((step) => step !== "");
}

/** A value in which one piece has its place. Texts continue. */
function withPiece(value: unknown, [step, ...rest]: readonly string[], piece: Fields): unknown {
  if (step === undefined) {
    const text = stringOf(piece["stringValue"]);
    return text === undefined ? (piece["numberValue"] ?? piece["boolValue"] ?? null) : string(value) + text;
  }
  if (!/^\d+$/.test(step)) return { ...fields(value), [step]: withPiece(fields(value)[step], rest, piece) };
  const items: unknown[] = Array.isArray(value) ? [...value] : [];
  items[Number(step)] = withPiece(items[Number(step)], rest, piece);
  return items;
}

/** Where the vendor gave a call no id, the one it is sent with is ours. */
function withoutOwnId(part: Fields): Fields {
  const { id, ...call } = fields(part["functionCall"]);
  if (part["functionCall"] === undefined || !isOwnId(string(id))) return part;
  return { ...part, functionCall: call };
}

function partsOf(answer: Fields): readonly Fields[] {
  return list(fields(fields(list(answer["candidates"])[0])["content"])["parts"]);
}

function toolCall(part: Fields): ReadToolCall {
  const { id, name, args } = fields(part["functionCall"]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what comes out of a JSON parser is JSON
  return { id: stringOf(id), name: string(name), input: (args ?? {}) as JsonValue };
}

function mediaOf(part: Fields): readonly string[] {
  return part["inlineData"] === undefined ? [] : [string(fields(part["inlineData"])["mimeType"])];
}

/** A count that is left out is zero, but an answer without its prompt is not counted whole. */
function usageOf(native: Fields): Usage | undefined {
  const count = (name: string) => numberOf(native[name]) ?? 0;
  const output = count("candidatesTokenCount") + count("thoughtsTokenCount");
  if (native["promptTokenCount"] === undefined && output === 0) return undefined;
  const written = { outputTokens: output, reasoningTokens: count("thoughtsTokenCount") };
  if (native["promptTokenCount"] === undefined) return written;
  return {
    inputTokens: count("promptTokenCount") + count("toolUsePromptTokenCount"),
    cacheReadTokens: count("cachedContentTokenCount"),
    ...written,
  };
}

/** One for each source of each supported passage, then those of texts that are quoted. */
function citationsOf(candidate: Fields): readonly string[] {
  const { groundingSupports } = fields(candidate["groundingMetadata"]);
  const sources = chunksOf(candidate);
  const supported = list(groundingSupports).flatMap((support): readonly Fields[] => {
    const indices: unknown = support["groundingChunkIndices"];
    return Array.isArray(indices) ? indices.map((index) => sources[Number(index)] ?? {}) : [];
  });
  // What has neither address nor name nor words cites nothing.
  const said = [...supported, ...quotesOf(candidate)].filter(
    ({ uri, title, text }) => string(uri) + string(title) + string(text) !== "",
  );
  return said.map(({ uri }) => string(uri));
}

/** Each once, by its address or else its name. */
function sourcesOf(candidate: Fields): readonly string[] {
  const named = new Map<string, string>();
  for (const { uri, title } of [...chunksOf(candidate), ...quotesOf(candidate)]) {
    const name = stringOf(uri) ?? stringOf(title);
    if (name !== undefined) named.set(name, string(uri));
  }
  return [...named.values()];
}

function chunksOf(candidate: Fields): readonly Fields[] {
  return list(fields(candidate["groundingMetadata"])["groundingChunks"]).map((chunk) =>
    fields(chunk["web"] ?? chunk["maps"] ?? chunk["retrievedContext"]),
  );
}

/** Two names for one thing, by endpoint. */
function quotesOf(candidate: Fields): readonly Fields[] {
  const { citationSources, citations } = fields(candidate["citationMetadata"]);
  return list(citationSources ?? citations);
}

/** Texts of one kind that follow each other are one, but for those with a signature, which stand alone. */
function merged(parts: readonly Fields[]): readonly Fields[] {
  const result: Fields[] = [];
  for (const part of parts.map(withArguments)) {
    const last = result.at(-1);
    if (isPlain(part) && string(part["text"]) === "") continue;
    if (last !== undefined && isPlain(part) && isPlain(last) && part["thought"] === last["thought"]) {
      result[result.length - 1] = { ...last, text: string(last["text"]) + string(part["text"]) };
    } else result.push(part);
  }
  return result;
}

/** Left out, they are none. */
function withArguments(part: Fields): Fields {
  const { functionCall: call } = part;
  return call === undefined ? part : { ...part, functionCall: { args: {}, ...fields(call) } };
}

function isPlain(part: Fields): boolean {
  return part["text"] !== undefined && part["thoughtSignature"] === undefined;
}
