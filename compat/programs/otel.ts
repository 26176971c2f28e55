/** With a provider that knows no more than the API: each line of the SDK takes one line of the API alone. */
import assert from "node:assert/strict";
import { context, trace, type TracerProvider } from "@opentelemetry/api";
import { deepseek } from "@understudy/deepseek";
import { openTelemetry } from "@understudy/otel";
import { startDeepSeek } from "@understudy/testing";
import { twoCalls } from "./two-calls.ts";

const spans: { readonly hasParent: boolean }[] = [];
const provider: TracerProvider = {
  getTracer: () => ({
    startSpan: (_name, _options, parent = context.active()) => {
      const spanId = String(spans.push({ hasParent: trace.getSpan(parent) !== undefined })).padStart(16, "0");
      return trace.wrapSpanContext({ traceId: "1".padStart(32, "0"), spanId, traceFlags: 1 });
    },
    startActiveSpan: () => assert.fail("No span of ours is the active one."),
  }),
};
trace.setGlobalTracerProvider(provider);
await twoCalls(await startDeepSeek(), (given) => deepseek("deepseek-flash", { ...given, apiKey: "any" }), {
  observers: [openTelemetry({ chain: "compat" })],
});
// A call and an attempt below it, for each of both.
assert.deepEqual(
  spans.map(({ hasParent }) => hasParent),
  [false, true, false, true],
);
