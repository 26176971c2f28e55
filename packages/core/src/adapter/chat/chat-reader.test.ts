import { describe, expect, test } from "vitest";
import type { Clock } from "../../model/clock.ts";
import type { FailureClass } from "../../model/failure.ts";
import { isJsonObject } from "../../model/json.ts";
import type { AttemptContext, StreamPart } from "../../model/target.ts";
import { isTargetFailure } from "../../model/target-failure.ts";
import { asObject } from "../foreign.ts";
import { classifyFailures } from "../failures/http-failure.ts";
import { readErrorFields } from "../failures/vendor-error.ts";
import { ChatReader, type ChatReaderSetup } from "./chat-reader.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(
  {
    rows: [
      { inBand: true, code: "server_is_overloaded", class: "server.overloaded" },
      { inBand: true, type: "server_error", class: "server.error" },
    ],
    readError: (body) => {
      const { error } = asObject(body);
      return isJsonObject(error) ? readErrorFields(error) : undefined;
    },
    requestIdHeaders: [],
  },
  [],
);

const DONE = "[DONE]";

function reader(stop: readonly string[] = [], setup: Partial<ChatReaderSetup> = {}): ChatReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new ChatReader(context, failures, { stop, usageFollows: true, ...setup });
}

function read(chunks: readonly (object | string)[], wire: ChatReader = reader()): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  for (const chunk of chunks) {
    if (wire.evidence.isEnded) break;
    const from = parts.length;
    // The sentinel as `readAnswer` takes it.
    if (chunk === DONE) wire.finish(parts);
    else wire.event({ data: typeof chunk === "string" ? chunk : JSON.stringify(chunk) }, parts);
    wire.evidence.read(parts, from);
  }
  return parts;
}

function whole(body: object): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  reader().whole(body, parts);
  return parts;
}

function classOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    if (isTargetFailure(error)) return error.class;
    throw error;
  }
  return undefined;
}

/** The calls of an answer that is made of these fragments. */
function callsOf(...chunks: readonly (readonly object[])[]): unknown {
  const parts = read([...chunks.map((tool_calls) => delta({ tool_calls })), finish("tool_calls"), DONE]);
  return parts.flatMap((part) => (part.type === "tool-call" ? [part.part] : []));
}

const delta = (fields: object, more: object = {}) => ({ model: "m", choices: [{ index: 0, delta: fields, ...more }] });
const finish = (finish_reason: string) => delta({}, { finish_reason });
const named = (name: string, more: object = {}) => ({ type: "function", function: { name, arguments: "" }, ...more });
const fragment = (args: unknown, more: object = {}) => ({ function: { arguments: args }, ...more });
const repeated = (args: string) => [{ index: 0, id: "c0", function: { name: "a", arguments: args } }];
const USAGE = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } };

const counted = (prompt_tokens: number, completion_tokens: number) => ({
  choices: [],
  usage: { prompt_tokens, completion_tokens, prompt_tokens_details: { cached_tokens: prompt_tokens - 1 } },
});
const unknownIn = (fields: object): unknown =>
  read([delta(fields), finish("stop"), DONE]).map((part) => part.type === "end" && part.unknownContent);

describe("ChatReader", () => {
  test("reads text, with the usage that follows the finish reason", () => {
    const wire = reader();
    const parts = read(
      [delta({ role: "assistant", content: "" }), delta({ content: "Hel" }), delta({ content: "lo" })],
      wire,
    );
    expect(wire.evidence.isGiven).toBe(false);
    const rest = read([finish("stop"), USAGE, DONE], wire);

    expect([...parts, ...rest]).toEqual([
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "Hel" },
      { type: "text-delta", id: "p1", delta: "lo" },
      { type: "usage", usage: { inputTokens: 7, outputTokens: 3 } },
      { type: "text-end", id: "p1", part: { type: "text", text: "Hello" } },
      {
        type: "end",
        finishReason: "stop",
        rawFinishReason: "stop",
        usage: { inputTokens: 7, outputTokens: 3 },
        model: "m",
        vendorData: { usage: USAGE.usage },
      },
    ]);
    expect(wire.evidence.isEnded).toBe(true);
  });

  test("ED-05 ends at the sentinel, and without it has its evidence all the same", () => {
    const [withIt, without] = [reader(), reader()];

    read([delta({ content: "x" }), finish("stop"), DONE], withIt);
    read([delta({ content: "x" }), finish("stop")], without);

    expect([withIt.evidence.isEnded, without.evidence.isEnded]).toEqual([true, false]);
    expect(without.evidence.stands).toBe(true);
  });

  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool_calls", "tool-calls"],
    ["function_call", "tool-calls"],
    ["content_filter", "content-filter"],
    ["a_reason_of_the_future", "other"],
  ])("reads the finish reason %s as %s", (raw, finishReason) => {
    expect(read([finish(raw), DONE]).at(-1)).toMatchObject({ finishReason, rawFinishReason: raw });
  });

  test.each([
    ["STOP", "stop"],
    ["eos", "stop"],
    ["eos_token", "stop"],
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["LENGTH", "length"],
    ["tool_use", "tool-calls"],
  ])("reads the finish reason %s of compatible servers as %s", (raw, finishReason) => {
    expect(read([finish(raw), DONE]).at(-1)).toMatchObject({ finishReason, rawFinishReason: raw });
  });

  test.each(["error", "abort", "aborted", "cancelled", "canceled", "failed", "timeout", "ABORT"])(
    "takes the finish reason %s for the failure that it is, streamed and whole, behind a tool call too",
    (reason) => {
      const tool_calls = [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } }];
      const message = { content: "x", tool_calls };

      expect(classOf(() => read([delta({ content: "x" }), finish(reason), DONE]))).toBe("server.error");
      expect(classOf(() => read([delta({ tool_calls }), finish(reason), DONE]))).toBe("server.error");
      expect(classOf(() => whole({ choices: [{ index: 0, message, finish_reason: reason }] }))).toBe("server.error");
    },
  );

  test("keeps the largest of the counts that a server repeats", () => {
    const parts = read([delta({ content: "x" }), counted(7, 1), finish("stop"), counted(0, 3), counted(7, 0), DONE]);

    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: 7, cacheReadTokens: 6, outputTokens: 3 } });
  });

  test("shows no half of a character, in text and in reasoning", () => {
    const parts = read([
      delta({ reasoning: "\ud83d" }),
      delta({ reasoning: "\ude00" }),
      delta({ content: "Hi \ud83d" }),
      delta({ content: "\ude00!" }, { finish_reason: "stop" }),
      DONE,
    ]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["😀", "Hi ", "😀!"]);
  });

  test("says that it saw content which it cannot read", () => {
    const strangers = [{ content: [{ type: "video" }] }, { audio: { id: "a" } }, { images: [{}] }];
    const known = [
      { content: "x" },
      { content: [{ type: "text", text: "x" }] },
      { audio: {}, images: [], refusal: "" },
    ];
    for (const fields of strangers) expect(unknownIn(fields)).toContain(true);
    for (const fields of known) expect(unknownIn(fields)).not.toContain(true);
  });

  test("counts as content what it holds back, and what it cannot read", () => {
    const holding = [
      [delta({ content: "\ud83d" }), finish("stop")],
      [delta({ refusal: "No." }), finish("stop")],
      [delta({ images: [{}] }), finish("stop")],
    ];

    for (const chunks of holding) {
      const wire = reader();
      read(chunks, wire);
      expect(wire.evidence.stands).toBe(true);
    }
  });

  test.each(["reasoning_content", "reasoning"])("reads reasoning of compatible servers from %s", (field) => {
    const parts = read([delta({ [field]: "Hm." }), delta({ content: "Yes.", [field]: null }), finish("stop"), DONE]);

    expect(parts.slice(0, 5)).toEqual([
      { type: "reasoning-start", id: "p1" },
      { type: "reasoning-delta", id: "p1", delta: "Hm." },
      { type: "reasoning-end", id: "p1", part: { type: "reasoning", text: "Hm." } },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "Yes." },
    ]);
  });

  test("OA-10 keeps a refusal apart from text", () => {
    expect(read([delta({ refusal: "I can" }), delta({ refusal: "not." }), finish("stop"), DONE])).toMatchObject([
      { type: "refusal", part: { text: "I cannot." } },
      { finishReason: "refusal", rawFinishReason: "stop" },
    ]);
  });

  test("OA-11 passes over the chunks that a cloud's filter adds", () => {
    const parts = read([
      { choices: [], model: "", prompt_filter_results: [{}] },
      {
        choices: [{ index: 0, finish_reason: null, content_filter_offsets: {}, content_filter_results: {} }],
        model: "",
      },
      delta({ content: "x" }),
      finish("content_filter"),
      DONE,
    ]);

    expect(parts.at(-1)).toMatchObject({ finishReason: "content-filter", model: "m" });
  });

  test("reads only the first of several choices", () => {
    const other = { choices: [{ index: 1, delta: { content: "no" }, finish_reason: "length" }] };

    const parts = read([delta({ content: "yes" }), other, finish("stop"), other, DONE]);

    expect(parts.find((part) => part.type === "text-end")?.part.text).toBe("yes");
    expect(parts.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  test("reads content that comes in parts, and citations", () => {
    const citation = {
      type: "url_citation",
      url_citation: { url: "https://x.test", title: "X", start_index: 0, end_index: 1 },
    };

    const parts = read([
      delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] }),
      delta({ content: [{ type: "text", text: "Hi" }] }),
      delta({ annotations: [citation] }),
      finish("stop"),
      DONE,
    ]);

    expect(parts.find((part) => part.type === "reasoning-end")?.part.text).toBe("Hm.");
    expect(parts.find((part) => part.type === "text-end")?.part).toEqual({
      type: "text",
      text: "Hi",
      citations: [{ url: "https://x.test", title: "X", start: 0, end: 1 }],
    });
  });

  test("throws an error in place of a chunk, also after the finish reason", () => {
    const error = { error: { code: "server_is_overloaded", message: "x" } };

    expect(classOf(() => read([delta({ content: "x" }), error]))).toBe("server.overloaded");
    expect(classOf(() => read([finish("stop"), error]))).toBe("server.overloaded");
    expect(classOf(() => read([{ error: { odd: true } }]))).toBe("unknown");
  });

  test("ignores fields of the wrong type", () => {
    const parts = read([
      { choices: "x" },
      { choices: [null, { delta: 7 }] },
      { usage: 7 },
      delta({ content: 7, tool_calls: {}, refusal: [], annotations: 1 }),
      finish("stop"),
      DONE,
    ]);

    expect(parts).toEqual([expect.objectContaining({ type: "end", finishReason: "stop" })]);
  });

  test("reads a whole answer as it reads a stream", () => {
    const tool_calls = [{ id: "c", type: "function", function: { name: "f", arguments: `{"a":1}` } }];
    const message = { role: "assistant", content: "Hi.", reasoning_content: "Hm.", tool_calls };
    const choice = { index: 0, message, finish_reason: "tool_calls" };

    const parts = whole({ model: "m", choices: [choice], usage: USAGE.usage });

    expect(parts.map((part) => part.type)).toEqual([
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
      "text-end",
      "tool-call-start",
      "tool-call-delta",
      "usage",
      "tool-call",
      "end",
    ]);
    expect(parts.at(-1)).toMatchObject({ finishReason: "tool-calls", usage: { inputTokens: 7 } });
  });

  test("OA-11 reads a whole answer of which a filter left nothing", () => {
    expect(whole({ choices: [{ finish_reason: "content_filter", content_filter_results: {} }] })).toMatchObject([
      { type: "end", finishReason: "content-filter" },
    ]);
  });

  test("takes nothing for an answer that is none", () => {
    for (const body of [{}, { choices: [] }, { choices: [{}] }, { object: "list", data: [] }]) {
      expect(whole(body)).toEqual([]);
    }
    expect(classOf(() => whole({ error: { type: "server_error" } }))).toBe("server.error");
  });
});

const piece = (audio: object) => delta({ audio });

describe("what compatible servers put elsewhere", () => {
  test("is the JSON that was asked for, parsed already", () => {
    const parts = whole({ choices: [{ index: 0, message: { content: { a: [1] } }, finish_reason: "stop" }] });

    expect(parts.find((part) => part.type === "text-end")?.part.text).toBe(`{"a":[1]}`);
  });

  test("is nothing in fields that are always sent, empty", () => {
    const message = {
      content: "4",
      refusal: "",
      audio: { data: "", id: "", transcript: "", expires_at: 0 },
      function_call: { name: "", arguments: "" },
      tool_calls: [{ function: { name: "", arguments: "" } }],
    };

    const parts = whole({ model: "", choices: [{ index: 0, message, finish_reason: "stop" }] });

    expect(parts.map((part) => part.type)).toEqual(["text-start", "text-delta", "text-end", "end"]);
    expect(parts.at(-1)).toMatchObject({ finishReason: "stop", unknownContent: undefined });
  });

  test("is an image beside the text", () => {
    const images = [
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "image_url", image_url: { url: "https://x.test/a.png" } },
    ];

    const parts = read([delta({ content: "Here." }), delta({ images }), finish("stop"), DONE]);

    expect(parts.flatMap((part) => (part.type === "file" ? [part.part] : []))).toEqual([
      { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } },
      { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
    ]);
  });

  test("is sound in pieces, each of them base64 of its own", () => {
    const parts = read(
      [
        piece({ id: "audio_1", transcript: "Hel" }),
        piece({ data: "AQ==" }),
        piece({ transcript: "lo." }),
        piece({ data: "AgM=", expires_at: 9 }),
        finish("stop"),
        DONE,
      ],
      reader([], { audioFormat: "pcm16" }),
    );

    expect(parts.flatMap((part) => ("part" in part ? [part.part] : []))).toEqual([
      { type: "text", text: "Hello.", opaque: { transcriptOf: "audio_1" } },
      {
        type: "audio",
        source: { type: "base64", mediaType: "audio/pcm", data: "AQID" },
        opaque: { id: "audio_1", expires_at: 9 },
      },
    ]);
  });

  test("is a call without a name, which cannot be made, where its arguments are written", () => {
    const nameless = delta({ tool_calls: [{ index: 0, id: "c", function: { arguments: "{}" } }] });

    expect(classOf(() => read([nameless]))).toBe("stream.malformed");
  });
});

const logprobsOf = (token: string) => ({ logprobs: { content: [{ token, logprob: -0.1 }], refusal: null } });

describe("what is said beside the answer", () => {
  test("is kept under the vendor's own names, from the first and last chunks", () => {
    const beside = { id: "chatcmpl-1", created: 7, system_fingerprint: "fp", service_tier: "flex", provider: "P" };
    const usage = { prompt_tokens: 7, completion_tokens: 2, cost: 0.1 };

    const parts = read([
      { ...beside, ...delta({ content: "a" }, logprobsOf("a")) },
      { ...beside, ...delta({ content: "b" }, { ...logprobsOf("b"), content_filter_results: { hate: {} } }) },
      { ...beside, ...delta({}, { finish_reason: "stop", native_finish_reason: "end_turn" }) },
      { ...beside, citations: ["https://x.test"], choices: [], usage, object: "chat.completion.chunk" },
      DONE,
    ]);

    expect(parts.at(-1)).toMatchObject({
      vendorData: {
        ...beside,
        citations: ["https://x.test"],
        native_finish_reason: "end_turn",
        usage,
        logprobs: {
          content: [
            { token: "a", logprob: -0.1 },
            { token: "b", logprob: -0.1 },
          ],
        },
      },
    });
  });

  test("is also in an answer that comes whole, with the annotations of its text", () => {
    const annotations = [{ type: "url_citation", url_citation: { url: "https://x.test" } }];
    const logprobs = { content: [{ token: "a" }], refusal: null };
    const message = { content: "a", annotations };

    const parts = whole({ id: "x", choices: [{ index: 0, message, logprobs, finish_reason: "stop" }] });

    expect(parts.at(-1)).toMatchObject({ vendorData: { id: "x", annotations, logprobs } });
  });

  test("pollutes nothing, whatever its names are", () => {
    const parts = read([
      `{"__proto__":{"polluted":true},"choices":[{"index":0,"delta":{"content":"a"}}]}`,
      finish("stop"),
      DONE,
    ]);

    expect(JSON.stringify(parts.at(-1))).toContain(`"__proto__":{"polluted":true}`);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("ChatReader and stop sequences", () => {
  test("OA-09 ends the answer where one begins, and reads no further", () => {
    const parts = read([delta({ content: "one E" }), delta({ content: "ND two" }), finish("stop")], reader(["END"]));

    expect(parts.slice(1)).toEqual([
      { type: "text-delta", id: "p1", delta: "one " },
      { type: "text-end", id: "p1", part: { type: "text", text: "one " } },
      { type: "end", finishReason: "stop", model: "m", stopSequence: true },
    ]);
  });

  test("does not look for them in reasoning", () => {
    const parts = read([delta({ reasoning: "END" }), finish("stop"), DONE], reader(["END"]));

    expect(parts.find((part) => part.type === "reasoning-end")?.part.text).toBe("END");
  });
});

describe("tool calls", () => {
  test("are put together by their numbers", () => {
    const calls = callsOf(
      [named("a", { index: 0, id: "c0" })],
      [fragment(`{"x":`, { index: 0 })],
      [named("b", { index: 1, id: "c1" }), fragment("1}", { index: 0 })],
      [fragment("{}", { index: 1 })],
    );

    expect(calls).toEqual([
      { type: "tool-call", toolCallId: "c0", toolName: "a", input: { x: 1 } },
      { type: "tool-call", toolCallId: "c1", toolName: "b", input: {} },
    ]);
  });

  test("come whole from some servers, without numbers, ids, or with arguments that are no text", () => {
    const calls = callsOf(
      [{ function: { name: "a", arguments: `{"x":1}` } }, { function: { name: "a", arguments: { x: 2 } } }],
      [{ id: "c2", function: { name: "b" } }],
    );

    expect(calls).toMatchObject([
      { toolName: "a", toolCallId: "call_p1", input: { x: 1 } },
      { toolName: "a", toolCallId: "call_p2", input: { x: 2 } },
      { toolName: "b", toolCallId: "c2", input: {} },
    ]);
  });

  test("are told apart when a server gives them all one number", () => {
    const calls = callsOf(
      [{ index: 0, id: "c0", function: { name: "a", arguments: `{"x":1}` } }],
      [{ index: 0, id: "c1", function: { name: "a", arguments: `{"x":2}` } }],
    );

    expect(calls).toMatchObject([
      { toolCallId: "c0", input: { x: 1 } },
      { toolCallId: "c1", input: { x: 2 } },
    ]);
  });

  test("go on without number, by id or as the last one", () => {
    const calls = callsOf(
      [named("a", { id: "c0" }), named("b", { id: "c1" })],
      [fragment(`{"x":`, { id: "c0" })],
      [fragment("1}", { id: "c0" })],
      [fragment("{}")],
    );

    expect(calls).toMatchObject([
      { toolCallId: "c0", input: { x: 1 } },
      { toolCallId: "c1", input: {} },
    ]);
  });

  test("are not doubled by servers that repeat name and id in every fragment", () => {
    expect(callsOf(repeated(`{"x":`), repeated("1}"))).toMatchObject([{ toolCallId: "c0", input: { x: 1 } }]);
  });

  test("make an answer that ended with stop one of tool calls", () => {
    const calls = [{ index: 0, id: "c0", function: { name: "a", arguments: "{}" } }];

    expect(read([delta({ tool_calls: calls }), finish("stop"), DONE]).at(-1)).toMatchObject({
      finishReason: "tool-calls",
      rawFinishReason: "stop",
    });
  });

  test("may have the form of before there could be several, or take free text", () => {
    const legacy = read([
      delta({ function_call: { name: "a", arguments: `{"x"` } }),
      delta({ function_call: { arguments: ":1}" } }),
      finish("function_call"),
      DONE,
    ]);

    expect(legacy.find((part) => part.type === "tool-call")?.part).toMatchObject({ toolName: "a", input: { x: 1 } });
    expect(callsOf([{ index: 0, id: "c", type: "custom", custom: { name: "sql", input: "select 1" } }])).toMatchObject([
      { toolName: "sql", input: "select 1", opaque: { custom: true } },
    ]);
  });

  test("take prototype keys for what they are: keys", () => {
    const [call] = [
      callsOf([{ function: { name: "__proto__", arguments: `{"__proto__":{"polluted":true}}` } }]),
    ].flat();

    expect(JSON.stringify(call)).toContain(`{"__proto__":{"polluted":true}}`);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
