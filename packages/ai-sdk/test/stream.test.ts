import { isUnderstudyError } from "@understudy/core";
import type { Fault } from "@understudy/testing";
import { NoObjectGeneratedError, Output, streamText, tool } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FAILOVER_KIND, isFailoverNotice, understudy, understudyCall } from "../src/index.ts";
import { counts, LOST, MARKER, partsOf, rejectionOf, RESET, setUp, type SetUp } from "./set-up.ts";

const city = Output.object({ schema: z.object({ city: z.string() }) });
const OVERLOADED: Fault = { type: "in-band-error", at: "preamble" };

/** Claude says the beginning and is cut off; GPT answers. */
function breaking({ claude, gpt }: SetUp): void {
  claude.answer({ text: ["The sky ", "is blue."] });
  claude.script([{ fault: RESET }]);
  gpt.answer({ text: "Because of Rayleigh." });
}

/** Claude says the beginning and is cut off; GPT fails for ever. */
function losing({ claude, gpt }: SetUp): void {
  claude.answer({ text: ["The sky ", "is blue."] });
  claude.script([{ fault: RESET }]);
  gpt.script(Array.from({ length: 9 }, () => ({ fault: LOST })));
}

function typesOf(parts: readonly { readonly type: string }[]): string[] {
  return parts.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

describe("streamText with understudy(chain)", () => {
  test("2: a failover before text is invisible", async () => {
    await using vendors = await setUp();
    vendors.claude.script([{ fault: OVERLOADED }]);
    vendors.gpt.answer({ text: "Because of Rayleigh." });

    const result = streamText({ model: understudy(vendors.chain), prompt: "Why?" });
    const parts = await partsOf(result.stream);

    expect(typesOf(parts)).toEqual([
      "start",
      "start-step",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
      "finish",
    ]);
    expect(await result.text).toBe("Because of Rayleigh.");
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("3: a failover after text leaves half, marker and whole answer, and says so in a part", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const errors: unknown[] = [];

    const result = streamText({
      model: understudy(vendors.chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await partsOf(result.stream);

    expect(await result.text).toBe(`The sky ${MARKER}Because of Rayleigh.`);
    const custom = parts.find((part) => part.type === "custom");
    expect(custom).toMatchObject({
      kind: FAILOVER_KIND,
      providerMetadata: {
        understudy: {
          mode: "restart",
          reason: "stream.reset",
          from: { tier: "anthropic/claude-sonnet-5-5" },
          to: { tier: "openai/gpt-6.1-terra" },
          discards: { textChars: 8 },
          sideEffects: false,
        },
      },
    });
    const before = parts
      .slice(
        0,
        parts.findIndex((part) => part === custom),
      )
      .filter(({ type }) => type === "text-end");
    expect(before.map((part) => "providerMetadata" in part && part.providerMetadata?.["understudy"])).toEqual([
      { discard: true },
      { discard: true, marker: true },
    ]);
    expect((await result.finalStep).response.modelId).toBe("gpt-6.1-terra");
    expect(errors).toEqual([]);
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test.each([
    { marker: "[again]", text: "The sky [again]Because of Rayleigh." },
    { marker: null, text: "The sky Because of Rayleigh." },
  ])("3: the marker is $marker where the model says so", async ({ marker, text }) => {
    await using vendors = await setUp();
    breaking(vendors);

    expect(await streamText({ model: understudy(vendors.chain, { marker }), prompt: "Why?" }).text).toBe(text);
  });

  test('3: with `hold: "all"` nothing is shown twice', async () => {
    await using vendors = await setUp();
    breaking(vendors);

    const result = streamText({ model: understudy(vendors.chain, { hold: "all" }), prompt: "Why?" });
    const parts = await partsOf(result.stream);

    expect(typesOf(parts)).toEqual([
      "start",
      "start-step",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
      "finish",
    ]);
    expect(await result.text).toBe("Because of Rayleigh.");
    expect((await result.finalStep).providerMetadata?.["understudy"]).toMatchObject({ tier: "openai/gpt-6.1-terra" });
  });

  test("4: understudyCall leaves the second answer alone, and one notice", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const errors: unknown[] = [];

    const result = streamText({
      ...understudyCall(vendors.chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await partsOf(result.stream);

    expect(await result.text).toBe("Because of Rayleigh.");
    const [message, ...others] = (await result.finalStep).response.messages;
    expect(others).toEqual([]);
    expect(message?.content).toMatchObject([
      { type: "custom", kind: FAILOVER_KIND },
      { type: "text", text: "Because of Rayleigh." },
    ]);
    expect(parts.flatMap((part) => (part.type === "text-delta" ? [part.text] : [])).join("")).toBe(
      "The sky Because of Rayleigh.",
    );
    expect(errors.map(isFailoverNotice)).toEqual([true]);
    expect(errors.map(String)).toEqual([
      "UnderstudyFailover: anthropic/claude-sonnet-5-5 failed (stream.reset); openai/gpt-6.1-terra begins the answer again.",
    ]);
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("4: where nothing repeats the stream, it goes on with the marker after a second", async () => {
    await using vendors = await setUp();
    breaking(vendors);
    const errors: unknown[] = [];

    const result = streamText({
      ...understudyCall(vendors.chain),
      streamRetries: 0,
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });

    expect(await result.text).toBe(`The sky ${MARKER}Because of Rayleigh.`);
    expect(errors.map(isFailoverNotice)).toEqual([true]);
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("8: a chain that is lost after text ends in one error, with the text that was shown", async () => {
    await using vendors = await setUp();
    losing(vendors);
    const errors: unknown[] = [];

    const result = streamText({
      model: understudy(vendors.chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await partsOf(result.stream);

    expect(typesOf(parts).slice(-3)).toEqual(["error", "finish-step", "finish"]);
    expect(await result.finishReason).toBe("error");
    expect(await result.rawFinishReason).toBe("all-failed");
    expect(await result.text).toBe("The sky ");
    expect((await result.finalStep).providerMetadata?.["understudy"]).toMatchObject({
      code: "all-failed",
      attempts: [{ class: "stream.reset" }, ...vendors.gpt.requests.map(() => ({ status: 503 }))],
    });
    expect(errors.map(isUnderstudyError)).toEqual([true]);
    expect(vendors.claude.requests).toHaveLength(1);
  });

  test("9: with understudyCall the same error comes twice, and nothing is asked again", async () => {
    await using vendors = await setUp({ maxAttempts: 2 });
    losing(vendors);
    const errors: unknown[] = [];

    const result = streamText({
      ...understudyCall(vendors.chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await partsOf(result.stream);

    expect(typesOf(parts).slice(-3)).toEqual(["error", "finish-step", "finish"]);
    expect(await result.finishReason).toBe("error");
    expect(await result.text).toBe("The sky ");
    expect(errors).toHaveLength(2);
    expect(errors[1]).toBe(errors[0]);
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test.each([
    ["understudy", (vendors: SetUp) => ({ model: understudy(vendors.chain) })],
    ["understudyCall", (vendors: SetUp) => understudyCall(vendors.chain)],
  ] as const)(
    "12: arguments that are no JSON are the AI SDK's invalid call and tool error (%s)",
    async (_name, given) => {
      await using vendors = await setUp();
      vendors.claude.script([{ answer: { toolCalls: [{ name: "weather", inputText: '{"city":' }] } }]);
      let runs = 0;
      const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: () => ++runs });

      const result = streamText({ ...given(vendors), prompt: "Why?", tools: { weather } });
      const parts = await partsOf(result.stream);

      expect(await result.toolCalls).toMatchObject([{ toolName: "weather", invalid: true }]);
      expect(typesOf(parts)).toEqual([
        "start",
        "start-step",
        "tool-input-start",
        "tool-input-delta",
        "tool-input-end",
        "tool-call",
        "tool-error",
        "finish-step",
        "finish",
      ]);
      expect(runs).toBe(0);
    },
  );

  test("13: of JSON that is cut nothing is shown, and partial output is that of the whole answer", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: ['{"city":', '"Paris"}'] });
    vendors.claude.script([{ fault: RESET }]);
    vendors.gpt.answer({ text: '{"city":"Rome"}' });

    const result = streamText({ model: understudy(vendors.chain), prompt: "Where?", output: city });

    expect(await partsOf(result.partialOutputStream)).toEqual([{ city: "Rome" }]);
    expect(await result.output).toEqual({ city: "Rome" });
    expect(counts(vendors)).toEqual([1, 1]);
  });

  test("14: JSON in a code fence is the object", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: '```json\n{"city":"Paris"}\n```' });

    const result = streamText({ model: understudy(vendors.chain), prompt: "Where?", output: city });

    expect(await result.output).toEqual({ city: "Paris" });
  });

  test("15: a text that is no JSON is the AI SDK's own error, with the text", async () => {
    await using vendors = await setUp();
    vendors.claude.answer({ text: "Sorry." });

    const result = streamText({ model: understudy(vendors.chain), prompt: "Where?", output: city });
    const error = await rejectionOf(result.output);

    expect(NoObjectGeneratedError.isInstance(error) && error.text).toBe("Sorry.");
    expect(await result.finishReason).toBe("stop");
  });

  test.each([
    ["understudy", (vendors: SetUp) => ({ model: understudy(vendors.chain) })],
    ["understudyCall", (vendors: SetUp) => understudyCall(vendors.chain)],
  ] as const)(
    "16: an abort at the first delta ends the stream as aborted, and closes the connection (%s)",
    async (_name, given) => {
      await using vendors = await setUp();
      vendors.claude.answer({ text: ["The sky ", "is blue."] });
      vendors.claude.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
      const controller = new AbortController();
      let aborts = 0;

      const result = streamText({
        ...given(vendors),
        prompt: "Why?",
        abortSignal: controller.signal,
        onAbort: () => void aborts++,
      });
      const types: string[] = [];
      let abortedAt = 0;
      for await (const part of result.stream) {
        types.push(part.type);
        if (part.type !== "text-delta") continue;
        abortedAt = performance.now();
        controller.abort();
      }

      const record = await vendors.claude.arrived(0);
      await record.closed;
      expect(types.at(-1)).toBe("abort");
      expect(aborts).toBe(1);
      expect(record.closedByClient).toBe(true);
      expect((record.finishedAt ?? Infinity) - abortedAt).toBeLessThan(100);
      expect(counts(vendors)).toEqual([1, 0]);
    },
  );
});

describe("an answer that another target goes on with", () => {
  const FIRST =
    "The tide comes in twice a day because the Moon pulls the oceans towards itself. On the side that faces the Moon the " +
    "water is drawn nearer, and on the far side it is left behind a little, so that two bulges travel around the";
  const REST = " Earth, and between them is the ebb.";

  test.each([
    ["understudy", (chain: SetUp["chain"]) => ({ model: understudy(chain) })],
    ["understudyCall", (chain: SetUp["chain"]) => understudyCall(chain)],
  ] as const)("R15.1 is one text in one part, without marker or notice (%s)", async (_, given) => {
    await using vendors = await setUp({ afterRelease: "continue" });
    vendors.claude.script([{ answer: { text: [FIRST, REST] }, fault: RESET }]);
    vendors.gpt.answer({ text: `left behind a little, so that two bulges travel around the${REST}` });
    const errors: unknown[] = [];

    const result = streamText({
      ...given(vendors.chain),
      prompt: "Why?",
      onError: ({ error }) => void errors.push(error),
    });
    const parts = await partsOf(result.stream);

    expect(await result.text).toBe(FIRST + REST);
    expect(typesOf(parts)).toEqual([
      "start",
      "start-step",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
      "finish",
    ]);
    expect(new Set(parts.flatMap((part) => (part.type === "text-delta" ? part.id : []))).size).toBe(1);
    expect(errors).toEqual([]);
    expect(counts(vendors)).toEqual([1, 1]);
    expect((await result.response).modelId).toBe("gpt-6.1-terra");
    expect((await result.providerMetadata)?.["understudy"]).toMatchObject({
      stitched: { at: [FIRST.length], by: [{ vendor: "anthropic" }, { vendor: "openai" }] },
    });
    const [message] = (await result.response).messages;
    expect(JSON.stringify(message)).toContain(JSON.stringify(FIRST + REST));
  });
});
