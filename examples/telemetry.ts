/** Spans and metrics of a failover, as OpenTelemetry exports them: here into memory, to print the tree. */
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { openTelemetry } from "@understudy/otel";
import { startAnthropic, startOpenAI } from "@understudy/testing";

// An application has this already: `NodeSDK` of @opentelemetry/sdk-node registers all of it.
const spans = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
const meterProvider = new MeterProvider({ readers: [reader] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
claude.script([{ fault: { type: "status", status: 500 } }]);
gpt.answer({ text: "Air scatters blue light more than red.", usage: { inputTokens: 12, outputTokens: 9 } });

const chain = createChain(
  [
    anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
    openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
  ],
  { observers: [openTelemetry({ chain: "chat", tracerProvider, meterProvider })] },
);

await tracerProvider.getTracer("application").startActiveSpan("GET /chat", async (span) => {
  await chain.generate("Why is the sky blue?");
  span.end();
});

function print(parent: string | undefined, indent: string): void {
  for (const span of spans.getFinishedSpans()) {
    if (span.parentSpanContext?.spanId !== parent) continue;
    const { attributes, events } = span;
    const fact =
      attributes["error.type"] ?? attributes["gen_ai.usage.output_tokens"] ?? attributes["understudy.outcome"];
    console.log(`${indent}${span.name}  ${typeof fact === "string" || typeof fact === "number" ? fact : ""}`.trimEnd());
    for (const { name } of events) console.log(`${indent}  * ${name}`);
    print(span.spanContext().spanId, `${indent}  `);
  }
}
print(undefined, "");

const { resourceMetrics } = await reader.collect();
for (const { metrics } of resourceMetrics.scopeMetrics)
  for (const { descriptor } of metrics) console.log(descriptor.name);
await Promise.all([claude.close(), gpt.close(), meterProvider.shutdown()]);
