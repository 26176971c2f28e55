import {
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
} from "@understudy/core/adapter";
import { ChatReader } from "@understudy/core/toolkit";
import { describe, expect, test } from "vitest";
import { failureTable } from "./errors.ts";

const clock: Clock = { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const failures = classifyFailures(failureTable, []);

interface Read {
  readonly reader: ChatReader;
  readonly parts: readonly StreamPart[];
}

function reader(): ChatReader {
  let count = 0;
  const context: AttemptContext = {
    signal: new AbortController().signal,
    clock,
    newId: () => `p${++count}`,
    loss: () => undefined,
  };
  return new ChatReader(context, failures, { stop: [], usageFollows: true });
}

/** Reads deltas, and whatever else is given as it is; the sentinel as `readAnswer` does. */
function read(events: readonly (object | string)[]): Read {
  const wire = reader();
  const parts: StreamPart[] = [];
  for (const event of events) {
    const from = parts.length;
    if (event === DONE) wire.finish(parts);
    else wire.event({ data: typeof event === "string" ? event : JSON.stringify(event) }, parts);
    wire.evidence.read(parts, from);
  }
  return { reader: wire, parts };
}

function delta(native: object, finishReason: string | null = null, more: object = {}): object {
  return {
    model: "deepseek-v4-flash",
    choices: [{ index: 0, delta: native, finish_reason: finishReason }],
    usage: null,
    ...more,
  };
}

function failureOf(run: () => unknown): FailureClass | undefined {
  try {
    run();
  } catch (error) {
    return isTargetFailure(error) ? error.class : undefined;
  }
  return undefined;
}

const DONE = "[DONE]";
const START = delta({ role: "assistant", content: null, reasoning_content: "" });
const STOP = delta({ content: "", reasoning_content: null }, "stop");

describe("the answers of the chat API", () => {
  test("reads reasoning, then text, and opens nothing for empty texts", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, prompt_cache_hit_tokens: 1 };

    const { reader: wire, parts } = read([
      START,
      delta({ content: null, reasoning_content: "a" }),
      delta({ content: null, reasoning_content: "b" }),
      delta({ content: "c", reasoning_content: null }),
      delta({ content: "", reasoning_content: null }, "stop", { usage }),
      DONE,
    ]);

    const counted = { inputTokens: 3, cacheReadTokens: 1, outputTokens: 4, reasoningTokens: undefined };
    expect(parts).toEqual([
      { type: "reasoning-start", id: "p1" },
      { type: "reasoning-delta", id: "p1", delta: "a" },
      { type: "reasoning-delta", id: "p1", delta: "b" },
      { type: "reasoning-end", id: "p1", part: { type: "reasoning", text: "ab" } },
      { type: "text-start", id: "p2" },
      { type: "text-delta", id: "p2", delta: "c" },
      { type: "usage", usage: counted },
      { type: "text-end", id: "p2", part: { type: "text", text: "c" } },
      {
        type: "end",
        finishReason: "stop",
        rawFinishReason: "stop",
        usage: counted,
        model: "deepseek-v4-flash",
        vendorData: { usage },
      },
    ]);
    expect(wire.evidence.isEnded).toBe(true);
  });

  test("takes usage from a chunk of its own behind the finish reason", () => {
    const { parts } = read([START, STOP, { choices: [], usage: { prompt_tokens: 5 } }, DONE]);

    expect(parts.at(-1)).toMatchObject({ type: "end", usage: { inputTokens: 5 } });
  });

  test("keeps broken arguments as they are, and makes an id where there is none", () => {
    const call = { index: 0, function: { name: "f", arguments: '{"a' } };

    const { parts } = read([delta({ tool_calls: [call] }), delta({}, "length"), DONE]);

    expect(parts.at(-2)).toMatchObject({ part: { toolCallId: "call_p1", input: {}, inputText: '{"a' } });
  });

  test("takes a broken-off generation for the overload it is", () => {
    expect(failureOf(() => read([START, delta({}, "insufficient_system_resource")]))).toBe("server.overloaded");
  });

  test("throws an error chunk as its class, also behind the finish reason", () => {
    const error = { error: { message: "Service is too busy.", type: "server_error" } };

    expect(failureOf(() => read([START, error]))).toBe("server.overloaded");
    expect(failureOf(() => read([START, STOP, error]))).toBe("server.overloaded");
  });

  test("DS-08 never takes reasoning for the answer", () => {
    const { parts } = read([delta({ reasoning_content: "hm" }), STOP, DONE]);

    expect(parts.map((part) => part.type)).toEqual(["reasoning-start", "reasoning-delta", "reasoning-end", "end"]);
  });
});
