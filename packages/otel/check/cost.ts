/**
 * `pnpm cost:otel`: what telemetry costs, in CPU time of a call that stays in the process. The same calls without
 * observers, with `openTelemetry()` and no SDK, and with an SDK that takes spans and metrics and exports nowhere; in turns.
 *
 * --calls N  --rounds N  --json (only what each side spent in each round, for the benchmark)
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
const PER_TURN = 200;

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "20000" },
    rounds: { type: "string", default: "7" },
    json: { type: "boolean", default: false },
  },
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

/** Microseconds of some calls. */
async function spend(chain: Chain, some: number): Promise<number> {
  const from = process.cpuUsage();
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let made = 0; made < some; made++) await chain.generate("Hi");
  const { user, system } = process.cpuUsage(from);
  return user + system;
}

for (const { chain } of sides) await spend(chain, calls);
for (let round = 0; round < rounds; round++) {
  const total = sides.map(() => 0);
  // In short turns: what else the machine does slows all of them alike.
  for (let turn = 0; turn < calls / PER_TURN; turn++) {
    for (const [index, { chain }] of sides.entries())
      total[index] = (total[index] ?? 0) + (await spend(chain, PER_TURN));
  }
  for (const [index, { spent }] of sides.entries()) spent.push((total[index] ?? Number.NaN) / calls);
}

if (values.json) {
  process.stdout.write(JSON.stringify(sides.map(({ name, spent }) => ({ name, spent }))));
  process.exit(0);
}

const median = (spent: readonly number[]): number => spent.toSorted((a, b) => a - b)[spent.length >> 1] ?? Number.NaN;
const base = sides[0]?.spent ?? [];
/** Than without observers in the same round. */
const more = (spent: readonly number[]): number =>
  median(spent.map((microseconds, round) => microseconds - (base[round] ?? Number.NaN)));
process.stdout.write(`Node ${process.version}, ${calls} calls, median of ${rounds}\n`);
for (const { name, spent } of sides) {
  process.stdout.write(
    `${name.padEnd(24)} ${median(spent).toFixed(1).padStart(6)} µs a call  +${more(spent).toFixed(1)}\n`,
  );
}
const isGood = more(sides[1]?.spent ?? []) <= MOST_WITHOUT_SDK;
process.stdout.write(isGood ? "as expected\n" : `NOT AS EXPECTED: more than ${MOST_WITHOUT_SDK} µs without an SDK\n`);
process.exitCode = isGood ? 0 : 1;
