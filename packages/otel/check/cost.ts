/**
 * `pnpm cost:otel`: what telemetry costs, in CPU time of a call that stays in the process. The same calls without
 * observers, with `openTelemetry()` and no SDK, and with an SDK that takes spans and metrics and exports nowhere; in turns.
 *
 * --calls N  --rounds N
 */
import { parseArgs } from "node:util";
import { context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { NoopSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createChain, type Chain, type ObserverFactory } from "@understudy/core";
import { scriptedTarget } from "@understudy/testing";
import { openTelemetry } from "../src/index.ts";

/** What a call may cost more where no SDK is registered, in microseconds. */
const MOST_WITHOUT_SDK = 2;

const { values } = parseArgs({
  options: { calls: { type: "string", default: "20000" }, rounds: { type: "string", default: "7" } },
});
const [calls, rounds] = [Number(values.calls), Number(values.rounds)];

class SilentReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const sdk = {
  tracerProvider: new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] }),
  meterProvider: new MeterProvider({ readers: [new SilentReader()] }),
};

const chainWith = (...observers: readonly ObserverFactory[]): Chain => {
  const target = scriptedTarget([], { otherwise: { text: "Hi", inOnePiece: true, usage: { inputTokens: 5 } } });
  // The script remembers every call.
  return createChain([{ ...target, stream: (...asked) => forget(target, asked) }], { observers });
};

function forget(
  target: ReturnType<typeof scriptedTarget>,
  asked: Parameters<typeof target.stream>,
): ReturnType<typeof target.stream> {
  const stream = target.stream(...asked);
  Reflect.set(target.calls, "length", 0);
  return stream;
}

const sides = [
  { name: "without observers", chain: chainWith(), spent: [] as number[] },
  { name: "openTelemetry(), no SDK", chain: chainWith(openTelemetry()), spent: [] as number[] },
  { name: "SDK, spans", chain: chainWith(openTelemetry({ ...sdk, metrics: false })), spent: [] as number[] },
  { name: "SDK, spans and metrics", chain: chainWith(openTelemetry(sdk)), spent: [] as number[] },
];

async function microseconds(chain: Chain): Promise<number> {
  const from = process.cpuUsage();
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let made = 0; made < calls; made++) await chain.generate("Hi");
  const { user, system } = process.cpuUsage(from);
  return (user + system) / calls;
}

for (const { chain } of sides) await microseconds(chain);
for (let round = 0; round < rounds; round++) {
  for (const { chain, spent } of sides) spent.push(await microseconds(chain));
}

const median = (spent: readonly number[]): number => spent.toSorted((a, b) => a - b)[spent.length >> 1] ?? Number.NaN;
const [base = Number.NaN, absent = Number.NaN] = sides.map(({ spent }) => median(spent));
process.stdout.write(`Node ${process.version}, ${calls} calls, median of ${rounds}\n`);
for (const { name, spent } of sides) {
  const more = median(spent) - base;
  process.stdout.write(
    `${name.padEnd(24)} ${median(spent).toFixed(1).padStart(6)} µs a call  ${more >= 0 ? "+" : ""}${more.toFixed(1)}\n`,
  );
}
const isGood = absent - base <= MOST_WITHOUT_SDK;
process.stdout.write(isGood ? "as expected\n" : `NOT AS EXPECTED: more than ${MOST_WITHOUT_SDK} µs without an SDK\n`);
process.exitCode = isGood ? 0 : 1;
