import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SamplingDecision, type Sampler } from "@opentelemetry/sdk-trace";
import { anthropic } from "@understudy/anthropic";
import { isUnderstudyError, type Answer, type AttemptRecord } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { openai } from "@understudy/openai";
import { scriptedTarget, startAnthropic, startDeepSeek, startGemini, startOpenAI } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { msOf, treeOf, world } from "./world.ts";

const UNSET = SpanStatusCode.UNSET;
const ERROR = SpanStatusCode.ERROR;

const usage = { inputTokens: 12, outputTokens: 7, cacheReadTokens: 3, cacheWriteTokens: 2, reasoningTokens: 1 };

/** A first target that does what is scripted, and a second one that answers. */
function pair(first: Parameters<typeof scriptedTarget>[0]) {
  return [
    scriptedTarget(first, { vendor: "anthropic", model: "claude-x", endpoint: "api.anthropic.com" }),
    scriptedTarget([], {
      vendor: "gemini",
      model: "gemini-x",
      endpoint: "127.0.0.1:8080",
      otherwise: { text: ["Second ", "answer."], usage, model: "gemini-x-001", requestId: "req-2" },
    }),
  ] as const;
}

const timesOf =
  (from: number) =>
  ({ startedAtMs, endedMs }: AttemptRecord): readonly number[] => [from + startedAtMs, endedMs];

describe("the spans of a call", () => {
  test("that fails over in silence are one call without an error, and two attempts, of which the first has one", async () => {
    const { chain, spans, running } = world({ chain: "chat" });
    const built = chain(pair([{ fails: "server.error", status: 500, requestId: "req-1" }]));

    const { trace: told } = await built.generate({
      messages: [{ role: "user", content: "Hi" }],
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      reasoning: { effort: "low" },
    });

    const { call, attempts } = treeOf(spans());
    expect([call, ...attempts].map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ["understudy chat", SpanKind.INTERNAL, { code: UNSET }],
      ["chat claude-x", SpanKind.CLIENT, { code: ERROR }],
      ["generate_content gemini-x", SpanKind.CLIENT, { code: UNSET }],
    ]);
    expect(call.attributes).toEqual({
      "understudy.chain.name": "chat",
      "understudy.chain.tiers": ["anthropic/claude-x", "gemini/gemini-x"],
      "understudy.outcome": "answered",
      "understudy.tier": "gemini/gemini-x",
      "understudy.degraded": false,
      "understudy.attempts": 2,
    });
    const asked = {
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.request.top_k": 40,
      "gen_ai.request.seed": 7,
      "gen_ai.request.reasoning.level": "low",
      "gen_ai.output.type": "text",
    };
    expect(attempts.map(({ attributes }) => attributes)).toEqual([
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-x",
        "server.address": "api.anthropic.com",
        "server.port": 443,
        "understudy.attempt": 1,
        "understudy.tier": "anthropic/claude-x",
        ...asked,
        "gen_ai.response.finish_reasons": ["error"],
        "error.type": "server.error",
        "http.response.status_code": 500,
        "understudy.request_id": "req-1",
      },
      {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": "gemini-x",
        "server.address": "127.0.0.1",
        "server.port": 8080,
        "understudy.attempt": 2,
        "understudy.tier": "gemini/gemini-x",
        ...asked,
        "gen_ai.response.model": "gemini-x-001",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 1,
        "understudy.request_id": "req-2",
      },
    ]);
    expect(told.attempts).toHaveLength(2);
    expect(spans().flatMap(({ events }) => events.map(({ name }) => name))).toEqual(["understudy.failover"]);
    expect(spans().flatMap(({ events }) => events.filter(({ name }) => name === "exception"))).toEqual([]);
    expect(running()).toBe(0);
  });

  test("say once, between the attempts, that another target took over after output was shown", async () => {
    const { chain, spans } = world();
    const built = chain(pair([{ text: ["First ", "half"], stops: "cut" }]), { holdMs: 0 });

    const stream = await built.stream("Hi");
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);

    const { call, attempts } = treeOf(spans());
    expect(types).toContain("failover");
    expect(call.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        "understudy.failover",
        {
          "understudy.from.tier": "anthropic/claude-x",
          "understudy.to.tier": "gemini/gemini-x",
          "error.type": "stream.truncated",
          "understudy.released": true,
        },
      ],
    ]);
    const [first, second] = attempts;
    const [event] = call.events;
    if (first === undefined || second === undefined || event === undefined) throw new Error("Something is missing.");
    expect(msOf(event.time)).toBeGreaterThanOrEqual(msOf(first.endTime) - 1);
    expect(msOf(event.time)).toBeLessThanOrEqual(msOf(second.startTime) + 1);
    expect(attempts.map(({ attributes }) => attributes["gen_ai.request.stream"])).toEqual([true, true]);
    expect(attempts.map(({ attributes }) => attributes["gen_ai.response.time_to_first_chunk"])).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
  });

  test("of a reader who leaves are over, abandoned and without an error", async () => {
    const { chain, spans, running } = world();
    const built = chain([scriptedTarget([{ text: ["One", "Two"], stops: "hang" }])], { holdMs: 0 });

    for await (const { type } of await built.stream("Hi")) if (type === "text-delta") break;

    const { call, attempts } = treeOf(spans());
    expect(
      [call, ...attempts].map(({ status, attributes }) => [status.code, attributes["understudy.outcome"]]),
    ).toEqual([
      [UNSET, "abandoned"],
      [UNSET, "stopped"],
    ]);
    expect([call, ...attempts].filter(({ attributes }) => "error.type" in attributes)).toEqual([]);
    expect(running()).toBe(0);
  });

  test("of two that ran beside each other say which was the hedge, and that is no failover", async () => {
    const { chain, spans, metrics } = world();
    const hanging = scriptedTarget([{ stops: "hang" }]);
    const built = chain([{ target: hanging, name: "first", hedgeAfterMs: 5 }, scriptedTarget(["Backup"])]);

    await built.generate("Hi");

    const { call, attempts } = treeOf(spans());
    const shown = attempts.map(({ status, attributes }) => [
      attributes["understudy.tier"],
      attributes["understudy.hedge"],
      attributes["understudy.outcome"],
      status.code,
    ]);
    expect(shown).toContainEqual(["first", undefined, "stopped", UNSET]);
    expect(shown.map(([, hedge]) => hedge)).toContain(true);
    expect(call.events.map(({ name, attributes }) => [name, attributes?.["understudy.reason"]])).toEqual([
      ["understudy.hedge", "hedgeAfterMs"],
    ]);
    expect((await metrics()).has("understudy.failovers")).toBe(false);
  });

  test("of a caller who aborts end at once; only the call says why", async () => {
    const { chain, spans, running } = world();
    const controller = new AbortController();
    const aborted = chain([scriptedTarget([{ stops: "hang" }])]).generate("Hi", { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(aborted).rejects.toThrow("The caller aborted the call.");

    const { call, attempts } = treeOf(spans());
    expect([call, ...attempts].map(({ status, attributes }) => [status.code, attributes["error.type"]])).toEqual([
      [ERROR, "aborted"],
      [UNSET, undefined],
    ]);
    expect(running()).toBe(0);
  });

  test("where all fail say so with the code of the error", async () => {
    const { chain, spans } = world();
    const built = chain([
      scriptedTarget([{ fails: "server.error" }], { vendor: "a" }),
      scriptedTarget([{ fails: "auth.invalid", status: 401 }], { vendor: "b" }),
    ]);

    const error: unknown = await built.generate("Hi").catch((thrown: unknown) => thrown);

    const { call, attempts } = treeOf(spans());
    if (!isUnderstudyError(error)) throw error;
    expect(call.status).toEqual({ code: ERROR });
    expect(call.attributes["error.type"]).toBe(error.code);
    expect(call.attributes["understudy.outcome"]).toBe("failed");
    expect(attempts.map(({ attributes }) => attributes["error.type"])).toEqual(["server.error", "auth.invalid"]);
    expect(call.events.find(({ name }) => name === "understudy.credential_problem")?.attributes).toEqual({
      "understudy.tier": "b/fake",
      "error.type": "auth.invalid",
    });
  });

  test("name what was passed over, and the breaker that opened", async () => {
    const { chain, spans } = world();
    const built = chain([
      scriptedTarget([], { vendor: "a", otherwise: { fails: "server.error", status: 500 } }),
      scriptedTarget([], { vendor: "b", otherwise: "Hi" }),
    ]);

    for (let calls = 1; calls <= 6; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await built.generate("Hi");
    }

    const notes = spans().flatMap(({ events }) => events);
    expect(notes.filter(({ name }) => name === "understudy.breaker").map(({ attributes }) => attributes)).toEqual([
      {
        "understudy.provider": "a",
        "understudy.model": "fake",
        "understudy.breaker.from": "closed",
        "understudy.breaker.to": "open",
      },
    ]);
    expect(notes.filter(({ name }) => name === "understudy.skipped").map(({ attributes }) => attributes)).toEqual([
      { "understudy.tier": "a/fake", "understudy.reason": "breaker", "understudy.detail": "model@endpoint" },
    ]);
  });

  test("tell repeats and repairs apart, which are attempts and no failover", async () => {
    const { chain, spans } = world();
    const repair = {
      description: "without seed",
      apply: <Asked>(asked: Asked): Asked => ({ ...asked, seed: undefined }),
    };
    const built = chain([
      scriptedTarget([{ fails: "request.rejected", repair }, { fails: "network.reset", beforeResponse: true }, "Hi"]),
    ]);

    await built.generate({ messages: [{ role: "user", content: "Hi" }], seed: 7 });

    const { call, attempts } = treeOf(spans());
    expect(
      attempts.map(({ attributes }) => [
        attributes["understudy.attempt"],
        attributes["understudy.repair"],
        attributes["understudy.repeat"],
        attributes["gen_ai.request.seed"],
      ]),
    ).toEqual([
      [1, undefined, undefined, 7],
      [2, "without seed", undefined, undefined],
      [3, expect.anything(), "fresh-connection", undefined],
    ]);
    expect(call.events.map(({ name }) => name)).toEqual(["understudy.credential_problem"]);
  });

  test("begin and end when the trace says so, within 5 ms", async () => {
    const off: number[] = [];
    // The best of a few: the machine may be busy with something else.
    for (let calls = 1; calls <= 5; calls++) {
      const { chain, spans } = world();
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { trace: told } = await chain(pair([{ delayMs: 30, fails: "server.error" }])).generate("Hi");
      const { call, attempts } = treeOf(spans());
      const expected = [told.startedAt, told.totalMs, ...told.attempts.flatMap(timesOf(told.startedAt))];
      const seen = [call, ...attempts].flatMap(({ startTime, duration }) => [msOf(startTime), msOf(duration)]);
      off.push(Math.max(...seen.map((ms, index) => Math.abs(ms - (expected[index] ?? Number.NaN)))));
      expect(seen).toHaveLength(6);
      expect(seen[3]).toBeGreaterThan(25);
    }

    expect(Math.min(...off)).toBeLessThan(5);
  });

  test("of 200 calls at once each have their own parent, and nothing is left over", async () => {
    const { chain, spans, tracing, running } = world();
    const built = chain([
      scriptedTarget([], { vendor: "a", otherwise: { delayMs: 5, fails: "server.error" } }),
      scriptedTarget([], { vendor: "b", otherwise: { delayMs: 5, text: "Hi" } }),
    ]);
    const tracer = tracing.getTracer("application");

    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        tracer.startActiveSpan(`request ${index}`, async (span) => {
          if (index % 2 === 0) await built.generate("Hi");
          else await (await built.stream("Hi")).result;
          span.end();
        }),
      ),
    );

    const all = spans();
    const ids = new Set(all.map((span) => span.spanContext().spanId));
    const calls = all.filter(({ name }) => name.startsWith("understudy "));
    const parents = all.filter(({ name }) => name.startsWith("request ")).map((span) => span.spanContext().spanId);
    expect(calls.map(({ parentSpanContext }) => parentSpanContext?.spanId ?? "").toSorted()).toEqual(
      parents.toSorted(),
    );
    expect(all.filter(({ parentSpanContext: parent }) => parent !== undefined && !ids.has(parent.spanId))).toEqual([]);
    for (const call of calls) {
      const children = all.filter(({ parentSpanContext: parent }) => parent?.spanId === call.spanContext().spanId);
      expect(children).toHaveLength(Number(call.attributes["understudy.attempts"]));
    }
    expect(running()).toBe(0);
  });

  test("are children of what is active where the stream was asked for, not of its reader", async () => {
    const { chain, spans, tracing } = world();
    const tracer = tracing.getTracer("application");
    const built = chain([scriptedTarget([{ text: ["One", "Two"] }])]);
    const caller = tracer.startSpan("asking");
    const reading = tracer.startSpan("reading");

    const stream = await context.with(trace.setSpan(context.active(), caller), () => built.stream("Hi"));
    await context.with(trace.setSpan(context.active(), reading), () => stream.result);

    const { call } = treeOf(spans());
    expect(call.parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
  });
});

/** Keeps what it is asked. */
function asking(decision: SamplingDecision) {
  const asked: (readonly [string, Record<string, unknown>])[] = [];
  const sampler: Sampler = {
    shouldSample: (_context, _traceId, name, _kind, attributes) => {
      asked.push([name, { ...attributes }]);
      return { decision };
    },
    toString: () => "asking",
  };
  return { asked, sampler };
}

describe("a sampler", () => {
  test("sees operation, provider, model, server and settings of an attempt, and nothing undefined", async () => {
    const { asked, sampler } = asking(SamplingDecision.RECORD_AND_SAMPLED);
    const { chain } = world({}, sampler);
    await chain(pair([{ fails: "server.error" }])).generate({ messages: [{ role: "user", content: "Hi" }], seed: 7 });

    expect(asked.slice(1)).toEqual([
      [
        "chat claude-x",
        {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "anthropic",
          "gen_ai.request.model": "claude-x",
          "server.address": "api.anthropic.com",
          "server.port": 443,
          "understudy.attempt": 1,
          "understudy.tier": "anthropic/claude-x",
          "gen_ai.request.seed": 7,
          "gen_ai.output.type": "text",
        },
      ],
      ["generate_content gemini-x", expect.objectContaining({ "server.address": "127.0.0.1", "server.port": 8080 })],
    ]);
  });

  test("that keeps nothing costs no attributes of answers, while metrics count every attempt", async () => {
    const { asked, sampler } = asking(SamplingDecision.NOT_RECORD);
    const { chain, spans, metrics, running } = world({ captureContent: true }, sampler);

    await chain(pair([{ fails: "server.error" }])).generate("Hi");

    expect(spans()).toEqual([]);
    expect(asked).toHaveLength(3);
    const points = (await metrics()).get("gen_ai.client.operation.duration") ?? [];
    expect(points.map(({ count }) => count)).toEqual([1, 1]);
    expect(running()).toBe(0);
  });
});

describe("the vendors' own ids", () => {
  const vendors = {
    anthropic: [startAnthropic, anthropic, "claude-sonnet-5-5", "", /^msg_/],
    openai: [startOpenAI, openai, "gpt-6.1-terra", "", /^resp_/],
    gemini: [startGemini, gemini, "gemini-3.1-pro", "", /./],
    deepseek: [startDeepSeek, deepseek, "deepseek-flash", "", /./],
  } as const;

  test.each(Object.entries(vendors))("of an answer of %s are on its span, streamed or not", async (_name, given) => {
    const [start, make, model, , id] = given;
    const vendor = await start();
    const { chain, spans } = world();
    const built = chain([make(model, { baseURL: vendor.url, apiKey: "any" })]);

    const answers: Answer[] = [await built.generate("Hi"), await (await built.stream("Hi")).result];
    await vendor.close();

    const attempts = spans().filter(({ kind }) => kind === SpanKind.CLIENT);
    const ids = answers.flatMap(({ trace: told }) => told.attempts.map(({ responseId }) => responseId));
    expect(ids).toEqual([expect.stringMatching(id), expect.stringMatching(id)]);
    expect(attempts.map(({ attributes }) => attributes["gen_ai.response.id"])).toEqual(ids);
    expect(attempts.map(({ attributes }) => attributes["gen_ai.usage.input_tokens"])).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
  });
});
