import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type Loss,
  type StreamPart,
} from "@understudy/core/adapter";
import { ChatReader } from "@understudy/core/toolkit";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";
import { CALL_IDS } from "./models.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

interface Read {
  readonly parts: readonly StreamPart[];
  readonly losses: readonly Loss[];
}

/** Reads deltas, and whatever else is given as it is; then the sentinel, as `readAnswer` does. */
function read(events: readonly object[], continues?: string): Read {
  let count = 0;
  const losses: Loss[] = [];
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: (loss) => losses.push(loss),
  };
  const wire = new ChatReader(context, failures, { ids: CALL_IDS, stop: [], usageFollows: true, continues });
  const parts: StreamPart[] = [];
  for (const event of events) wire.event({ data: JSON.stringify(event) }, parts);
  wire.finish(parts);
  return { parts, losses };
}

function delta(native: object, finishReason: string | null = null, more: object = {}): object {
  return { model: "m", choices: [{ index: 0, delta: native, finish_reason: finishReason }], ...more };
}

const thought = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }], closed: true });

const call = (id: string, args: unknown) => ({ id, function: { name: "f", arguments: args } });

function textOf({ parts }: Read): string {
  return parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
}

function failureOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

describe("the answers of the chat API", () => {
  test("MI-01 reads thinking chunks as reasoning, with the text that shares an event with the last of them", () => {
    const { parts } = read([
      delta({ role: "assistant", content: "" }),
      delta({ content: [thought("a")] }),
      delta({ content: [thought("b"), { type: "text", text: "1" }] }),
      delta({ content: "44" }, "stop"),
    ]);

    expect(parts.filter(({ type }) => type.endsWith("-end"))).toEqual([
      { type: "reasoning-end", id: "p1", part: { type: "reasoning", text: "ab", opaque: undefined } },
      { type: "text-end", id: "p2", part: { type: "text", text: "144" } },
    ]);
  });

  test("takes arguments as a text or as an object", () => {
    const { parts } = read([
      delta({
        tool_calls: [
          { ...call("aaaaaaaaa", '{"a":1}'), index: 0 },
          { ...call("bbbbbbbbb", { a: 2 }), index: 1 },
        ],
      }),
      delta({}, "tool_calls"),
    ]);

    const inputs = parts.flatMap((part) => (part.type === "tool-call" ? [part.part.input] : []));
    expect(inputs).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test("takes `model_length` for a full window, and `error` for what it is", () => {
    expect(read([delta({ content: "a" }, "model_length")]).parts.at(-1)).toMatchObject({
      finishReason: "length",
      rawFinishReason: "model_length",
    });
    expect(failureOf(() => read([delta({ content: "a" }, "error")]))).toBe("server.error");
  });

  test("counts the cache within the input, wherever it is counted", () => {
    const usage = { prompt_tokens: 159, completion_tokens: 28, total_tokens: 187 };
    const details = { ...usage, prompt_tokens_details: { cached_tokens: 128 } };

    expect(read([delta({}, "stop", { usage: details })]).parts.at(-1)).toMatchObject({
      usage: { inputTokens: 159, cacheReadTokens: 128, outputTokens: 28 },
    });
    expect(read([delta({}, "stop", { usage: { ...usage, num_cached_tokens: 64 } })]).parts.at(-1)).toMatchObject({
      usage: { inputTokens: 159, cacheReadTokens: 64, outputTokens: 28 },
    });
  });

  test("takes an event without choices for the error that it is", () => {
    const error = { object: "error", message: "Rate limit exceeded", type: "rate_limited", code: "1300" };

    expect(failureOf(() => read([delta({ content: "a" }), { ...error, raw_status_code: 429 }]))).toBe("rate.unknown");
    const full = { ...error, type: "service_tier_capacity_exceeded", code: "3505" };
    expect(failureOf(() => read([full]))).toBe("server.overloaded");
  });

  test.each([
    ["in one piece", ["Sure, here it is."]],
    ["in pieces", ["Su", "re,", " here it is."]],
    ["in a piece that ends with it", ["Sure,", " here it is."]],
  ])("MI-02 shows the text once that the answer says again %s, and reports it", (_, texts) => {
    const answer = read([...texts.map((content) => delta({ content })), delta({}, "stop")], "Sure,");

    expect(textOf(answer)).toBe(" here it is.");
    expect(answer.losses).toMatchObject([{ what: "messages", action: "translated" }]);
  });

  test.each([
    ["begins differently", ["Su", "nday."], "Sunday."],
    ["ends before it has said all of it", ["Su"], "Su"],
    ["says it later", [" here. ", "Sure,"], " here. Sure,"],
  ])("keeps all of an answer that %s", (_, texts, expected) => {
    const answer = read([...texts.map((content) => delta({ content })), delta({}, "stop")], "Sure,");

    expect(textOf(answer)).toBe(expected);
    expect(answer.losses).toEqual([]);
  });
});
