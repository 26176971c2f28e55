/**
 * `pnpm cost`: what a store costs where nothing fails. One process, the same calls without and with a store, in turns.
 *
 * --seconds N  --rate CALLS  --engine  --json 1 (only what each call took, in microseconds, for the benchmark)
 */
import { createChain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";
import { redisStore } from "../src/index.ts";
import { ENGINES, startServer } from "../test/server.ts";
import { monotonicMs, pause, percentile, readSettings } from "./settings.ts";

const settings = readSettings({ seconds: "20", rate: "50", engine: ENGINES[0] ?? "", json: "" });
if (settings.engine === "") {
  process.stdout.write("SKIPPED: no server is here.\n");
  process.exit(0);
}
const [server, vendor] = await Promise.all([startServer(settings.engine), startDeepSeek()]);
const store = redisStore({ url: server.url });
await store.ready(5_000);
const target = deepseek("deepseek-flash", { baseURL: vendor.url, apiKey: "any" });
const sides = [
  { name: "without a store", chain: createChain([target]), times: [] as number[] },
  { name: "with a store", chain: createChain([target], { store }), times: [] as number[] },
];

/** Of the first calls: connections and compilation. */
for (const { chain } of sides) for (let calls = 0; calls < 50; calls++) await chain.generate("Hi");
const before = store.stats().commands;
const from = monotonicMs();
let calls = 0;
while (monotonicMs() - from < Number(settings.seconds) * 1_000) {
  for (const { chain, times } of sides) {
    const sent = monotonicMs();
    await chain.generate("Hi");
    times.push(monotonicMs() - sent);
    calls++;
    await pause(1_000 / Number(settings.rate));
  }
}
const seconds = (monotonicMs() - from) / 1_000;
const commands = store.stats().commands - before;
store.close();
await Promise.all([vendor.close(), server.kill()]);
if (settings.json !== "") {
  process.stdout.write(
    JSON.stringify(sides.map(({ name, times }) => ({ name, spent: times.map((ms) => ms * 1_000) }))),
  );
  process.exit(0);
}
const perSecond = commands / seconds;
for (const { name, times } of sides) {
  process.stdout.write(
    `${name.padEnd(16)} ${times.length} calls, p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms\n`,
  );
}
process.stdout.write(`${settings.engine}: ${perSecond.toFixed(2)} commands a second, ${calls} calls\n`);
const isGood = perSecond <= 1.4;
process.stdout.write(isGood ? "as expected\n" : "NOT AS EXPECTED: more than 1.4 commands a second\n");
process.exit(isGood ? 0 : 1);
