import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
} from "@understudy/core/adapter";
import { ResponsesReader } from "@understudy/core/toolkit";
import { describe, expect, test } from "vitest";
import { failureTable } from "../errors.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

function reader(stop: readonly string[] = []): ResponsesReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new ResponsesReader(context, failures, { stop });
}

function read(events: readonly object[], wire: ResponsesReader = reader()): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  for (const event of events) {
    if (wire.evidence.isEnded) break;
    const from = parts.length;
    wire.event({ data: JSON.stringify(event) }, parts);
    wire.evidence.read(parts, from);
  }
  return parts.filter((part) => part.type !== "working");
}

function whole(response: object): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  reader().whole(response, parts);
  return parts.filter((part) => part.type !== "working");
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

const USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
  output_tokens: 6,
  output_tokens_details: { reasoning_tokens: 3 },
};
const READ_USAGE = { inputTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 2, outputTokens: 6, reasoningTokens: 3 };

const added = (item: object, output_index = 0) => ({ type: "response.output_item.added", output_index, item });
const done = (item: object, output_index = 0) => ({ type: "response.output_item.done", output_index, item });
const text = (delta: string, output_index = 0, content_index = 0) => ({
  type: "response.output_text.delta",
  output_index,
  content_index,
  delta,
});
const completed = (output: readonly object[] = [], more: object = {}) => ({
  type: "response.completed",
  response: { status: "completed", model: "gpt-x", output, usage: USAGE, ...more },
});
const message = (content: readonly object[], more: object = {}) => ({ type: "message", id: "msg_1", content, ...more });
const said = (words: string, more: object = {}) => ({ type: "output_text", text: words, annotations: [], ...more });
const summarized = (summary_index: number, words: string) => ({
  type: "response.reasoning_summary_text.delta",
  output_index: 0,
  summary_index,
  delta: words,
});
const callOf = (name: string, args: string, more: object = {}) => ({
  type: "function_call",
  id: `fc_${name}`,
  call_id: `call_${name}`,
  name,
  arguments: args,
  status: "completed",
  ...more,
});
const fragment = (output_index: number, delta: string) => ({
  type: "response.function_call_arguments.delta",
  output_index,
  delta,
});
function endOf(parts: readonly StreamPart[]): Extract<StreamPart, { readonly type: "end" }> {
  const end = parts.find((part) => part.type === "end");
  if (end === undefined) throw new Error("There is no end.");
  return end;
}

const END = {
  type: "end",
  rawFinishReason: "completed",
  usage: READ_USAGE,
  model: "gpt-x",
  vendorData: { usage: USAGE },
};

describe("ResponsesReader", () => {
  test("reads text by its deltas, and id and phase for the way back", () => {
    const parts = read([
      added(message([], { phase: "final_answer" })),
      text("Hel"),
      text("lo"),
      done(message([said("Hello")], { phase: "final_answer" })),
      completed(),
    ]);

    expect(parts).toEqual([
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "Hel" },
      { type: "text-delta", id: "p1", delta: "lo" },
      {
        type: "text-end",
        id: "p1",
        part: { type: "text", text: "Hello", opaque: { id: "msg_1", phase: "final_answer" } },
      },
      { ...END, finishReason: "stop" },
    ]);
  });

  test("keys by position, not by ids, which some gateways change with every event", () => {
    const parts = read([
      added({ ...message([]), id: "a" }),
      { ...text("x"), item_id: "b" },
      done({ ...message([said("x")]), id: "c" }),
      completed(),
    ]);

    expect(parts.filter((part) => part.type === "text-start")).toHaveLength(1);
  });

  test("takes from the finished item, and from the finished response, what deltas did not bring", () => {
    const fromItem = read([added(message([])), text("Hel"), done(message([said("Hello")])), completed()]);
    const fromEnd = read([added(message([])), text("Hel"), completed([message([said("Hello")])])]);
    const fromEndAlone = read([completed([message([said("Hello")])])]);
    const fromDoneAlone = read([done(message([said("Hello")])), completed([message([said("Hello")])])]);

    for (const parts of [fromItem, fromEnd, fromEndAlone, fromDoneAlone]) {
      expect(parts.flatMap((part) => (part.type === "text-end" ? [part.part.text] : []))).toEqual(["Hello"]);
    }
  });

  test("reads annotations as citations and keeps them", () => {
    const annotation = { type: "url_citation", url: "https://x.test", title: "X", start_index: 0, end_index: 2 };
    const file = { type: "file_citation", file_id: "f", filename: "a.pdf", index: 1 };

    const parts = read([done(message([said("Hi", { annotations: [annotation, file] })])), completed()]);

    expect(parts.find((part) => part.type === "text-end")?.part).toMatchObject({
      citations: [{ url: "https://x.test", title: "X", start: 0, end: 2 }, { title: "a.pdf" }],
      opaque: { annotations: [annotation, file] },
    });
  });

  test("reads several summaries as one text, and keeps the encrypted reasoning of the finished item", () => {
    const summary = [
      { type: "summary_text", text: "One." },
      { type: "summary_text", text: "Two." },
    ];

    const parts = read([
      added({ type: "reasoning", id: "rs_1", summary: [], encrypted_content: "early" }),
      summarized(0, "One."),
      summarized(1, "Two."),
      done({ type: "reasoning", id: "rs_1", summary, encrypted_content: "sealed" }),
      done(message([said("Hi")]), 1),
      completed(),
    ]);

    expect(parts.find((part) => part.type === "reasoning-end")?.part).toEqual({
      type: "reasoning",
      text: "One.\n\nTwo.",
      opaque: { id: "rs_1", summary, encrypted_content: "sealed" },
    });
    expect(parts.find((part) => part.type === "text-end")?.part.opaque).toEqual({ id: "msg_1", after: "rs_1" });
  });

  test("keeps nothing of reasoning that the vendor would not take back", () => {
    const parts = read([done({ type: "reasoning", id: "rs_1", summary: [] }), completed()]);

    expect(parts.find((part) => part.type === "reasoning-end")?.part).toEqual({ type: "reasoning", text: "" });
  });

  test("says that the model is at work for as long as reasoning or a hosted tool is open", () => {
    const parts: StreamPart[] = [];
    const wire = reader();
    const push = (event: object): void => wire.event({ data: JSON.stringify(event) }, parts);

    for (const event of [
      { type: "response.created", response: {} },
      added({ type: "reasoning" }),
      done({ type: "reasoning" }),
      added({ type: "web_search_call" }, 1),
      { type: "response.web_search_call.searching", output_index: 1 },
      done({ type: "web_search_call", action: { sources: [{ type: "url", url: "https://x.test" }] } }, 1),
    ]) {
      push(event);
    }

    expect(parts.flatMap((part) => (part.type === "working" ? [`${part.kind} ${part.on}`] : []))).toEqual([
      "reasoning false",
      "reasoning true",
      "reasoning false",
      "server-tool true",
      "server-tool false",
    ]);
    expect(parts.at(-1)).toMatchObject({ type: "source", part: { url: "https://x.test" } });
  });

  test("reads parallel calls whole, with what belongs to their way back", () => {
    const parts = read([
      added(callOf("a", ""), 0),
      added(callOf("b", ""), 1),
      fragment(1, "{}"),
      fragment(0, `{ "x"`),
      fragment(0, ": 1 }"),
      done(callOf("b", "{}", { caller: { type: "program" } }), 1),
      done(callOf("a", `{ "x": 1 }`), 0),
      completed(),
    ]);

    expect(parts.flatMap((part) => (part.type === "tool-call" ? [part.part] : []))).toEqual([
      {
        type: "tool-call",
        toolCallId: "call_b",
        toolName: "b",
        input: {},
        opaque: { id: "fc_b", caller: { type: "program" } },
      },
      {
        type: "tool-call",
        toolCallId: "call_a",
        toolName: "a",
        input: { x: 1 },
        opaque: { id: "fc_a", arguments: `{ "x": 1 }` },
      },
    ]);
    expect(parts.at(-1)).toMatchObject({ finishReason: "tool-calls", rawFinishReason: "completed" });
  });

  test("keeps a call that the token limit cut, as it stands", () => {
    const call = { type: "function_call", call_id: "c", name: "f", arguments: "" };
    const parts = read([
      added(call),
      { type: "response.function_call_arguments.delta", output_index: 0, delta: `{"a` },
      {
        type: "response.incomplete",
        response: { output: [], incomplete_details: { reason: "max_output_tokens" }, usage: USAGE },
      },
    ]);

    expect(parts.at(-2)).toMatchObject({ type: "tool-call", part: { input: {}, inputText: `{"a` } });
    expect(parts.at(-1)).toMatchObject({ finishReason: "length", rawFinishReason: "max_output_tokens" });
  });

  test("reads the call of a tool that takes free text", () => {
    const call = { type: "custom_tool_call", id: "ctc_1", call_id: "c", name: "sql", input: "select 1" };

    expect(read([done(call), completed()])).toMatchObject([
      { type: "tool-call-start", toolName: "sql" },
      { type: "tool-call-delta", delta: "select 1" },
      { type: "tool-call", part: { input: "select 1", opaque: { id: "ctc_1", custom: true } } },
      { finishReason: "tool-calls" },
    ]);
  });

  test("OA-10 keeps a refusal apart from text", () => {
    const refusal = { type: "response.refusal.delta", output_index: 0, content_index: 0 };

    const parts = read([
      added(message([])),
      { ...refusal, delta: "I can" },
      { ...refusal, delta: "not." },
      done(message([{ type: "refusal", refusal: "I cannot." }])),
      completed(),
    ]);

    expect(parts).toMatchObject([
      { type: "refusal", part: { text: "I cannot.", opaque: { id: "msg_1" } } },
      { finishReason: "refusal", rawFinishReason: "completed" },
    ]);
  });

  test("reads a generated image as a file", () => {
    const item = { type: "image_generation_call", id: "ig_1", output_format: "webp", result: "AAAA" };

    expect(read([done(item), completed()])[0]).toMatchObject({
      type: "file",
      part: {
        type: "image",
        source: { type: "base64", mediaType: "image/webp", data: "AAAA" },
        opaque: { id: "ig_1", type: "image_generation_call" },
      },
    });
  });

  test("keeps items of the future, and is not disturbed by events of the future", () => {
    const item = { type: "hologram_call", id: "h_1", depth: 3 };

    const parts = read([
      { type: "keepalive", sequence_number: 3 },
      { type: "response.rate_limits.updated", limits: [] },
      { type: "response.hologram.delta", output_index: 7, delta: "x" },
      added(item),
      done(item),
      completed(),
    ]);

    expect(parts).toMatchObject([
      { type: "opaque", part: { kind: "hologram_call", data: item } },
      { finishReason: "stop" },
    ]);
  });

  test("hands calls over that only the application can answer in the vendor's terms", () => {
    expect(read([done({ type: "local_shell_call", id: "l" }), completed()]).at(-1)).toMatchObject({
      finishReason: "pause",
    });
  });

  test.each([
    "shell_call_command",
    "shell_call_output_content",
    "apply_patch_call_operation_diff",
    "mcp_call_arguments",
    "code_interpreter_call_code",
    "local_shell_call",
  ])("knows what the delta %s is of", (name) => {
    const item = { type: name.replace(/(_call).*/, "$1"), call_id: "c", id: "i" };
    const delta = { type: `response.${name}.delta`, output_index: 0, delta: "x" };

    expect(endOf(read([added(item), delta, done(item), completed()])).unknownContent).toBeUndefined();
    const unknown = { ...delta, type: "response.hologram_call_waves.delta" };
    expect(endOf(read([added(item), unknown, done(item), completed()])).unknownContent).toBe(true);
  });

  test("calls a cited file by its name, or else by its id", () => {
    const annotations = [
      { type: "file_path", file_id: "file_1", index: 3 },
      { type: "file_citation", file_id: "file_2", filename: "a.pdf", index: 0 },
      {
        type: "container_file_citation",
        container_id: "c",
        file_id: "file_3",
        filename: "b.csv",
        start_index: 1,
        end_index: 2,
      },
    ];

    const parts = read([done(message([said("See a.", { annotations })])), completed()]);

    expect(parts.find((part) => part.type === "text-end")?.part).toMatchObject({
      citations: [{ title: "file_1" }, { title: "a.pdf" }, { title: "b.csv", start: 1, end: 2 }],
      opaque: { annotations },
    });
  });

  test.each<[string, object, object | undefined]>([
    ["a shell of the vendor's", { type: "shell_call", environment: { type: "container_reference" } }, undefined],
    ["a shell that was answered", { type: "shell_call" }, { type: "shell_call_output" }],
    ["a patch that was applied", { type: "apply_patch_call" }, { type: "apply_patch_call_output" }],
    ["a computer of the vendor's", { type: "computer_call" }, { type: "computer_call_output" }],
    ["a tool search of the vendor's", { type: "tool_search_call", execution: "server" }, undefined],
  ])("ends with %s: the application has nothing to answer", (_, call, output) => {
    const items = [call, ...(output === undefined ? [] : [output])].map((item) => ({ ...item, call_id: "c" }));
    const all = [...items, message([said("Done.")])];

    const streamed = read([...all.flatMap((item, index) => [added(item, index), done(item, index)]), completed(all)]);

    expect(streamed.at(-1)).toMatchObject({ finishReason: "stop" });
    expect(whole(completed(all).response).at(-1)).toMatchObject({ finishReason: "stop" });
  });

  test.each<object>([
    { type: "shell_call", call_id: "c" },
    { type: "shell_call", call_id: "c", environment: { type: "local" } },
    { type: "computer_call", call_id: "c" },
    { type: "apply_patch_call", call_id: "c" },
    { type: "mcp_approval_request", id: "mcpr_1" },
    { type: "tool_search_call", call_id: "c", execution: "client" },
  ])("waits for the application at %j, also behind another that was answered", (item) => {
    const answered = [
      { type: "shell_call", call_id: "a" },
      { type: "shell_call_output", call_id: "a" },
    ];

    expect(read([done(item), completed()]).at(-1)).toMatchObject({ finishReason: "pause" });
    expect(whole(completed([...answered, item]).response).at(-1)).toMatchObject({ finishReason: "pause" });
  });

  test("says that a shell of the vendor's is at work", () => {
    const parts: StreamPart[] = [];
    const environment = { type: "container_reference", container_id: "cntr_1" };
    const event = added({ type: "shell_call", call_id: "c", environment });
    reader().event({ data: JSON.stringify(event) }, parts);

    expect(parts).toEqual([{ type: "working", kind: "server-tool", on: true }]);
  });

  test("tells what the vendor said beside the answer", () => {
    const beside = {
      id: "resp_1",
      service_tier: "flex",
      input_transformations: [{ type: "reasoning", action: "removed", reason: "model_mismatch" }],
      tool_usage: { web_search: { num_requests: 1 } },
      created_at: 1_790_000_000,
      completed_at: 1_790_000_003,
      prompt_cache_diagnostics: { miss: "prefix" },
      content_filters: [{ blocked: false, source_type: "prompt" }],
    };
    const logprobs = [{ token: "Hi", logprob: -0.1, top_logprobs: [] }];
    const items = [message([said("Hi", { logprobs }), said("!", { logprobs })])];

    const echoes = {
      instructions: "Secret.",
      tools: [],
      text: {},
      metadata: {},
      reasoning: { effort: null, summary: null },
    };

    const end = endOf(read([completed(items, { ...beside, ...echoes, moderation: null })]));

    const vendorData = { ...beside, usage: USAGE, logprobs: [...logprobs, ...logprobs] };
    expect(end).toEqual({ ...END, finishReason: "stop", responseId: "resp_1", vendorData });
    const bare = completed([message([said("Hi", { logprobs: [] })])], { usage: null });
    expect(endOf(read([bare])).vendorData).toBeUndefined();
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["is counted otherwise", ["Hello."], ["Hello."]],
    ["is finished in other pieces", ["Hello. Bye."], ["Hello. ", "Bye."]],
    ["is finished in one piece", ["Hello. ", "Bye."], ["Hello. Bye."]],
    ["is finished with more", ["Hello."], ["Hello. Bye."]],
  ])("shows a text once that %s in the end", (_, streamed, finished) => {
    const annotation = { type: "url_citation", url: "https://a.test", start_index: 0, end_index: 5 };
    const parts = read([
      added(message([])),
      ...streamed.map((piece, index) => text(piece, 0, index + 1)),
      done(message(finished.map((words) => said(words, { annotations: [annotation] })))),
      completed(),
    ]);

    const shown = parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : []));
    const ended = parts.flatMap((part) => (part.type === "text-end" ? [part.part] : []));
    expect(shown.join("")).toBe(finished.join(""));
    expect(ended.map((part) => part.text).join("")).toBe(finished.join(""));
    expect(ended).toHaveLength(streamed.length);
    expect(ended[0]?.citations).toMatchObject([{ url: "https://a.test" }]);
  });

  test.each([
    ["max_output_tokens", "length"],
    ["content_filter", "content-filter"],
    ["max_messages", "other"],
    ["a_reason_of_the_future", "other"],
  ])("OA-04 OA-11 takes an answer that is incomplete for %s for %s", (reason, finishReason) => {
    const response = { status: "incomplete", incomplete_details: { reason }, output: [], usage: null };

    expect(read([{ type: "response.incomplete", response }])).toEqual([
      { type: "end", finishReason, rawFinishReason: reason },
    ]);
    expect(whole(response)).toEqual([{ type: "end", finishReason, rawFinishReason: reason }]);
  });

  test.each<[string, object | null, FailureClass]>([
    ["null", null, "server.error"],
    ["without a known code", { code: "brand_new", message: "x" }, "unknown"],
    ["for a rate", { code: "rate_limit_exceeded", message: "x" }, "rate.unknown"],
    ["for a policy", { code: "bio_policy", message: "x" }, "policy.input-blocked"],
  ])("OA-01 throws what a failed response says: %s", (_, error, failureClass) => {
    const response = { status: "failed", error, output: [], usage: null };

    expect(classOf(() => read([{ type: "response.failed", response }]))).toBe(failureClass);
    expect(classOf(() => whole(response))).toBe(failureClass);
  });

  test("takes a response that was cancelled for a failure of the server", () => {
    expect(classOf(() => whole({ status: "cancelled", output: [] }))).toBe("server.error");
  });

  test("OA-02 throws error events of either form, and none that has the wrong name", () => {
    expect(classOf(() => read([{ type: "error", code: "server_error", message: "x" }]))).toBe("server.error");
    expect(classOf(() => read([{ type: "error", error: { code: "server_error" } }]))).toBe("server.error");
    expect(classOf(() => read([{ error: { type: "server_error" } }]))).toBe("server.error");
    expect(classOf(() => read([{ type: "error" }]))).toBe("unknown");
  });

  test.each([
    ["again as it was", callOf("a", "")],
    ["again without its name and its id", { type: "function_call", call_id: "call_a" }],
  ])("reads one call when its item is announced %s", (_, again) => {
    const skeleton = callOf("a", "", { status: "in_progress" });
    const finished = callOf("a", `{"x":1}`);

    const answers = [
      [added(skeleton), added(again), fragment(0, `{"x":1}`), done(finished), completed()],
      [added(skeleton), fragment(0, `{"x"`), added(again), fragment(0, ":1}"), done(finished), completed()],
      [added(skeleton), added(again), completed([finished])],
    ].map((events) => read(events));

    for (const parts of answers) {
      expect(parts.filter((part) => part.type === "tool-call-start")).toHaveLength(1);
      expect(parts.flatMap((part) => (part.type === "tool-call" ? [part.part] : []))).toMatchObject([
        { toolCallId: "call_a", toolName: "a", input: { x: 1 } },
      ]);
      expect(parts.at(-1)).toMatchObject({ finishReason: "tool-calls" });
    }
  });

  test("reads one text when its item is announced again", () => {
    const parts = read([
      added(message([])),
      text("Hel"),
      added(message([])),
      text("lo"),
      done(message([said("Hello")])),
      completed(),
    ]);

    expect(parts.flatMap((part) => (part.type === "text-end" ? [part.part.text] : []))).toEqual(["Hello"]);
  });

  test("reads a call once that is announced or finished again behind its end", () => {
    const finished = callOf("a", `{"x":1}`);

    const parts = read([
      added(callOf("a", "")),
      done(finished),
      added(callOf("a", "")),
      done(finished),
      completed([finished]),
    ]);

    expect(parts.filter((part) => part.type === "tool-call")).toHaveLength(1);
  });

  test("makes no call of one that was announced and never finished", () => {
    const parts = read([added(callOf("a", "")), added(message([]), 1), text("Hi", 1), completed()]);

    expect(parts.map((part) => part.type)).toEqual(["text-start", "text-delta", "text-end", "end"]);
    expect(parts.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  test("makes no call that could be made of one that another call pushed aside", () => {
    const parts = read([
      added(callOf("a", "")),
      fragment(0, `{"x":1}`),
      added(callOf("b", "")),
      done(callOf("b", "{}")),
      completed(),
    ]);

    expect(parts.flatMap((part) => (part.type === "tool-call" ? [part.part] : []))).toMatchObject([
      { toolCallId: "call_a", input: {}, inputText: `{"x":1}` },
      { toolCallId: "call_b", input: {} },
    ]);
  });

  test("takes a call for finished whose arguments are said to be", () => {
    const parts = read([
      added(callOf("a", "")),
      { type: "response.function_call_arguments.done", output_index: 0, arguments: `{"x":1}` },
      completed(),
    ]);

    expect(parts.find((part) => part.type === "tool-call")?.part).toMatchObject({ toolName: "a", input: { x: 1 } });
  });

  test.each(["error", "cancelled", "TIMEOUT"])(
    "takes an answer that is incomplete by %s for the failure it is",
    (reason) => {
      const response = { status: "incomplete", incomplete_details: { reason }, output: [message([said("x")])] };

      expect(classOf(() => read([{ type: "response.incomplete", response }]))).toBe("server.error");
      expect(classOf(() => whole(response))).toBe("server.error");
    },
  );

  test("says that it saw an item, a part or a delta of a type that it does not know", () => {
    const strangers: readonly (readonly object[])[] = [
      [added({ type: "hologram" }), completed()],
      [done({ type: "hologram" }), completed()],
      [completed([{ type: "hologram" }])],
      [added(message([])), done(message([{ type: "hologram" }])), completed()],
      [{ type: "response.content_part.added", output_index: 0, part: { type: "hologram" } }, completed()],
      [{ type: "response.hologram.delta", output_index: 0, delta: "x" }, completed()],
    ];
    const known: readonly (readonly object[])[] = [
      [added(message([])), text("x"), done(message([said("x")])), completed()],
      [done({ type: "web_search_call" }), done(message([said("x")]), 1), completed()],
    ];

    for (const events of strangers) expect(read(events).at(-1)).toMatchObject({ unknownContent: true });
    for (const events of known) expect(read(events).at(-1)).not.toHaveProperty("unknownContent", true);
  });

  test("shows no half of a character", () => {
    const parts = read([
      added(message([])),
      text("Hi \ud83d"),
      text("\ude00!"),
      done(message([said("Hi 😀!")])),
      completed(),
    ]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["Hi ", "😀!"]);
  });

  test("ED-06 has no evidence but the terminal event", () => {
    const wire = reader();
    const parts: StreamPart[] = [];

    wire.event({ data: JSON.stringify(added(message([]))) }, parts);
    wire.event({ data: JSON.stringify(done(message([said("Hello")]))) }, parts);
    wire.evidence.read(parts, 0);

    expect(wire.evidence.isGiven).toBe(false);
  });

  test("reads a whole answer as it reads a stream", () => {
    const output = [
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm." }], encrypted_content: "e" },
      message([said("Hello")]),
    ];

    expect(whole({ ...completed(output).response, error: null })).toEqual(read([completed(output)]));
  });

  test("takes nothing for an answer that is none", () => {
    for (const body of [{}, [], null, { status: "queued", output: [] }, { object: "list", output: [] }]) {
      expect(whole(body ?? {})).toEqual([]);
    }
  });

  test("ignores fields of the wrong type", () => {
    const parts = read([
      { type: "response.output_item.added", output_index: "x", item: null },
      { type: "response.output_text.delta", output_index: {}, delta: 7 },
      { type: "response.completed", response: { output: "x", usage: 7, model: {} } },
    ]);

    expect(parts.at(-1)).toMatchObject({ type: "end", finishReason: "stop", model: undefined });
  });
});

describe("ResponsesReader and stop sequences", () => {
  const stream = [added(message([])), text("one E"), text("ND two"), done(message([said("one END two")])), completed()];

  test("OA-09 ends the answer where a stop sequence begins, and reads no further", () => {
    const parts = read(stream, reader(["END"]));

    expect(parts).toEqual([
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "one " },
      { type: "text-end", id: "p1", part: { type: "text", text: "one ", opaque: { id: "msg_1" } } },
      { type: "end", finishReason: "stop", rawFinishReason: undefined, stopSequence: true },
    ]);
  });

  test("tells the id of an answer that was cut", () => {
    const created = { type: "response.created", response: { id: "resp_1", service_tier: "auto" } };

    expect(endOf(read([created, ...stream], reader(["END"]))).vendorData).toEqual({ id: "resp_1" });
  });

  test("cuts a whole answer too, and keeps its usage", () => {
    const parts: StreamPart[] = [];
    reader(["END"]).whole(completed([message([said("one END two")])]).response, parts);

    expect(parts).toMatchObject([
      { type: "text-start" },
      { type: "text-delta", delta: "one " },
      { type: "text-end", part: { text: "one " } },
      { type: "end", finishReason: "stop", usage: READ_USAGE },
    ]);
  });

  test("leaves an answer without them alone", () => {
    const parts = read(stream, reader(["nowhere"]));

    expect(parts.find((part) => part.type === "text-end")?.part.text).toBe("one END two");
  });
});
