import { eventFrame } from "../../packages/testing/src/simulators/bedrock/event-frame.ts";
import type { Wire } from "./wire.ts";

const padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const unavailable = { message: "The service isn't currently available." };

function frame(type: "event" | "exception", name: string, data: object): Uint8Array {
  const headers = { [`:${type}-type`]: name, ":content-type": "application/json", ":message-type": type };
  return eventFrame(headers, Buffer.from(JSON.stringify(data)));
}

/** Converse: binary frames, each with JSON that the vendor pads so that its length reveals less. */
export const bedrockWire: Wire = {
  contentType: "application/vnd.amazon.eventstream",
  model: "us.anthropic.claude-sonnet-5-5-v1:0",
  opening: () => [frame("event", "messageStart", { role: "assistant", p: padding.slice(0, 20) })],
  delta: (index, text) => {
    const p = padding.slice(0, (index * 7) % 40);
    return frame("event", "contentBlockDelta", { contentBlockIndex: 0, delta: { text }, p });
  },
  closing: (_text, deltas) => [
    frame("event", "contentBlockStop", { contentBlockIndex: 0, p: "abc" }),
    frame("event", "messageStop", { stopReason: "end_turn", p: "abcdef" }),
    frame("event", "metadata", { usage: usage(deltas), metrics: { latencyMs: 512 }, p: "ab" }),
  ],
  failure: () => frame("exception", "serviceUnavailableException", unavailable),
  whole: (text) => ({
    output: { message: { role: "assistant", content: [{ text }] } },
    stopReason: "end_turn",
    usage: usage(12),
    metrics: { latencyMs: 512 },
  }),
  unavailable: () => unavailable,
};

function usage(outputTokens: number): object {
  return { inputTokens: 11, outputTokens, totalTokens: 11 + outputTokens };
}
