import { describe, expect, test } from "vitest";
import { collect, finish, harness } from "../harness.ts";
import { begin, fail, hang, read, scripted, stop, wait, type Script, type Step } from "../scripted-target.ts";
import { sequence, someReasoning, someText, someToolCall, wholeToolCall } from "../scripts.ts";
import { isUnderstudyError } from "../../src/index.ts";

/** An answer that has said something and called a tool when it breaks. */
const broken = (ending: Step): Script =>
  sequence(
    someReasoning("Hmm"),
    someText("I delete it."),
    wholeToolCall({ toolName: "delete_files" }),
    someToolCall('{"to":"al', "send_mail"),
    wait(100),
    ending,
  );

const ENDINGS: readonly (readonly [string, Step, string])[] = [
  ["is cut", stop, "interrupted"],
  ["breaks off with an error of the vendor", fail("server.error"), "server-error"],
  ["stalls", hang, "timeout"],
  ["is not what an adapter may yield", read({ type: "text-delta", id: "p99", delta: "x" }), "adapter-error"],
];

const PARTIAL = {
  text: "I delete it.",
  content: [
    { type: "reasoning", text: "Hmm" },
    { type: "text", text: "I delete it." },
  ],
  unreleasedToolCalls: ["delete_files", "send_mail"],
};

/** Only to be read: it may hold what a user wrote. */
function partialOf(error: unknown): unknown {
  return isUnderstudyError(error) ? { code: error.code, partial: error.partial } : error;
}

describe("R4.10 the partial of an answer that called tools and broke", () => {
  test.each(ENDINGS)("holds text and reasoning, and the tools by name, when it %s", async (_, ending, code) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [broken(ending)]);

    const stream = await finish(clock, chain([target], { policy: () => "stop" }).stream("Hi"));
    const { events, error } = await collect(clock, stream);
    const result = await stream.result.catch((reason: unknown) => reason);

    expect(partialOf(error)).toEqual({ code, partial: PARTIAL });
    expect(result).toBe(error);
    expect(events.map(({ type }) => type)).not.toContain("tool-call");
    expect(JSON.stringify(error)).not.toContain("delete_files");
    expect(target.calls).toHaveLength(1);
  });

  test.each(["abort", "return"] as const)("also when the consumer ends it with %s", async (way) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [broken(hang)]);
    const controller = new AbortController();

    const stream = await finish(clock, chain([target]).stream("Hi", { signal: controller.signal }));
    const iterator = stream[Symbol.asyncIterator]();
    await clock.advance(100);
    if (way === "abort") controller.abort();
    else await iterator.return?.();

    const error = await stream.result.catch((reason: unknown) => reason);
    expect(partialOf(error)).toEqual({ code: "aborted", partial: PARTIAL });
  });

  test("names no tool when none was called", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["Hello"], hang)]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const { error } = await collect(clock, stream);

    expect(partialOf(error)).toEqual({
      code: "timeout",
      partial: { text: "Hello", content: [{ type: "text", text: "Hello" }], unreleasedToolCalls: [] },
    });
  });
});
