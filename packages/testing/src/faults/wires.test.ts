import { expect, test } from "vitest";
import { startAnthropic } from "../simulators/anthropic/wire.ts";
import { startDeepSeek } from "../simulators/deepseek/wire.ts";
import { startGemini } from "../simulators/gemini/wire.ts";
import { startOpenAIChat } from "../simulators/openai-chat/wire.ts";
import { startOpenAI } from "../simulators/openai-responses/wire.ts";
import type { Vendor } from "../simulators/vendor.ts";
import type { Fault } from "./fault.ts";

interface WireUnderTest {
  readonly name: string;
  start(): Promise<Vendor>;
  readonly path: string;
  readonly body: object;
}

const messages = [{ role: "user", content: "Hello" }];

const wires: Readonly<Record<"anthropic" | "responses" | "chat" | "deepseek" | "gemini" | "array", WireUnderTest>> = {
  anthropic: {
    name: "Anthropic",
    start: startAnthropic,
    path: "/v1/messages",
    body: { model: "claude-sonnet-5-5", max_tokens: 64, messages, stream: true },
  },
  responses: {
    name: "OpenAI Responses",
    start: startOpenAI,
    path: "/responses",
    body: { model: "gpt-5.6-terra", input: "Hello", stream: true },
  },
  chat: {
    name: "Chat Completions",
    start: startOpenAIChat,
    path: "/chat/completions",
    body: { model: "gpt-4.1", messages, stream: true },
  },
  deepseek: {
    name: "DeepSeek",
    start: startDeepSeek,
    path: "/chat/completions",
    body: { model: "deepseek-flash", messages, stream: true },
  },
  gemini: {
    name: "Gemini",
    start: startGemini,
    path: "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
    body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
  },
  array: {
    name: "Gemini as a JSON array",
    start: startGemini,
    path: "/v1beta/models/gemini-3.8-flash:streamGenerateContent",
    body: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
  },
};

async function stream(wire: WireUnderTest, fault?: Fault): Promise<string> {
  await using vendor = await wire.start();
  vendor.answer({ text: ["One ", "two ", "three."] });
  vendor.script([{ fault }]);
  const response = await fetch(vendor.url + wire.path, {
    method: "POST",
    headers: {
      authorization: "Bearer key",
      "x-api-key": "key",
      "x-goog-api-key": "key",
      "anthropic-version": "2023-06-01",
    },
    body: JSON.stringify(wire.body),
  });
  expect(response.status).toBe(200);
  // The server stays up until the body is read.
  const text = await response.text();
  return text;
}

test.each(Object.values(wires))("$name says everything and then ends", async (wire) => {
  const body = await stream(wire);

  expect(body.indexOf("three.")).toBeGreaterThan(body.indexOf("One "));
});

test.each<[keyof typeof wires, RegExp]>([
  ["anthropic", /event: message_stop\n/],
  ["responses", /event: response\.completed\n/],
  ["chat", /data: \[DONE\]\n/],
  ["deepseek", /data: \[DONE\]\n/],
  ["gemini", /"finishReason":"STOP"/],
  ["array", /"finishReason": "STOP"[\s\S]*\]\n$/],
])("a cut before the evidence on the wire of %s leaves the content and nothing that ends it", async (name, end) => {
  const whole = await stream(wires[name]);
  const cut = await stream(wires[name], { type: "cut", at: "content", how: "clean" });

  expect(whole).toMatch(end);
  expect(cut).toContain("three.");
  expect(cut).not.toMatch(end);
});

test.each<[keyof typeof wires, RegExp]>([
  ["anthropic", /"stop_reason":"end_turn"/],
  ["responses", /event: response\.completed\n/],
  ["chat", /"finish_reason":"stop"/],
  ["deepseek", /"finish_reason":"stop"/],
  ["gemini", /"finishReason":"STOP"/],
])("a cut after the evidence on the wire of %s has the evidence", async (name, evidence) => {
  const cut = await stream(wires[name], { type: "cut", at: "evidence", how: "clean" });

  expect(cut).toMatch(evidence);
  expect(cut).not.toMatch(/message_stop|\[DONE\]/);
});

test.each<[keyof typeof wires, string]>([
  ["anthropic", 'event: ping\ndata: {"type": "ping"}\n\n'],
  ["deepseek", ": keep-alive\n\n"],
  ["responses", ": keep-alive\n\n"],
  ["gemini", ": keep-alive\r\n\r\n"],
])("keep-alives on the wire of %s are its own", async (name, keepAlive) => {
  const body = await stream(wires[name], { type: "keep-alives", at: "headers", count: 2, everyMs: 0 });

  expect(body.startsWith(keepAlive + keepAlive)).toBe(true);
});

test.each<[keyof typeof wires, Partial<Extract<Fault, { type: "in-band-error" }>>, RegExp]>([
  ["anthropic", {}, /event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error"/],
  ["responses", {}, /event: error\ndata: \{"type":"error","code":"server_is_overloaded","message"/],
  [
    "responses",
    { form: "nested" },
    /event: error\ndata: \{"type":"error","error":\{"type":"service_unavailable_error"/,
  ],
  ["responses", { form: "failed" }, /event: response\.failed\n.*"status":"failed".*"error":\{"code":"server_is_over/],
  ["chat", {}, /data: \{"error":\{"message"/],
  ["deepseek", { error: "server-error" }, /data: \{"error":\{"message":"Internal Server Error"/],
  ["gemini", {}, /data: \{"error":\{"code":503.*"status":"UNAVAILABLE"/],
  ["gemini", { form: "bare" }, /\n\{\n {2}"error": \{\n {4}"code": 503/],
])("an error inside the stream of %s (%o) has the vendor's shape", async (name, fields, shape) => {
  const body = await stream(wires[name], { type: "in-band-error", at: { deltas: 1 }, ...fields });

  expect(body).toMatch(shape);
  expect(body).toContain("One ");
  expect(body).not.toContain("two ");
});
