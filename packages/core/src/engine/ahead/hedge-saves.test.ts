import { expect, test, vi } from "vitest";
import { harness } from "../../../test/harness.ts";
import { answer, scripted, wait, type Script } from "../../../test/scripted-target.ts";
import type { HedgeAfter } from "../../index.ts";

const CALLS = 500;
/** One call in 25 is slow for no reason that the vendor tells. */
const slow = (call: number): boolean => call % 25 === 12;

/** What a well vendor needs to its first words: 500 to 799 ms, and in one call of 25 nine seconds. */
function firstMs(call: number): number {
  return slow(call) ? 9_000 : 500 + ((call * 37) % 300);
}

function late(ms: number, script: Script): Script {
  return (call) => [wait(ms), ...(typeof script === "function" ? script(call) : script)];
}

async function play(hedgeAfterMs: HedgeAfter | undefined): Promise<Record<"p50" | "p95" | "p99" | "requests", number>> {
  const { clock, chain } = harness();
  const first = scripted(
    clock,
    Array.from({ length: CALLS }, (_, call) => late(firstMs(call), answer("First"))),
  );
  const second = scripted(clock, [late(600, answer("Second"))], { vendor: "beta" });
  const made = chain([{ target: first, hedgeAfterMs }, second]);
  await vi.dynamicImportSettled();
  const waits: number[] = [];
  const calls: Promise<unknown>[] = [];
  for (let call = 0; call < CALLS; call++) {
    calls.push(made.generate("Hi").then(({ trace }) => waits.push(trace.totalMs)));
    // oxlint-disable-next-line no-await-in-loop -- one call a second
    await clock.advance(1_000);
  }
  await clock.advance(20_000);
  await Promise.all(calls);
  const sorted = waits.toSorted((one, other) => one - other).map((ms) => Math.round(ms));
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), requests: first.calls.length + second.calls.length };
}

test("R14.7 what hedges save, and cost, where one answer in 25 is slow", { timeout: 30_000 }, async () => {
  const table = { without: await play(undefined), "2 s": await play(2_000), p95: await play("p95") };

  expect(table).toEqual({
    without: { p50: 653, p95: 796, p99: 9_000, requests: 500 },
    "2 s": { p50: 653, p95: 796, p99: 2_600, requests: 520 },
    p95: { p50: 653, p95: 796, p99: 1_398, requests: 523 },
  });
});
