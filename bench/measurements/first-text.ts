/** Time to the first text, and what it is above the bare loop's. */
import type { FirstTextConversation } from "../clients/first-text.ts";
import { startChild } from "../process/parent.ts";
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/first-text.ts", import.meta.url);
const drivers = ["bare", "sdk-raw", "engine-no-gate", "chain-no-gate", "chain"];
const deltas = 20;
/** Longer than the gate's default, so that the gate and not the end of the answer releases the first text. */
const restAfterMs = 80;
const callsPerRound = 10;
/** Without a rest, before the first round: a server's code is compiled, and so is what is measured. */
const warmupCalls = 500;

async function measureWire(server: BenchServer, wire: WireName, rounds: number): Promise<Section["rows"]> {
  const children = drivers.map((driver) => ({
    driver,
    child: startChild<FirstTextConversation>(client, { arguments: [driver] }),
    times: new Array<number>(),
  }));
  for (const { child } of children) {
    await child.ask({ wire, baseURL: server.url(wire, "first", deltas, 0), calls: warmupCalls });
  }
  // The first round fills caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { child, times } of children) {
      const baseURL = server.url(wire, "first", deltas, restAfterMs);
      const result = await child.ask({ wire, baseURL, calls: callsPerRound });
      if (round > 0 && result !== undefined) times.push(...result);
    }
  }
  for (const { child } of children) child.stop();
  const limit = spread(children[0]?.times ?? []).median;
  return children
    .filter(({ times }) => times.length > 0)
    .map(({ driver, times }) => {
      const { median } = spread(times);
      return { wire, driver, "ms to first text": rounded(median), "ms above bare": rounded(median - limit) };
    });
}

export async function measureFirstText(
  server: BenchServer,
  options: { readonly wires: readonly WireName[]; readonly rounds: number },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of options.wires) rows.push(...(await measureWire(server, wire, options.rounds)));
  return {
    name: "ttft",
    title: "Time to first text",
    rows,
    notes: [
      `Medians of ${options.rounds * callsPerRound} calls, one after another, on warm connections, after ${warmupCalls} that are not counted.`,
      "`chain` has the gate at its default, `chain-no-gate` at 0. `engine` is a chain over a plain reader instead of an adapter.",
    ],
  };
}
