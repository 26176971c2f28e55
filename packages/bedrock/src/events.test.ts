import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
  type WireEvent,
} from "@understudy/core/adapter";
import { describe, expect, test } from "vitest";
import { eventFrame } from "../../testing/src/simulators/bedrock/event-frame.ts";
import { failureTable } from "./errors.ts";
import { ConverseReader } from "./events.ts";
import { AwsFrames } from "./frames.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

function reader(): ConverseReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new ConverseReader(context, failures, { stop: [] });
}

function read(...events: readonly (readonly [name: string, data: object])[]): readonly StreamPart[] {
  const wire = reader();
  const parts: StreamPart[] = [];
  for (const [event, data] of events) wire.event({ event, data: JSON.stringify(data) }, parts);
  return parts;
}

const START = ["messageStart", { role: "assistant" }] as const;
const STOP = ["contentBlockStop", { contentBlockIndex: 0 }] as const;

const delta = (content: object, contentBlockIndex = 0) =>
  ["contentBlockDelta", { contentBlockIndex, delta: content }] as const;

const end = (stopReason: string) => ["messageStop", { stopReason }] as const;

const metadata = (usage: object, more: object = {}) =>
  ["metadata", { usage, metrics: { latencyMs: 9 }, ...more }] as const;

function ended(parts: readonly StreamPart[]): readonly unknown[] {
  return parts.flatMap((part) => ("part" in part ? [part.part] : []));
}

/** The class of what a frame of an exception becomes. */
function classOf(
  type: string,
  payload: string,
  headers: Readonly<Record<string, string>> = {},
): FailureClass | undefined {
  const frame = eventFrame(
    { ":exception-type": type, ":message-type": "exception", ...headers },
    Buffer.from(payload, "utf8"),
  );
  try {
    // What stands in an event's place is what the reader gets.
    const event: WireEvent = new AwsFrames().read(frame);
    if (event.data.startsWith("{")) reader().event(event, []);
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

describe("a failure inside a stream", () => {
  test.each<readonly [type: string, expected: FailureClass]>([
    ["throttlingException", "rate.unknown"],
    ["modelStreamErrorException", "server.error"],
    ["internalServerException", "server.error"],
    ["serviceUnavailableException", "server.overloaded"],
    ["validationException", "request.rejected"],
    ["modelTimeoutException", "timeout.upstream"],
    ["somethingOfTheFuture", "unknown"],
    ["", "unknown"],
  ])("of the type %j is one, whatever its payload is", (type, expected) => {
    const payloads = ['{"message":"m"}', "{}", "", "<html>", "null", "[]", '"text"', "{"];

    expect(payloads.map((payload) => classOf(type, payload))).toEqual(payloads.map(() => expected));
  });

  test.each<readonly [status: number, expected: FailureClass]>([
    [400, "request.rejected"],
    [422, "request.rejected"],
    [429, "rate.unknown"],
    [500, "server.error"],
    [503, "server.overloaded"],
  ])("of the model is judged by the status %i of its own server", (originalStatusCode, expected) => {
    const payload = JSON.stringify({ message: "m", originalStatusCode, originalMessage: "o" });

    expect(classOf("modelStreamErrorException", payload)).toBe(expected);
  });

  test("may be an event with the name of an exception", () => {
    expect(() => read(START, ["throttlingException", { message: "Too many requests, wait." }])).toThrow(
      expect.objectContaining({ class: "rate.requests" }),
    );
  });
});

describe("what a stream says", () => {
  test("arguments that were cut stay as they were written", () => {
    const parts = read(
      START,
      ["contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t", name: "f" } } }],
      delta({ toolUse: { input: '{"a": ' } }),
      delta({ toolUse: { input: '"b' } }),
      STOP,
      end("tool_use"),
    );

    expect(ended(parts)).toEqual([
      { type: "tool-call", toolCallId: "t", toolName: "f", input: {}, inputText: '{"a": "b' },
    ]);
  });

  test("a call without arguments has none", () => {
    const parts = read(
      START,
      ["contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { toolUseId: "t", name: "f" } } }],
      STOP,
      end("tool_use"),
    );

    expect(ended(parts)).toEqual([{ type: "tool-call", toolCallId: "t", toolName: "f", input: {} }]);
  });

  test("reasoning keeps its signature, and what is redacted stays so", () => {
    const parts = read(
      START,
      delta({ reasoningContent: { text: "a" } }),
      delta({ reasoningContent: { signature: "s1" } }),
      delta({ reasoningContent: { signature: "s2" } }),
      STOP,
      delta({ reasoningContent: { redactedContent: "cmVk" } }, 1),
      ["contentBlockStop", { contentBlockIndex: 1 }],
      delta({ text: "b" }, 2),
      ["contentBlockStop", { contentBlockIndex: 2 }],
      end("end_turn"),
    );

    expect(ended(parts)).toEqual([
      { type: "reasoning", text: "a", opaque: { signature: "s1s2" } },
      { type: "reasoning", text: "", opaque: { redacted: "cmVk" } },
      { type: "text", text: "b" },
    ]);
  });

  test("all input is what was new, read from the cache and written to it", () => {
    const usage = {
      inputTokens: 3,
      outputTokens: 2,
      totalTokens: 105,
      cacheReadInputTokens: 60,
      cacheWriteInputTokens: 40,
      cacheDetails: [{ ttl: "1h", inputTokens: 40 }],
    };

    expect(read(START, delta({ text: "a" }), STOP, end("end_turn"), metadata(usage)).at(-1)).toMatchObject({
      type: "end",
      usage: { inputTokens: 103, cacheReadTokens: 60, cacheWriteTokens: 40, outputTokens: 2 },
      vendorData: { usage: { cacheDetails: [{ ttl: "1h", inputTokens: 40 }] } },
    });
  });

  test("a guardrail that intervened is a filter, and its trace is handed out", () => {
    const trace = { guardrail: { inputAssessment: { g1: { topicPolicy: { topics: [] } } } } };
    const parts = read(
      START,
      delta({ text: "Blocked." }),
      STOP,
      end("guardrail_intervened"),
      metadata({ inputTokens: 0, outputTokens: 0 }, { trace }),
    );

    expect(parts.at(-1)).toMatchObject({
      type: "end",
      finishReason: "content-filter",
      rawFinishReason: "guardrail_intervened",
      vendorData: { trace, metrics: { latencyMs: 9 } },
    });
  });

  test.each(["malformed_model_output", "malformed_tool_use", "malformed_thing_of_the_future"])(
    "what the model wrote wrongly (%s) is no answer",
    (reason) => {
      expect(() => read(START, delta({ text: "a" }), STOP, end(reason))).toThrow(
        expect.objectContaining({ class: "output.malformed" }),
      );
    },
  );

  test("blocks of tomorrow are noted, and the answer stays", () => {
    const parts = read(
      START,
      delta({ hologram: { x: 1 } }),
      STOP,
      delta({ text: "a" }, 1),
      ["eventOfTomorrow", { a: 1 }],
      ["contentBlockStop", { contentBlockIndex: 1 }],
      end("end_turn"),
      metadata({}),
    );

    expect(parts.at(-1)).toMatchObject({ type: "end", finishReason: "stop", unknownContent: true });
    expect(ended(parts)).toContainEqual({ type: "text", text: "a" });
  });
});
