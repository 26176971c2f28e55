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
import { makeReader } from "./target.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const context: AttemptContext = {
  signal: new AbortController().signal,
  clock,
  newId: () => "p",
  loss: () => undefined,
};
const failures = classifyFailures(failureTable, []);
const usage = {
  input_tokens: 216,
  input_tokens_details: { cached_tokens: 192 },
  output_tokens: 831,
  output_tokens_details: { reasoning_tokens: 253 },
  total_tokens: 1_047,
  num_sources_used: 0,
  num_server_side_tools_used: 0,
};

function read(...events: readonly object[]): readonly StreamPart[] {
  const parts: StreamPart[] = [];
  const wire = makeReader(context, failures, []);
  for (const event of events) wire.event({ data: JSON.stringify(event) }, parts);
  return parts;
}

function failureOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

const added = (index: number, item: object) => ({ type: "response.output_item.added", output_index: index, item });
const done = (index: number, item: object) => ({ type: "response.output_item.done", output_index: index, item });
const thought = (delta: string, index = 0) => ({
  type: "response.reasoning_summary_text.delta",
  output_index: 0,
  summary_index: index,
  delta,
});

function completed(output: readonly object[], more: object = {}): object {
  return { type: "response.completed", response: { status: "completed", model: "grok-4.6", output, ...more } };
}

const text = (said: string, annotations: readonly object[] = []) => ({
  type: "message",
  id: "msg_1",
  role: "assistant",
  content: [{ type: "output_text", text: said, annotations }],
});

describe("the answers of the Responses API", () => {
  test("XA-04 reads reasoning that nobody asked to see, and keeps its encrypted form", () => {
    const summary = [{ type: "summary_text", text: "First, ha ha." }];
    const item = { id: "rs_1", type: "reasoning", summary, status: "completed", encrypted_content: "e" };
    const parts = read(
      added(0, { id: "rs_1", type: "reasoning", summary: [], status: "in_progress" }),
      thought("First, "),
      // The same piece twice is what the model wrote.
      thought("ha"),
      thought(" ha"),
      thought("."),
      done(0, item),
      completed([item], { usage }),
    );

    expect(parts.filter(({ type }) => type === "reasoning-end")).toEqual([
      {
        type: "reasoning-end",
        id: "p",
        part: {
          type: "reasoning",
          text: "First, ha ha.",
          opaque: { id: "rs_1", summary, encrypted_content: "e" },
        },
      },
    ]);
  });

  test("XA-04 takes several summaries of one item for one reasoning", () => {
    const item = {
      id: "rs_1",
      type: "reasoning",
      summary: [{ text: "One." }, { text: "Two." }],
      encrypted_content: "e",
    };
    const parts = read(
      added(0, { ...item, summary: [] }),
      thought("One."),
      thought("Two.", 1),
      done(0, item),
      completed([item]),
    );

    expect(parts.filter(({ type }) => type === "reasoning-start")).toHaveLength(1);
    expect(parts.find(({ type }) => type === "reasoning-end")).toMatchObject({ part: { text: "One.\n\nTwo." } });
  });

  test("counts the cache within the input and reasoning within the output, which the total shows", () => {
    expect(read(completed([text("Hi")], { usage })).at(-1)).toMatchObject({
      usage: { inputTokens: 216, cacheReadTokens: 192, outputTokens: 831, reasoningTokens: 253 },
      vendorData: { usage: { num_server_side_tools_used: 0 } },
    });
    const apart = { ...usage, output_tokens: 578 };
    expect(read(completed([text("Hi")], { usage: apart })).at(-1)).toMatchObject({
      usage: { outputTokens: 831, reasoningTokens: 253 },
    });
  });

  test.each(["custom_tool_call", "x_search_call", "code_execution_call", "view_x_video_call", "web_search_call"])(
    "XA-05 takes a %s for what the vendor's servers ran, not for a call to run here",
    (type) => {
      const item = { type, id: "ctc_1", call_id: "xs_call_1", name: "x_keyword_search", input: "{}" };
      const parts = read(
        added(0, { ...item, status: "in_progress" }),
        { type: "response.custom_tool_call_input.delta", output_index: 0, delta: "{}" },
        done(0, { ...item, status: "completed" }),
        done(1, text("Two posts.", [{ type: "url_citation", url: "https://x.com/i/status/1" }])),
        completed([]),
      );

      expect(parts.some((part) => part.type === "tool-call")).toBe(false);
      expect(parts.find((part) => part.type === "opaque")).toMatchObject({ part: { kind: type } });
      expect(parts.find((part) => part.type === "text-end")).toMatchObject({
        part: { text: "Two posts.", citations: [{ url: "https://x.com/i/status/1" }] },
      });
      expect(parts.filter((part) => part.type === "working")).toEqual([
        { type: "working", kind: "server-tool", on: true },
        { type: "working", kind: "server-tool", on: false },
      ]);
      expect(parts.at(-1)).toMatchObject({ finishReason: "stop", unknownContent: undefined });
    },
  );

  test.each([
    { code: "The service is currently unavailable", error: "Try later." },
    { error: "The service is currently unavailable" },
  ])("XA-01 takes an event without a type, %j, for the error that it is", (event) => {
    expect(failureOf(() => read(done(0, text("Hi")), event))).toBe("server.overloaded");
  });

  test("XA-01 takes a whole body with status 200 for the error that it is", () => {
    const body = { code: "The service is currently unavailable", error: "Try later." };

    expect(failureOf(() => makeReader(context, failures, []).whole(body, []))).toBe("server.overloaded");
  });
});
