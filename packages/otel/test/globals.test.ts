import { context, metrics, trace } from "@opentelemetry/api";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createChain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { scriptedTarget, startDeepSeek, startGemini } from "@understudy/testing";
import { afterEach, expect, test } from "vitest";
import { ChainTelemetry } from "../src/chain-telemetry.ts";
import { openTelemetry } from "../src/index.ts";
import { readOptions } from "../src/options.ts";
import { treeOf, world } from "./world.ts";

/** Registers an SDK for the whole process. */
function register() {
  const exporter = new InMemorySpanExporter();
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000,
  });
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const names = async (): Promise<readonly string[]> =>
    (await reader.collect()).resourceMetrics.scopeMetrics.flatMap((scope) =>
      scope.metrics.map(({ descriptor }) => descriptor.name),
    );
  return { spans: () => exporter.getFinishedSpans(), names };
}

afterEach(() => {
  trace.disable();
  metrics.disable();
});

test("without an SDK nothing is kept of a call, and with one that is registered later the next call is traced", async () => {
  let telemetry: ChainTelemetry | undefined;
  const built = createChain([scriptedTarget([], { otherwise: "Hi" })], {
    observers: [
      (chain) => {
        telemetry = new ChainTelemetry(readOptions({}, {}), chain);
        return telemetry.observer;
      },
    ],
  });
  const before = await built.stream("Hi");
  expect(telemetry?.size).toBe(0);

  // In the middle of a call: its `end` comes without its beginning.
  const { spans, names } = register();
  await before.result;
  expect([spans(), await names()]).toEqual([[], []]);

  await built.generate("Hi");
  expect(spans().map(({ name }) => name)).toEqual(["chat fake", "understudy scripted/fake"]);
  expect(await names()).toContain("understudy.call.duration");
  expect(telemetry?.size).toBe(0);
});

test("an SDK that replaces another one gets the next call", async () => {
  const built = createChain([scriptedTarget([], { otherwise: "Hi" })], {
    observers: [openTelemetry({ chain: "chat" })],
  });
  const first = register();
  await built.generate("Hi");
  trace.disable();
  metrics.disable();
  const second = register();
  await built.generate("Hi");

  expect([first.spans().length, second.spans().length]).toEqual([2, 2]);
  expect(await second.names()).toContain("understudy.call.duration");
});

test("where no context is kept, as without a context manager, attempts are still children of their call", async () => {
  const { chain, spans } = world();
  const built = chain([scriptedTarget([{ text: ["One", "Two"] }])]);
  await context.with(context.active(), () => built.generate("Hi"));

  expect(treeOf(spans()).attempts).toHaveLength(1);
});

test("requests that an HTTP instrumentation sees are children of their attempt, also repeats and long streams", async () => {
  const { chain, spans, tracing } = world();
  const instrumentation = new UndiciInstrumentation();
  instrumentation.setTracerProvider(tracing);
  instrumentation.enable();
  const [first, second] = await Promise.all([startDeepSeek(), startGemini()]);
  const built = chain(
    [
      deepseek("deepseek-flash", { baseURL: first.url, apiKey: "any" }),
      gemini("gemini-3.1-pro", { baseURL: second.url, apiKey: "any" }),
    ],
    { holdMs: 0 },
  );
  first.script([
    { fault: { type: "status", status: 500 } },
    { fault: { type: "reset-before-headers" } },
    {},
    { answer: { text: ["a", "b", "c"] }, fault: { type: "cut", at: { deltas: 2 }, how: "reset" } },
  ]);

  await built.generate("Hi");
  for (let calls = 1; calls <= 10; calls++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for await (const event of await built.stream("Hi")) if (event.type === "finish") break;
  }
  instrumentation.disable();
  await Promise.all([first.close(), second.close()]);

  const all = spans();
  const requests = all.filter(({ instrumentationScope }) => instrumentationScope.name.includes("undici"));
  const attempts = all.filter(({ attributes }) => "understudy.attempt" in attributes);
  expect(requests).toHaveLength(first.requests.length + second.requests.length);
  expect(requests).toHaveLength(attempts.length);
  expect(requests.map(({ parentSpanContext }) => parentSpanContext?.spanId ?? "").toSorted()).toEqual(
    attempts.map((span) => span.spanContext().spanId).toSorted(),
  );
});

test("no trace header is put into requests to vendors", async () => {
  const { chain } = world();
  const vendor = await startDeepSeek();
  await chain([deepseek("deepseek-flash", { baseURL: vendor.url, apiKey: "any" })]).generate("Hi");
  await vendor.close();

  const names = vendor.requests.flatMap(({ headers }) => Object.keys(headers));
  expect(names).toContain("authorization");
  expect(names.filter((name) => /^(?:traceparent|tracestate|baggage|b3|x-b3)/.test(name))).toEqual([]);
});
