import assert from "node:assert/strict";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { deepseek } from "@understudy/deepseek";
import { openTelemetry } from "@understudy/otel";
import { startDeepSeek } from "@understudy/testing";
import { twoCalls } from "./two-calls.ts";

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
await twoCalls(await startDeepSeek(), (given) => deepseek("deepseek-flash", { ...given, apiKey: "any" }), {
  observers: [openTelemetry({ chain: "compat" })],
});
const spans = exporter.getFinishedSpans();
// A call and an attempt for each of both.
assert.equal(spans.length, 4);
assert.equal(spans.filter(({ parentSpanContext }) => parentSpanContext !== undefined).length, 2);
