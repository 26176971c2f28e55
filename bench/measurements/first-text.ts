/** Time to the first text, and what it is above the bare loop's. */
import type { FirstText, FirstTextConversation } from "../clients/first-text.ts";
import { startChild } from "../process/parent.ts";
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { difference, quartiles, rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/first-text.ts", import.meta.url);
const deltas = 20;

interface Pace {
  /** Between the first delta and the rest. */
  readonly restAfterMs: number;
  readonly callsPerRound: number;
}

/** Without a gate the first text is there before the rest is. */
const NO_GATE: Pace = { restAfterMs: 5, callsPerRound: 20 };
/** Longer than the gate's default, so that the gate and not the end of the answer releases the first text. */
const GATE: Pace = { restAfterMs: 80, callsPerRound: 3 };

const drivers: Readonly<Record<string, Pace>> = {
  bare: NO_GATE,
  "sdk-raw": NO_GATE,
  "engine-no-gate": NO_GATE,
  "chain-no-gate": NO_GATE,
  "chain-node-no-gate": NO_GATE,
  chain: GATE,
};
/** Without a rest, before the first round: a server's code is compiled, and so is what is measured. */
const warmupCalls = 3_000;

/** What the caller itself takes, before and behind what `fetch` does; nothing where nothing was asked by `fetch`. */
function own(calls: readonly FirstText[]): Section["rows"][number] {
  const median = (of: "beforeFetch" | "behindHeaders"): number =>
    rounded(spread(calls.flatMap((call) => call[of] ?? [])).median);
  if (calls.every(({ beforeFetch }) => beforeFetch === undefined)) return {};
  return { "ms before `fetch`": median("beforeFetch"), "ms behind its headers": median("behindHeaders") };
}

async function measureWire(server: BenchServer, wire: WireName, rounds: number): Promise<Section["rows"]> {
  const children = Object.entries(drivers).map(([driver, pace]) => ({
    driver,
    pace,
    child: startChild<FirstTextConversation>(client, { arguments: [driver] }),
    medians: new Array<number>(),
    calls: new Array<FirstText>(),
  }));
  for (const { child } of children) {
    await child.ask({ wire, baseURL: server.url(wire, "first", deltas, 0), calls: warmupCalls });
  }
  // The first round fills caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { child, pace, medians, calls } of children) {
      const baseURL = server.url(wire, "first", deltas, pace.restAfterMs);
      const times = await child.ask({ wire, baseURL, calls: pace.callsPerRound });
      if (round === 0 || times === undefined) continue;
      medians.push(spread(times.map(({ ms }) => ms)).median);
      calls.push(...times);
    }
  }
  for (const { child } of children) child.stop();
  const limit = children[0]?.medians ?? [];
  return children
    .filter(({ medians }) => medians.length > 0)
    .map(({ driver, medians, calls }) => {
      const above = difference(medians, limit);
      return {
        wire,
        driver,
        "ms to first text": rounded(spread(medians).median),
        "ms above bare": rounded(above.median),
        quartiles: quartiles(above),
        ...own(calls),
      };
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
      `Medians of ${NO_GATE.callsPerRound} calls (with a gate of ${GATE.callsPerRound}), in ${options.rounds} rounds; one call after another, on warm connections, after ${warmupCalls} that are not counted.`,
      "`chain` has the gate at its default, the others at 0. `engine` is a chain over a plain reader instead of an adapter.",
      "Before `fetch` is called, and from its headers to the first text: the rest is `fetch`, the sockets and the server.",
    ],
  };
}
