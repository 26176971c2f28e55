/** Cost per delta must depend neither on the number of tiers nor on the length of the answer. */
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { quartiles, rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";
import { Drivers } from "./interleave.ts";

const lengths = [1_000, 100_000];
const drivers = ["bare", "chain-1", "chain-10"];
const warmupRounds = 1;
const deltasPerRound = 100_000;

export async function measureScaling(
  server: BenchServer,
  options: { readonly wires: readonly WireName[]; readonly rounds: number },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of options.wires) {
    const running = new Drivers(drivers);
    const commandFor = (deltas: number) => () => ({
      wire,
      baseURL: server.url(wire, "full", deltas),
      deltas,
      streams: 1,
      repeat: deltasPerRound / deltas,
      unmeasured: 0,
    });
    for (const deltas of lengths) await running.rounds(warmupRounds, commandFor(deltas));
    const costs = new Map<string, number[]>();
    for (let round = 0; round < options.rounds; round += 1) {
      for (const deltas of lengths) {
        for (const [driver, { perDelta }] of await running.round(commandFor(deltas))) {
          const key = `${driver} ${deltas}`;
          costs.set(key, [...(costs.get(key) ?? []), perDelta]);
        }
      }
    }
    running.stop();
    for (const [key, values] of costs) {
      const [driver = "", deltas = ""] = key.split(" ");
      const cost = spread(values);
      rows.push({
        wire,
        driver,
        deltas: Number(deltas),
        "µs per delta": rounded(cost.median),
        "quartiles µs": quartiles(cost),
      });
    }
  }
  return {
    name: "scaling",
    title: "1 or 10 tiers, 1,000 or 100,000 deltas",
    rows,
    notes: ["The requests of the many short answers are part of their cost per delta; compare with the bare loop."],
  };
}
