import {
  ChatReader,
  classifyFailures,
  isTargetFailure,
  type AttemptContext,
  type Clock,
  type FailureClass,
  type StreamPart,
} from "@understudy/core/adapter";
import { describe, expect, it } from "vitest";
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

const counting = (prompt_tokens: number, completion_tokens: number) => ({
  choices: [],
  usage: { prompt_tokens, completion_tokens, prompt_cache_hit_tokens: completion_tokens },
});

describe("ChatReader", () => {
  it("reads reasoning, then text, and opens nothing for empty texts", () => {
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

  it("takes usage from a chunk of its own behind the finish reason", () => {
    const { parts } = read([START, STOP, { choices: [], usage: { prompt_tokens: 5 } }, DONE]);

    expect(parts.at(-1)).toMatchObject({ type: "end", usage: { inputTokens: 5 } });
  });

  it("reads parallel calls whose fragments are mixed, and gives each whole at the end", () => {
    const { parts } = read([
      START,
      delta({ tool_calls: [{ index: 0, id: "call_0", type: "function", function: { name: "f", arguments: "" } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }),
      delta({
        tool_calls: [
          { index: 1, id: "call_1", type: "function", function: { name: "g", arguments: "{ }" } },
          { index: 0, function: { arguments: "1}" } },
        ],
      }),
      delta({ content: "" }, "tool_calls"),
      DONE,
    ]);

    expect(parts.map((part) => part.type)).toEqual([
      "tool-call-start",
      "tool-call-delta",
      "tool-call-start",
      "tool-call-delta",
      "tool-call-delta",
      "tool-call",
      "tool-call",
      "end",
    ]);
    expect(parts.slice(-3)).toMatchObject([
      { id: "p1", part: { toolCallId: "call_0", toolName: "f", input: { a: 1 } } },
      { id: "p2", part: { toolCallId: "call_1", toolName: "g", input: {}, opaque: { arguments: "{ }" } } },
      { finishReason: "tool-calls" },
    ]);
  });

  it("reads arguments that a gateway gives as an object, and takes a stop behind calls for one of calls", () => {
    const calls = [1, 2].map((a) => ({ index: 0, id: `c${a}`, function: { name: "f", arguments: { a } } }));

    const { parts } = read([...calls.map((call) => delta({ tool_calls: [call] })), STOP, DONE]);

    expect(parts.slice(-3)).toMatchObject([
      { part: { toolCallId: "c1", input: { a: 1 } } },
      { part: { toolCallId: "c2", input: { a: 2 } } },
      { finishReason: "tool-calls", rawFinishReason: "stop" },
    ]);
  });

  it("keeps broken arguments as they are, and makes an id where there is none", () => {
    const call = { index: 0, function: { name: "f", arguments: '{"a' } };

    const { parts } = read([delta({ tool_calls: [call] }), delta({}, "length"), DONE]);

    expect(parts.at(-2)).toMatchObject({ part: { toolCallId: "call_p1", input: {}, inputText: '{"a' } });
  });

  it("is not harmed by arguments named __proto__", () => {
    const call = { index: 0, id: "c", function: { name: "f", arguments: '{"__proto__":{"polluted":1}}' } };

    read([delta({ tool_calls: [call] }), delta({}, "tool_calls"), DONE]);

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool_calls", "tool-calls"],
    ["content_filter", "content-filter"],
    ["a_reason_of_the_future", "other"],
  ])("maps the finish reason %s to %s", (raw, finishReason) => {
    expect(read([delta({}, raw), DONE]).parts).toMatchObject([{ type: "end", finishReason, rawFinishReason: raw }]);
  });

  it.each([
    ["STOP", "stop"],
    ["eos", "stop"],
    ["eos_token", "stop"],
    ["end_turn", "stop"],
  ])("maps the finish reason %s of other hosts to %s", (raw, finishReason) => {
    expect(read([delta({}, raw), DONE]).parts).toMatchObject([{ type: "end", finishReason, rawFinishReason: raw }]);
  });

  it.each(["error", "abort", "aborted", "cancelled", "canceled", "failed", "timeout", "Timeout"])(
    "takes the finish reason %s for the failure that it is, streamed and whole",
    (reason) => {
      const choices = [{ index: 0, message: { content: "x" }, finish_reason: reason }];

      expect(failureOf(() => read([START, delta({ content: "x" }), delta({}, reason), DONE]))).toBe("server.error");
      expect(failureOf(() => reader().whole({ choices }, []))).toBe("server.error");
    },
  );

  it("keeps the largest of the counts that are repeated", () => {
    const { parts } = read([START, counting(5, 2), STOP, counting(0, 3), counting(5, 0), DONE]);

    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: 5, cacheReadTokens: 3, outputTokens: 3 } });
  });

  it("shows no half of a character, in reasoning and in text", () => {
    const { parts } = read([
      delta({ reasoning_content: "\ud83d" }),
      delta({ reasoning_content: "\ude00" }),
      delta({ content: "Hi \ud83d" }),
      delta({ content: "\ude00!" }, "stop"),
      DONE,
    ]);

    expect(parts.flatMap((part) => ("delta" in part ? [part.delta] : []))).toEqual(["😀", "Hi ", "😀!"]);
  });

  it("says that it saw content of another type", () => {
    const { parts } = read([delta({ content: [{ type: "video" }] }), STOP, DONE]);

    expect(parts.at(-1)).toMatchObject({ type: "end", unknownContent: true });
    expect(read([delta({ content: "x" }), STOP, DONE]).parts.at(-1)).not.toHaveProperty("unknownContent", true);
  });

  it("takes a broken-off generation for the overload it is", () => {
    expect(failureOf(() => read([START, delta({}, "insufficient_system_resource")]))).toBe("server.overloaded");
  });

  it("ED-05 ends at [DONE], and has evidence from the finish reason on", () => {
    const text = delta({ content: "x" });

    expect(read([START, text]).reader.evidence.isGiven).toBe(false);
    expect(read([START, text, STOP]).reader.evidence.stands).toBe(true);
    expect(read([START, text, STOP, DONE]).reader.evidence.isEnded).toBe(true);
  });

  it("throws an error chunk as its class, also behind the finish reason", () => {
    const error = { error: { message: "Service is too busy.", type: "server_error" } };

    expect(failureOf(() => read([START, error]))).toBe("server.overloaded");
    expect(failureOf(() => read([START, STOP, error]))).toBe("server.overloaded");
    expect(failureOf(() => read(["{"]))).toBe("stream.malformed");
    expect(failureOf(() => read([delta({ tool_calls: [{ index: 0, function: { arguments: "{" } }] })]))).toBe(
      "stream.malformed",
    );
  });

  it("tolerates nulls, other choices, unknown fields and shapes that are not there", () => {
    const { parts } = read([
      { choices: null },
      { choices: [null, { index: 1, delta: { content: "other" } }], error: null },
      { choices: [{ delta: { content: "x", tool_calls: null, audio: {} } }], obfuscation: "y" },
      STOP,
      DONE,
    ]);

    expect(parts.map((part) => part.type)).toEqual(["text-start", "text-delta", "text-end", "end"]);
  });

  it("DS-08 never takes reasoning for the answer", () => {
    const { parts } = read([delta({ reasoning_content: "hm" }), STOP, DONE]);

    expect(parts.map((part) => part.type)).toEqual(["reasoning-start", "reasoning-delta", "reasoning-end", "end"]);
  });

  it("reads an answer in one piece", () => {
    const parts: StreamPart[] = [];
    const wire = reader();

    wire.whole(
      {
        model: "m",
        choices: [
          {
            index: 0,
            message: {
              content: "t",
              reasoning_content: "r",
              tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
            },
            finish_reason: "tool_calls",
          },
        ],
        usage: { prompt_tokens: 1 },
      },
      parts,
    );

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
    expect(parts.at(-1)?.type).toBe("end");
  });

  it.each([{}, [], null, { choices: [] }, { choices: [{}] }])("takes %j in one piece for no answer", (body) => {
    const parts: StreamPart[] = [];

    reader().whole(body, parts);

    expect(parts).toEqual([]);
  });
});
