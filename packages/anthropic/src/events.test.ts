import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";
import { MessagesReader } from "./events.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

interface Read {
  readonly reader: MessagesReader;
  readonly parts: readonly StreamPart[];
}

function reader(stop: readonly string[] = []): MessagesReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new MessagesReader(context, failures, { stop });
}

function read(events: readonly object[], stop?: readonly string[]): Read {
  const wire = reader(stop);
  const parts: StreamPart[] = [];
  for (const event of events) {
    const from = parts.length;
    wire.event({ data: JSON.stringify(event) }, parts);
    wire.evidence.read(parts, from);
  }
  return { reader: wire, parts };
}

function block(contentBlock: object, deltas: readonly object[] = [], index = 0): object[] {
  return [
    { type: "content_block_start", index, content_block: contentBlock },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function ending(stopReason: string | null, more: object = {}): object {
  return { type: "message_delta", delta: { stop_reason: stopReason, ...more }, usage: { output_tokens: 9 } };
}

function failureOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

const START = { type: "message_start", message: { model: "claude-x", usage: { input_tokens: 3, output_tokens: 1 } } };
const startOf = (id: string) => ({ type: "message_start", message: { id, model: "claude-x" } });
const STOP = { type: "message_stop" };

function whole(content: readonly object[], stopReason: string): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  const usage = { input_tokens: 3, output_tokens: 9 };
  reader().whole({ type: "message", model: "claude-x", content, stop_reason: stopReason, usage }, parts);
  return parts;
}

const essence = (parts: readonly StreamPart[]): readonly StreamPart[] =>
  parts.filter((part) => part.type !== "usage" && part.type !== "tool-call-delta");

const call = (id: string, json: string, index: number): object[] =>
  block(
    { type: "tool_use", id, name: "f", input: {}, caller: { type: "direct" } },
    [{ type: "input_json_delta", partial_json: json }],
    index,
  );

const countedStart = (usage: object) => ({ type: "message_start", message: { usage } });
const countedEnding = (usage: object) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });
const endOf = (reason: string) => read([START, ending(reason, { stop_sequence: null }), STOP]).parts.at(-1);

const unknownIn = (events: readonly object[]): unknown =>
  read([START, ...events, ending("end_turn"), STOP]).parts.map(
    (part) => part.type === "end" && part.unknownContent === true,
  );

const callsOf = (events: readonly unknown[]): unknown =>
  read([START, ...events.map((event) => Object(event)), ending("tool_use"), STOP]).parts.flatMap((part) =>
    part.type === "tool-call" ? [part.part] : [],
  );

describe("MessagesReader", () => {
  test("reads text, with evidence at the stop reason and the end at message_stop", () => {
    const text = block({ type: "text", text: "" }, [
      { type: "text_delta", text: "Hel" },
      { type: "text_delta", text: "lo" },
    ]);
    const before = read([START, ...text]);
    const evident = read([START, ...text, ending("end_turn")]);
    const ended = read([START, { type: "ping" }, ...text, ending("end_turn"), STOP]);

    expect([before, evident].map((one) => one.reader.evidence.stands)).toEqual([false, true]);
    expect([evident, ended].map((one) => one.reader.evidence.isEnded)).toEqual([false, true]);
    expect(ended.parts).toMatchObject([
      { type: "usage", usage: { inputTokens: 3, outputTokens: 1 } },
      { type: "text-start", id: "p1" },
      { type: "text-delta", delta: "Hel" },
      { type: "text-delta", delta: "lo" },
      { type: "text-end", part: { type: "text", text: "Hello" } },
      { type: "usage", usage: { inputTokens: 3, outputTokens: 9 } },
      { type: "end", finishReason: "stop", rawFinishReason: "end_turn", model: "claude-x" },
    ]);
  });

  test("reads a whole answer into the same parts as a streamed one", () => {
    const streamed = read([
      START,
      ...block({ type: "text", text: "" }, [{ type: "text_delta", text: "Hi" }]),
      ...block(
        { type: "tool_use", id: "t1", name: "f", input: {} },
        [{ type: "input_json_delta", partial_json: `{"a":1}` }],
        1,
      ),
      ending("tool_use"),
      STOP,
    ]);
    const inOnePiece = whole(
      [
        { type: "text", text: "Hi" },
        { type: "tool_use", id: "t1", name: "f", input: { a: 1 } },
      ],
      "tool_use",
    );

    expect(essence(inOnePiece)).toEqual(essence(streamed.parts));
  });

  test("keeps signatures and redacted reasoning as opaque data, and says when the model is at it", () => {
    const { parts } = read([
      ...block({ type: "thinking", thinking: "", signature: "" }, [
        { type: "thinking_delta", thinking: "hm" },
        { type: "signature_delta", signature: "sig" },
      ]),
      ...block({ type: "redacted_thinking", data: "xyz" }, [], 1),
    ]);

    expect(parts).toMatchObject([
      { type: "reasoning-start" },
      { type: "working", kind: "reasoning", on: true },
      { type: "reasoning-delta", delta: "hm" },
      { type: "reasoning-end", part: { text: "hm", opaque: { signature: "sig" } } },
      { type: "working", on: false },
      { type: "reasoning-start" },
      { type: "working", on: true },
      { type: "reasoning-end", part: { text: "", opaque: { redacted: "xyz" } } },
      { type: "working", on: false },
    ]);
  });

  test("reads parallel tool calls, no arguments as {}, and arguments that do not parse as text", () => {
    const { parts } = read([...call("t1", "", 0), ...call("t2", `{"city":"Paris"}`, 1), ...call("t3", `{"city":`, 2)]);

    expect(parts.filter((part) => part.type === "tool-call").map((part) => part.part)).toEqual([
      { type: "tool-call", toolCallId: "t1", toolName: "f", input: {} },
      { type: "tool-call", toolCallId: "t2", toolName: "f", input: { city: "Paris" } },
      { type: "tool-call", toolCallId: "t3", toolName: "f", input: {}, inputText: `{"city":` },
    ]);
  });

  test("keeps who called a tool when it was not the model itself", () => {
    const caller = { type: "code_execution_20260120", tool_id: "srvtoolu_1" };

    const { parts } = read(block({ type: "tool_use", id: "t1", name: "f", input: {}, caller }));

    expect(parts.at(-1)).toMatchObject({ type: "tool-call", part: { opaque: { caller } } });
  });

  test("collects citations, and keeps the native ones for their way back", () => {
    const page = {
      type: "page_location",
      cited_text: "c",
      document_index: 1,
      document_title: "T",
      start_page_number: 1,
    };
    const web = {
      type: "web_search_result_location",
      cited_text: "w",
      url: "https://x.test",
      title: "W",
      encrypted_index: "e",
    };

    const { parts } = read(
      block({ type: "text", text: "", citations: [] }, [
        { type: "citations_delta", citation: page },
        { type: "text_delta", text: "A" },
        { type: "citations_delta", citation: web },
      ]),
    );

    expect(parts.at(-1)).toMatchObject({
      part: {
        citations: [
          { citedText: "c", title: "T", documentIndex: 1 },
          { citedText: "w", title: "W", url: "https://x.test" },
        ],
        opaque: { citations: [page, web] },
      },
    });
  });

  test("AN-08 keeps server tools and unknown blocks as opaque parts, and names the sources found", () => {
    const result = {
      type: "web_search_tool_result",
      tool_use_id: "s1",
      content: [{ type: "web_search_result", url: "https://x.test", title: "X" }],
    };

    const { parts } = read([
      ...block({ type: "server_tool_use", id: "s1", name: "web_search", input: {} }, [
        { type: "input_json_delta", partial_json: `{"query":"q"}` },
      ]),
      ...block(result, [], 1),
      ...block({ type: "block_of_the_future", x: { y: 1 } }, [{ type: "delta_of_the_future" }], 2),
      { type: "event_of_the_future" },
    ]);

    expect(parts).toMatchObject([
      { type: "working", kind: "server-tool", on: true },
      { type: "opaque", part: { kind: "server_tool_use", data: { id: "s1", input: { query: "q" } } } },
      { type: "working", kind: "server-tool", on: false },
      { type: "opaque", part: { kind: "web_search_tool_result", data: result } },
      { type: "source", part: { url: "https://x.test", title: "X" } },
      { type: "opaque", part: { kind: "block_of_the_future", data: { x: { y: 1 } } } },
    ]);
  });

  test("US-06 names the model that took over at the vendor", () => {
    const { parts } = read([
      START,
      ...block({ type: "fallback", from: { model: "claude-x" }, to: { model: "claude-y" } }),
      ending("end_turn"),
      STOP,
    ]);

    expect(parts.at(-1)).toMatchObject({ type: "end", model: "claude-y" });
  });

  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool-calls"],
    ["pause_turn", "pause"],
    ["refusal", "refusal"],
    ["compaction", "other"],
    ["a_reason_of_the_future", "other"],
  ])("AN-06 AN-07 takes %s for %s", (raw, finishReason) => {
    const { parts } = read([START, ending(raw), STOP]);

    expect(parts.at(-1)).toMatchObject({ type: "end", finishReason, rawFinishReason: raw });
  });

  test("AN-04 gives a refusal with the vendor's explanation", () => {
    const { parts } = read([
      START,
      ending("refusal", { stop_details: { category: "bio", explanation: "Not this." } }),
      STOP,
    ]);

    expect(parts.slice(-2)).toMatchObject([
      { type: "refusal", part: { type: "refusal", text: "Not this." } },
      { type: "end", finishReason: "refusal" },
    ]);
  });

  test.each(["error", "abort", "aborted", "cancelled", "canceled", "failed", "timeout", "Aborted"])(
    "takes the stop reason %s for the failure that it is, streamed and whole",
    (reason) => {
      const text = { type: "text", text: "x" };

      expect(failureOf(() => read([START, ...block(text), ending(reason), STOP]))).toBe("server.error");
      expect(failureOf(() => whole([text], reason))).toBe("server.error");
    },
  );

  test("keeps the largest of the counts: some gateways end with zeros, others begin with them", () => {
    const full = { input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 1 };
    const zeros = { input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 30 };
    const late = { input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 30 };

    for (const events of [
      [countedStart(full), countedEnding(zeros)],
      [countedStart({ ...zeros, output_tokens: 0 }), countedEnding(late)],
      [countedStart(full), countedEnding({ input_tokens: null, output_tokens: 30 })],
    ]) {
      expect(read([...events, STOP]).parts.at(-1)).toMatchObject({
        usage: { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 30 },
      });
    }
  });

  test("says whether one of the caller's stop sequences ended the answer", () => {
    expect(endOf("stop_sequence")).toMatchObject({ finishReason: "stop", stopSequence: true });
    expect(endOf("end_turn")).toMatchObject({ finishReason: "stop", stopSequence: false });
    expect(whole([], "stop_sequence").at(-1)).toMatchObject({ stopSequence: true });
  });

  test("says that it saw a block or a delta of a type that it does not know", () => {
    expect(unknownIn(block({ type: "hologram" }))).toContain(true);
    expect(unknownIn(block({ type: "text", text: "" }, [{ type: "hologram_delta" }]))).toContain(true);
    expect(unknownIn(block({ type: "text", text: "" }, [{ type: "text_delta", text: "x" }]))).not.toContain(true);
    expect(unknownIn(block({ type: "server_tool_use", name: "web_search" }))).not.toContain(true);
    expect(whole([{ type: "hologram" }], "end_turn").at(-1)).toMatchObject({ unknownContent: true });
  });

  test("shows no half of a character, in thinking and in text", () => {
    const { parts } = read([
      START,
      ...block({ type: "thinking", thinking: "" }, [
        { type: "thinking_delta", thinking: "\ud83d" },
        { type: "thinking_delta", thinking: "\ude00" },
      ]),
      ...block(
        { type: "text", text: "" },
        [
          { type: "text_delta", text: "Hi \ud83d" },
          { type: "text_delta", text: "\ude00!" },
        ],
        1,
      ),
      ending("end_turn"),
      STOP,
    ]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["😀", "Hi ", "😀!"]);
  });

  test("reads one block that is begun twice, and makes no call of one that another pushed aside", () => {
    const [start, delta, stop] = call("t1", `{"a":1}`, 0);
    const [other] = call("t2", "{}", 0);
    expect(callsOf([start, delta, start, stop])).toMatchObject([{ toolCallId: "t1", input: { a: 1 } }]);
    expect(callsOf([start, start, delta, stop])).toMatchObject([{ toolCallId: "t1", input: { a: 1 } }]);
    expect(callsOf([start, other, delta, stop])).toMatchObject([
      { toolCallId: "t1", input: {}, inputText: "" },
      { toolCallId: "t2", input: { a: 1 } },
    ]);
  });

  test("reads an answer that is whole in its message_start", () => {
    const content = [{ type: "tool_use", id: "t", name: "f", input: { a: 1 }, caller: { type: "direct" } }];
    const message = {
      model: "claude-x",
      content,
      stop_reason: "tool_use",
      usage: { input_tokens: 3, output_tokens: 9 },
    };

    const { parts } = read([{ type: "message_start", message }, STOP]);

    expect(parts.filter((part) => part.type === "tool-call" || part.type === "end")).toMatchObject([
      { part: { toolCallId: "t", toolName: "f", input: { a: 1 } } },
      { finishReason: "tool-calls", rawFinishReason: "tool_use", usage: { inputTokens: 3, outputTokens: 9 } },
    ]);
  });

  test.each([undefined, "msg_1"])("reads a start that is repeated once (id %s)", (id) => {
    const start = {
      type: "message_start",
      message: { id, model: "claude-x", content: [{ type: "text", text: "Hi" }] },
    };

    const { parts } = read([start, start, ending("end_turn"), STOP]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["Hi"]);
  });

  test("is malformed when another answer begins inside the first", () => {
    const splice = [startOf("msg_1"), ...block({ type: "text", text: "Hal" }).slice(0, 1), startOf("msg_2")];

    expect(failureOf(() => read(splice))).toBe("stream.malformed");
  });

  test("keeps the container as an opaque part, and what else stands beside the answer", () => {
    const container = { id: "container_1", expires_at: "2026-11-28T12:00:00Z" };
    const counts = { service_tier: "priority", inference_geo: "eu", cache_creation: { ephemeral_5m_input_tokens: 7 } };
    const start = { type: "message_start", message: { id: "msg_1", model: "claude-x", usage: counts } };
    const server_tool_use = { web_search_requests: 2 };

    const { parts } = read([
      start,
      {
        type: "message_delta",
        delta: { stop_reason: "stop_sequence", stop_sequence: "END", stop_details: null, container },
        usage: { output_tokens: 9, server_tool_use, service_tier: null },
        context_management: { applied_edits: [] },
      },
      STOP,
    ]);

    expect(parts.slice(-2)).toMatchObject([
      { type: "opaque", part: { kind: "container", data: { type: "container", ...container } } },
      { type: "end" },
    ]);
    expect(parts.at(-1)).toMatchObject({
      vendorData: {
        id: "msg_1",
        stop_sequence: "END",
        container,
        context_management: { applied_edits: [] },
        usage: { ...counts, server_tool_use },
      },
    });
    const details = { type: "refusal", category: "bio", explanation: "Not this." };
    expect(read([START, ending("refusal", { stop_details: details }), STOP]).parts.at(-1)).toMatchObject({
      vendorData: { stop_details: details },
    });
  });

  test("counts the compaction that the totals leave out, and says where another model was billed", () => {
    const step = {
      input_tokens: 99_195,
      output_tokens: 81,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 5,
    };
    const message = { type: "message", input_tokens: 162, output_tokens: 11 };
    const counts = { input_tokens: 162, output_tokens: 11, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
    const usageOf = (...iterations: object[]): unknown => {
      const usage = { ...counts, iterations };
      const parts = read([countedStart({}), countedEnding(usage), STOP]).parts;
      return parts.flatMap((part) => (part.type === "end" ? [part.usage] : []))[0];
    };

    expect(usageOf({ type: "compaction", ...step }, message)).toMatchObject({ inputTokens: 99_362, outputTokens: 92 });
    expect(usageOf({ type: "compaction", ...step }, message)).not.toHaveProperty("exact");
    expect(usageOf(message, { type: "advisor_message", model: "claude-opus-4-7", ...step })).toMatchObject({
      inputTokens: 162,
      outputTokens: 11,
      exact: false,
    });
  });

  test("ends the answer at a stop sequence that the API does not take", () => {
    const text = block({ type: "text", text: "" }, [
      { type: "text_delta", text: "One.\n" },
      { type: "text_delta", text: "\nTwo." },
    ]);

    const { parts, reader: wire } = read([START, ...text.slice(0, 3)], ["END", "\n\n"]);

    expect(wire.evidence.isEnded).toBe(true);
    expect(parts).toMatchObject([
      { type: "usage" },
      { type: "text-start" },
      { type: "text-delta", delta: "One." },
      { type: "text-end", part: { text: "One." } },
      { type: "end", finishReason: "stop", stopSequence: true, usage: { inputTokens: 3, exact: false } },
    ]);
    const inOnePiece: StreamPart[] = [];
    const content = [
      { type: "text", text: "One.\n\nTwo." },
      { type: "tool_use", id: "t1", name: "f", input: {} },
    ];
    reader(["\n\n"]).whole({ type: "message", content, stop_reason: "tool_use" }, inOnePiece);
    expect(inOnePiece.map(({ type }) => type)).toEqual(["text-start", "text-delta", "text-end", "end"]);
  });

  test("takes content behind the stop reason for a sign that it came too early", () => {
    const { reader: wire } = read([START, ...block({ type: "text", text: "x" }), ending("end_turn")]);
    expect(wire.evidence.stands).toBe(true);

    wire.event({ data: JSON.stringify(block({ type: "text", text: "y" })[0]) }, []);
    wire.evidence.read([], 0);

    expect(wire.evidence.stands).toBe(false);
  });

  test("does not take an early message_delta without a stop reason for evidence", () => {
    expect(read([START, ending(null)]).reader.evidence.isGiven).toBe(false);
  });

  test("is malformed when a delta belongs to no block", () => {
    let thrown: unknown;
    try {
      read([{ type: "content_block_delta", index: 4, delta: { type: "text_delta", text: "lost" } }]);
    } catch (error) {
      thrown = error;
    }

    expect(isTargetFailure(thrown) && thrown.class).toBe("stream.malformed");
  });

  test("takes nothing for an answer that is none", () => {
    const parts: StreamPart[] = [];

    reader().whole({ hello: 1 }, parts);
    reader().whole([{ type: "message" }], parts);
    reader().whole({ type: "message", content: [], stop_reason: null }, parts);

    expect(parts).toEqual([]);
  });

  test("survives fields of other types than expected, and prototype keys", () => {
    const { parts } = read([
      { type: "message_start", message: 7 },
      ...block({ type: "text", text: null, citations: {} }, [{ type: "text_delta", text: 3 }]),
      ...block(
        { type: "tool_use", id: 1, name: null, input: null },
        [{ type: "input_json_delta", partial_json: `{"__proto__":{"polluted":1}}` }],
        1,
      ),
      ending("end_turn", { stop_details: "x" }),
      STOP,
    ]);

    expect(parts.at(-1)).toMatchObject({ type: "end", finishReason: "stop" });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
