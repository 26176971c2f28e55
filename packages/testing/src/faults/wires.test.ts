import { expect, test } from "vitest";
import { startAnthropic } from "../simulators/anthropic/wire.ts";
import { startBedrock } from "../simulators/bedrock/wire.ts";
import { startDeepSeek } from "../simulators/deepseek/wire.ts";
import { startGemini } from "../simulators/gemini/wire.ts";
import { startMistral } from "../simulators/mistral/wire.ts";
import { startXAI } from "../simulators/xai/wire.ts";
import { startOpenAIChat } from "../simulators/openai-chat/wire.ts";
import { startOpenAI } from "../simulators/openai-responses/wire.ts";
import type { Vendor } from "../simulators/vendor.ts";
import type { VendorErrorName } from "../simulators/wire.ts";
import type { Fault } from "./fault.ts";

interface WireUnderTest {
  readonly name: string;
  start(): Promise<Vendor>;
  readonly path: string;
  readonly body: object;
}

const messages = [{ role: "user", content: "Hello" }];

const wires: Readonly<
  Record<
    "anthropic" | "responses" | "chat" | "deepseek" | "mistral" | "xai" | "bedrock" | "gemini" | "array",
    WireUnderTest
  >
> = {
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
    body: { model: "gpt-4.1", messages, stream: true, stream_options: { include_usage: true } },
  },
  deepseek: {
    name: "DeepSeek",
    start: startDeepSeek,
    path: "/chat/completions",
    body: { model: "deepseek-flash", messages, stream: true },
  },
  mistral: {
    name: "Mistral",
    start: startMistral,
    path: "/chat/completions",
    body: { model: "mistral-small-latest", messages, stream: true },
  },
  xai: {
    name: "xAI",
    start: startXAI,
    path: "/responses",
    body: { model: "grok-4.6", input: "Hello", stream: true },
  },
  bedrock: {
    name: "Bedrock",
    start: startBedrock,
    path: "/model/us.amazon.nova-2-lite-v1%3A0/converse-stream",
    body: { messages: [{ role: "user", content: [{ text: "Hello" }] }] },
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
  // An error that is scripted by its name has its own.
  expect(response.status === 200 || fault?.type === "error").toBe(true);
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
  ["mistral", /data: \[DONE\]\n/],
  ["xai", /event: response\.completed\n/],
  ["bedrock", /messageStop[^]*"stopReason":"end_turn"[^]*metadata[^]*"usage":\{/],
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
  ["mistral", /"finish_reason":"stop"/],
  ["xai", /event: response\.completed\n/],
  ["bedrock", /"stopReason":"end_turn"/],
  ["gemini", /"finishReason":"STOP"/],
])("a cut after the evidence on the wire of %s has the evidence", async (name, evidence) => {
  const cut = await stream(wires[name], { type: "cut", at: "evidence", how: "clean" });

  expect(cut).toMatch(evidence);
  expect(cut).not.toMatch(/message_stop|\[DONE\]|latencyMs/);
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

interface Said {
  readonly text: string;
  readonly finish: unknown;
  readonly usage: unknown;
}

/** What each chunk of a chat or Gemini stream says. */
function chunks(body: string): readonly Said[] {
  return [...body.matchAll(/^data: (\{.*\})\r?$/gm)].map(([, data = ""]) => {
    const chunk = JSON.parse(data);
    const [choice] = chunk.choices ?? chunk.candidates ?? [];
    return {
      text: choice?.delta?.content ?? choice?.content?.parts?.[0]?.text ?? "",
      finish: choice?.finish_reason ?? choice?.finishReason ?? null,
      usage: chunk.usage ?? chunk.usageMetadata ?? null,
    };
  });
}

const streaming = ["chat", "deepseek", "mistral", "gemini"] as const;

test.each(
  streaming.flatMap((wire) => [
    [wire, "every", ["One ", "two ", "three.", ""]] as const,
    [wire, "first", ["One "]] as const,
    [wire, "first-and-last", ["One ", ""]] as const,
  ]),
)("an early finish on the wire of %s is said in %s", async (wire, where, texts) => {
  const whole = chunks(await stream(wires[wire]));
  const early = chunks(await stream(wires[wire], { type: "early-finish", in: where }));

  const reason = whole.at(-1)?.finish ?? whole.at(-2)?.finish;
  expect(early.map(({ text }) => text)).toStrictEqual(whole.map(({ text }) => text));
  expect(early.flatMap(({ finish, text }) => (finish === reason ? [text] : []))).toStrictEqual(texts);
});

test("an early finish that breaks off says the reason and not the rest", async () => {
  const early = chunks(await stream(wires.chat, { type: "early-finish", in: "every", how: "clean" }));

  expect(early.map(({ text, finish }) => [text, finish])).toStrictEqual([
    ["", null],
    ["One ", "stop"],
    ["two ", "stop"],
  ]);
});

test.each(["anthropic", "responses"] as const)("the wire of %s says its finish at the end only", async (name) => {
  const whole = await stream(wires[name]);
  const early = await stream(wires[name], { type: "early-finish", in: "every" });

  expect(early.match(/^event: .*$/gm)).toStrictEqual(whole.match(/^event: .*$/gm));
});

test.each(streaming)("late usage on the wire of %s has a chunk of its own behind the finish reason", async (name) => {
  const body = await stream(wires[name], { type: "late-usage", ms: 1 });
  const last = chunks(body).slice(-2);

  expect(last.map(({ finish }) => finish !== null)).toStrictEqual([true, false]);
  expect(last.map(({ usage }) => usage !== null)).toStrictEqual([false, true]);
});

test("usage that shrinks on the wire of gemini counts no input in the last chunk only", async () => {
  const body = await stream(wires.gemini, { type: "usage-shrinks" });
  const counts = [...body.matchAll(/"promptTokenCount":(\d+)/g)].map(([, count]) => Number(count));

  expect(counts.at(-1)).toBe(0);
  expect(counts.slice(0, -1).every((count) => count > 0)).toBe(true);
});

test.each<[keyof typeof wires, RegExp]>([
  ["anthropic", /event: error\ndata: \{"type":"error","error":\{"code":504,"message"/],
  ["responses", /event: error\ndata: \{"type":"error","code":504,"message"/],
  ["chat", /data: \{"error":\{"code":504,"message"/],
  ["deepseek", /data: \{"error":\{"code":504,"message"/],
  ["mistral", /data: \{"error":\{"code":504,"message"/],
  ["xai", /data: \{"error":\{"code":504,"message"/],
  ["bedrock", /:event-type[^]{3}error[^]*\{"error":\{"code":504,"message"/],
  ["gemini", /data: \{"error":\{"code":504,"message"/],
])("a gateway's error inside the stream of %s has the code that it was given", async (name, shape) => {
  const body = await stream(wires[name], { type: "in-band-error", at: { deltas: 1 }, code: 504 });

  expect(body).toMatch(shape);
});

test.each(Object.values(wires))("a split surrogate pair on the wire of $name has its halves apart", async (wire) => {
  const body = await stream(wire, { type: "split-surrogate" });

  expect(body).toMatch(/\\ud83d"[^]*"\\udc41"/);
});

test.each<[keyof typeof wires]>([
  ["anthropic"],
  ["responses"],
  ["chat"],
  ["deepseek"],
  ["mistral"],
  ["xai"],
  ["gemini"],
])("a heartbeat on the wire of %s is a data line of its own", async (name) => {
  const body = await stream(wires[name], { type: "heartbeat", at: { deltas: 1 }, data: "" });

  expect(body).toMatch(/\ndata:\n\n/);
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
  ["mistral", {}, /data: \{"object":"error","message":"Service tier capacity exceeded/],
  [
    "xai",
    {},
    /data: \{"code":"The service is currently unavailable","error":"The model is temporarily unavailable\."\}/,
  ],
  ["xai", { message: "Try later." }, /data: \{"code":"The service is currently unavailable","error":"Try later\."\}/],
  ["xai", { form: "nested" }, /event: error\ndata: \{"type":"error","error":\{"type":null,"code":"The service/],
  ["xai", { form: "failed" }, /event: response\.failed\n.*"error":\{"code":"The service is currently/],
  ["bedrock", {}, /:exception-type[^]{3}serviceUnavailableException[^]*\{"message":"The service isn't currently/],
  ["bedrock", { error: "rate-limited" }, /:exception-type[^]{3}throttlingException[^]*\{"message":"Too many requests/],
  ["mistral", { message: "Try later." }, /data: \{"object":"error","message":"Try later\."/],
  ["gemini", {}, /data: \{"error":\{"code":503.*"status":"UNAVAILABLE"/],
  ["gemini", { form: "bare" }, /\n\{\n {2}"error": \{\n {4}"code": 503/],
])("an error inside the stream of %s (%o) has the vendor's shape", async (name, fields, shape) => {
  const body = await stream(wires[name], { type: "in-band-error", at: { deltas: 1 }, ...fields });

  expect(body).toMatch(shape);
  expect(body).toContain("One ");
  expect(body).not.toContain("two ");
});

const NAMES: readonly VendorErrorName[] = [
  "bad-request",
  "bad-key",
  "out-of-quota",
  "forbidden",
  "model-not-found",
  "too-large",
  "context-length",
  "rate-limited",
  "daily-limit",
  "concurrency-limit",
  "spend-limit",
  "server-error",
  "overloaded",
  "timeout",
];

test.each(Object.values(wires))("every error of $name can say what a fault has to say", async (wire) => {
  const bodies = await Promise.all(
    NAMES.map((error) => stream(wire, { type: "error", error, message: 'Say "it" again.' })),
  );

  for (const body of bodies) expect(body).toContain(String.raw`Say \"it\" again.`);
});
