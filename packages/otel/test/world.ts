import { context, type Attributes } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import { createChain, type Chain, type ChainOptions, type TierInput } from "@understudy/core";
import { ChainTelemetry } from "../src/chain-telemetry.ts";
import type { OpenTelemetryOptions } from "../src/index.ts";
import { readOptions } from "../src/options.ts";

/** Children find their parents by it. It is one for the process, whoever sets it first. */
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

/** One value of a metric. */
export interface Point {
  readonly attributes: Attributes;
  /** Of a histogram, the sum. */
  readonly value: number;
  /** How many values a histogram has of it. */
  readonly count?: number;
  readonly boundaries?: readonly number[];
}

export interface World {
  readonly tracing: TracerProvider;
  readonly chain: (tiers: readonly TierInput[], options?: ChainOptions) => Chain;
  /** Finished spans, in the order in which they ended. */
  readonly spans: () => readonly ReadableSpan[];
  /** By name. */
  readonly metrics: () => Promise<ReadonlyMap<string, readonly Point[]>>;
  /** Units by name. */
  readonly units: () => Promise<Readonly<Record<string, string>>>;
  /** Calls that the telemetry of the last chain takes for running. */
  readonly running: () => number | undefined;
  /** What callbacks threw. */
  readonly errors: unknown[];
}

/** An SDK of its own, and chains that report to it. */
export function world(options: OpenTelemetryOptions = {}, sampler?: Sampler): World {
  const exporter = new InMemorySpanExporter();
  const tracing = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(sampler !== undefined && { sampler }),
  });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const metering = new MeterProvider({ readers: [reader] });
  const settings = readOptions({ tracerProvider: tracing, meterProvider: metering, ...options }, {});
  const errors: unknown[] = [];
  let telemetry: ChainTelemetry | undefined;
  const collect = async () => (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  return {
    tracing,
    chain: (tiers, more) =>
      createChain(tiers, {
        random: () => 0,
        onInternalError: (error) => errors.push(error),
        observers: [
          (chain) => {
            telemetry = new ChainTelemetry(settings, chain);
            return telemetry.observer;
          },
        ],
        ...more,
      }),
    spans: () => exporter.getFinishedSpans(),
    metrics: async () =>
      new Map(
        (await collect()).map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }): Point => {
            if (typeof value === "number") return { attributes, value };
            const boundaries = "buckets" in value ? value.buckets.boundaries : [];
            return { attributes, value: value.sum ?? 0, count: value.count, boundaries };
          }),
        ]),
      ),
    units: async () => Object.fromEntries((await collect()).map(({ descriptor: { name, unit } }) => [name, unit])),
    running: () => telemetry?.size,
    errors,
  };
}

/** The spans of one call: its own, and those of its attempts in the order in which they began. */
export function treeOf(spans: readonly ReadableSpan[]): {
  readonly call: ReadableSpan;
  readonly attempts: readonly ReadableSpan[];
} {
  const [call, ...others] = spans.filter(({ name }) => name.startsWith("understudy "));
  if (call === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} calls.`);
  const id = call.spanContext().spanId;
  return { call, attempts: spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === id) };
}

/** Milliseconds since 1970. */
export function msOf([seconds, nanoseconds]: ReadableSpan["startTime"]): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** Names of all attributes of some spans, sorted. */
export function attributeNames(spans: readonly ReadableSpan[]): readonly string[] {
  return [...new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)))].toSorted();
}
