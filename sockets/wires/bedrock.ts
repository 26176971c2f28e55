import { crc32 } from "node:zlib";
import type { Reason, Wire } from "./wire.ts";

const STRING = 7;

/** A name and a text, each behind its length. */
function header(name: string, value: string): Buffer {
  const head = Buffer.from([name.length]);
  const type = Buffer.from([STRING, value.length >> 8, value.length & 0xff]);
  return Buffer.concat([head, Buffer.from(name), type, Buffer.from(value)]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Both lengths with their checksum; how a frame begins, whatever its payload. */
function prelude(headers: Buffer, payload: number): Buffer {
  const lengths = Buffer.concat([number(16 + headers.length + payload), number(headers.length)]);
  return Buffer.concat([lengths, number(crc32(lengths)), headers]);
}

function frame(headers: Buffer, payload: Buffer): Buffer {
  const all = Buffer.concat([prelude(headers, payload.length), payload]);
  return Buffer.concat([all, number(crc32(all))]);
}

function heads(kind: string, name: string): Buffer {
  const type = header(`:${kind}-type`, name);
  return Buffer.concat([type, header(":content-type", "application/json"), header(":message-type", kind)]);
}

function say(name: string, payload: object | string, kind = "event"): Buffer {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return frame(heads(kind, name), Buffer.from(text));
}

const USAGE = { inputTokens: 14, outputTokens: 9, totalTokens: 23 };
const STOP = say("messageStop", { stopReason: "end_turn" });
const METADATA = say("metadata", { usage: USAGE, metrics: { latencyMs: 310 } });

const NAMES: Readonly<Record<number, string>> = {
  400: "ValidationException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  408: "ModelTimeoutException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

const WORDS: Readonly<Partial<Record<Reason, string>>> = {
  context: "Input is too long for requested model.",
  model: "Could not resolve the foundation model from the provided model identifier.",
  requests: "Too many requests, please wait before trying again.",
  tokens: "Too many tokens, please wait before trying again.",
  key: "The security token included in the request is invalid.",
};

export const bedrockWire: Wire = {
  name: "bedrock",
  contentType: "application/vnd.amazon.eventstream",
  isStreamAsked: ({ path }) => path.endsWith("/converse-stream"),
  preamble: say("messageStart", { role: "assistant" }),
  text: (text) => say("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }),
  closing: Buffer.concat([say("contentBlockStop", { contentBlockIndex: 0 }), STOP, METADATA]),
  terminal: Buffer.concat([STOP, METADATA]),
  ping: say("initial-response", {}),
  broken: say("contentBlockDelta", '{"contentBlockIndex":0,"delta":{"text":'),
  endless: Buffer.concat([
    prelude(heads("event", "contentBlockDelta"), 64 * 1_024 * 1_024),
    Buffer.from('{"contentBlockIndex":0,"delta":{"text":"'),
  ]),
  failing: say(
    "serviceUnavailableException",
    { message: "The service is overloaded and cannot serve it." },
    "exception",
  ),
  whole: (text) =>
    JSON.stringify({
      output: { message: { role: "assistant", content: [{ text }] } },
      stopReason: "end_turn",
      usage: USAGE,
      metrics: { latencyMs: 310 },
    }),
  refuse: (status, reason) => {
    const message = reason === undefined ? "It cannot be done." : WORDS[reason];
    if (message === undefined) return undefined;
    const name = reason === "key" ? "UnrecognizedClientException" : NAMES[status];
    const headers = name === undefined ? [] : [`x-amzn-errortype: ${name}`];
    return { body: JSON.stringify({ message }), headers: [...headers, "x-amzn-requestid: 5f-31"] };
  },
};
