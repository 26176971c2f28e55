import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError } from "@understudy/core";
import { openai } from "@understudy/openai";
import { scriptedTarget } from "@understudy/testing";
import { generateText, streamText, wrapLanguageModel } from "ai";
import * as lowest from "ai-lowest";
import { describe, expect, test, vi } from "vitest";
import { isFailoverNotice, understudy, understudyCall } from "../src/index.ts";
import { API_KEY, counts, MARKER, partsOf, rejectionOf, RESET, setUp, type SetUp } from "./set-up.ts";

function breaking({ claude, gpt }: SetUp): void {
  claude.answer({ text: ["The sky ", "is blue."] });
  claude.script([{ fault: RESET }]);
  gpt.answer({ text: "Because of Rayleigh." });
}

const quiet = (): undefined => undefined;
type Options = Parameters<ReturnType<typeof understudyCall>["model"]["doStream"]>[0];

function options(text: string, abortSignal?: AbortSignal): Options {
  return {
    prompt: [{ role: "user", content: [{ type: "text", text }] }],
    ...(abortSignal !== undefined && { abortSignal }),
  };
}

/** Reads up to the notice of a failover, as the AI SDK does. */
async function upToNotice(
  stream: ReadableStream<{ type: string }>,
): Promise<ReadableStreamDefaultReader<{ type: string }>> {
  const reader = stream.getReader();
  let type: string | undefined;
  // oxlint-disable-next-line no-await-in-loop -- a stream is read in order
  while (type !== "error") ({ type } = (await reader.read()).value ?? { type: "error" });
  return reader;
}

describe("the model of understudyCall", () => {
  test("refuses a second call while one runs, and says what to do", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: "The sky is blue." });
    const { model } = understudyCall(vendors.chain);
    const first = model.doStream(options("Why?"));

    const error = await rejectionOf(model.doStream(options("Where?")));

    expect(isUnderstudyError(error) && error.code).toBe("invalid-request");
    expect(String(error)).toMatch(/call understudyCall\(\) anew for every call/);
    await partsOf((await first).stream);
    expect(counts(vendors)).toEqual([1, 0]);
  });

  test("serves one call after the other", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const call = understudyCall(vendors.chain);

    const first = await streamText({ ...call, prompt: "Why?", onError: quiet }).text;
    vendors.claude.answer({ text: "In summer." });
    const second = await streamText({ ...call, prompt: "When?", onError: quiet }).text;

    expect([first, second]).toEqual(["Because of Rayleigh.", "In summer."]);
    expect(counts(vendors)).toEqual([2, 1]);
  });

  test.each([
    ["of another prompt", options("Whose?"), options("Mine?")],
    [
      "with another signal",
      options("Why?", new AbortController().signal),
      options("Why?", new AbortController().signal),
    ],
  ])("gives an answer that waits at a failover to nobody else: a call %s is refused", async (_title, mine, other) => {
    await using vendors = await setUp();
    breaking(vendors);
    const { model } = understudyCall(vendors.chain);
    const reader = await upToNotice((await model.doStream(mine)).stream);

    const error = await rejectionOf(model.doStream(other));
    await reader.cancel();
    const { stream } = await model.doStream(mine);

    expect(isUnderstudyError(error) && error.code).toBe("invalid-request");
    const parts = await partsOf(stream);
    expect(parts.map(({ type }) => type).slice(0, 3)).toEqual(["stream-start", "custom", "response-metadata"]);
    expect(parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : [])).join("")).toBe(
      "Because of Rayleigh.",
    );
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("forgets the error of a lost call at the next one", async () => {
    await using vendors = await setUp({ maxAttempts: 1 });
    breaking(vendors);
    const { model } = understudyCall(vendors.chain);
    const lost = await partsOf((await model.doStream(options("Why?"))).stream);
    const error = await rejectionOf(model.doStream(options("Why?")));

    vendors.claude.answer({ text: "In summer." });
    const next = await partsOf((await model.doStream(options("When?"))).stream);

    expect(lost.map(({ type }) => type).slice(-2)).toEqual(["error", "finish"]);
    expect(lost.find((part) => part.type === "error")).toEqual({ type: "error", error });
    expect(next.at(-1)?.type).toBe("finish");
  });

  test("works behind a middleware, and in generateText", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const call = understudyCall(vendors.chain);
    const model = wrapLanguageModel({ model: call.model, middleware: { specificationVersion: "v4" } });

    const streamed = await streamText({ ...call, model, prompt: "Why?", onError: quiet }).text;
    vendors.claude.script([{ fault: RESET }]);
    const whole = await generateText({ ...call, prompt: "Why?" });

    expect([streamed, whole.text]).toEqual(["Because of Rayleigh.", "Because of Rayleigh."]);
  });

  test("lets an answer go that nobody comes back for", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const outcomes: string[] = [];
      const lost = scriptedTarget([{ text: ["The sky "], fails: "stream.reset" }], { model: "one" });
      const backup = scriptedTarget([{ text: ["Because ", "of Rayleigh."], stops: "hang" }], { model: "two" });
      const chain = createChain([lost, backup], {
        holdMs: 0,
        onEvent: (event) => event.type === "end" && outcomes.push(event.outcome),
      });
      const { model } = understudyCall(chain);
      const reader = await upToNotice((await model.doStream(options("Why?"))).stream);

      await reader.cancel();
      expect(outcomes).toEqual([]);
      await vi.advanceTimersByTimeAsync(10_000);

      expect(outcomes).toEqual(["abandoned"]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("two failovers leave the third answer alone", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const { claude, gpt } = vendors;
    await using third = await setUp();
    third.claude.answer({ text: "From the third." });
    gpt.answer({ text: ["Well, ", "because."] });
    gpt.script([{ fault: RESET }]);
    const chain = createChain(
      [
        anthropic("claude-sonnet-5-5", { baseURL: claude.url, apiKey: API_KEY }),
        openai("gpt-6.1-terra", { baseURL: gpt.url, apiKey: API_KEY }),
        anthropic("claude-opus-5-5", { baseURL: third.claude.url, apiKey: API_KEY }),
      ],
      { holdMs: 0 },
    );
    const errors: unknown[] = [];

    const result = streamText({
      ...understudyCall(chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });

    expect(await result.text).toBe("From the third.");
    expect(errors.map(isFailoverNotice)).toEqual([true, true]);
    expect([claude, gpt, third.claude].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });
});

/** The two versions are installed side by side, each with types of its own: an application has those of one. */
function forLowest<Call extends { readonly model: unknown }>(
  call: Call,
): Call & { readonly model: lowest.LanguageModel } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test of the packed packages compiles it
  return call as Call & { readonly model: lowest.LanguageModel };
}

describe("the lowest supported version of the AI SDK", () => {
  test("generateText and streamText answer, over a failover too", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: "The sky is blue." });
    const whole = await lowest.generateText({ ...forLowest({ model: understudy(vendors.chain) }), prompt: "Why?" });
    breaking(vendors);
    const plain = await lowest.streamText({ ...forLowest({ model: understudy(vendors.chain) }), prompt: "Why?" }).text;
    breaking(vendors);
    const clean = lowest.streamText({ ...forLowest(understudyCall(vendors.chain)), prompt: "Why?", onError: quiet });

    expect(whole.text).toBe("The sky is blue.");
    expect(plain).toBe(`The sky ${MARKER}Because of Rayleigh.`);
    expect(await clean.text).toBe("Because of Rayleigh.");
    expect(counts(vendors)).toEqual([3, 2]);
  });

  test("JSON in a code fence is the object, whole and streamed", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: '```json\n{"city":"Paris"}\n```' });
    const output = lowest.Output.json();

    const whole = await lowest.generateText({
      ...forLowest({ model: understudy(vendors.chain) }),
      prompt: "Where?",
      output,
    });
    const streamed = lowest.streamText({
      ...forLowest({ model: understudy(vendors.chain) }),
      prompt: "Where?",
      output,
    });

    expect(whole.output).toEqual({ city: "Paris" });
    expect(await streamed.output).toEqual({ city: "Paris" });
  });
});
