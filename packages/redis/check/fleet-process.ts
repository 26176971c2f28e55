/** One process of the fleet: calls at a steady pace, and says how each call went. */
import { createChain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { redisStore } from "../src/index.ts";
import { monotonicMs, pause } from "./settings.ts";

const [primaryUrl = "", backupUrl = "", port = "", perSecond = "10"] = process.argv.slice(2);

const store = port === "" ? undefined : redisStore({ url: `redis://127.0.0.1:${port}` });
const target = (baseURL: string) => deepseek("deepseek-flash", { baseURL, apiKey: "any" });
const write = (entry: object): void => void process.stdout.write(`${JSON.stringify(entry)}\n`);

const chain = createChain(
  [
    { name: "primary", target: target(primaryUrl) },
    { name: "backup", target: target(backupUrl) },
  ],
  {
    store,
    onEvent: (event) => {
      if (event.type === "breaker") write({ type: "breaker", to: event.to, at: monotonicMs() });
      if (event.type === "attempt-end" && event.record.venture === "probe") write({ type: "probe", at: monotonicMs() });
      if (event.type === "attempt-start" && event.venture === "trial") write({ type: "trial", at: monotonicMs() });
    },
  },
);

async function call(): Promise<void> {
  const from = monotonicMs();
  try {
    const { tier, trace } = await chain.generate("Hi");
    const [first] = trace.attempts;
    // A probe holds its output back, and a failed attempt takes its time: neither is what the store costs.
    const isPlain = trace.attempts.length === 1 && first?.venture === undefined;
    write({ type: "call", tier, isPlain, at: from, ms: monotonicMs() - from });
  } catch (error) {
    write({ type: "failed", at: from, ms: monotonicMs() - from, why: String(error) });
  }
}

await store?.ready(1_000);
write({ type: "ready", at: monotonicMs() });
process.on("message", () => {
  write({ type: "stats", ...store?.stats() });
  process.exit();
});
for (;;) {
  void call();
  await pause((1_000 / Number(perSecond)) * (0.8 + 0.4 * Math.random()));
}
