/** What an open, slow stream occupies: bytes and timers. */
import type { Held, OpenStreamsConversation } from "../clients/open-streams.ts";
import { startChild } from "../process/parent.ts";
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { difference, quartiles, rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

export const openStreamsClient: URL = new URL("../clients/open-streams.ts", import.meta.url);
const drivers = ["bare", "sdk-raw", "chain", "chain-node", "chain-sdk"];
const intervalMs = 500;
/** Opened on top of each other, and weighed each time. */
const steps = [500, 500, 500];
/** One delta of every stream comes in that time. */
const settleMs = 600;
const streamsWithTimers = 50;

interface Row {
  readonly driver: string;
  readonly kilobytes: readonly number[];
  readonly timers: number;
}

/** Opens streams step by step in a process of its own. Empty: the driver does not speak this wire. */
async function hold(
  driver: string,
  mode: "memory" | "timers",
  commands: readonly OpenStreamsConversation["command"][],
): Promise<readonly Held[]> {
  const child = startChild<OpenStreamsConversation>(openStreamsClient, {
    arguments: [driver, mode],
    nodeOptions: ["--expose-gc"],
  });
  const held: Held[] = [];
  try {
    for (const command of commands) {
      const result = await child.ask(command);
      if (result === undefined) break;
      held.push(result);
    }
    return held;
  } finally {
    child.stop();
  }
}

async function measureDriver(server: BenchServer, wire: WireName, driver: string): Promise<Row | undefined> {
  const command = { wire, baseURL: server.url(wire, "slow", intervalMs), watchMs: settleMs };
  const held = await hold(
    driver,
    "memory",
    steps.map((streams) => ({ ...command, streams })),
  );
  const [counted] = await hold(driver, "timers", [{ ...command, streams: streamsWithTimers }]);
  if (counted === undefined) return undefined;
  const kilobytes = held.map(({ bytes }, step) => bytes / (steps[step] ?? Number.NaN) / 1_000);
  return { driver, kilobytes, timers: counted.timers / streamsWithTimers };
}

async function measureWire(server: BenchServer, wire: WireName): Promise<Section["rows"]> {
  const rows: Row[] = [];
  for (const driver of drivers) {
    const row = await measureDriver(server, wire, driver);
    if (row !== undefined) rows.push(row);
  }
  const bare = rows[0]?.kilobytes ?? [];
  return rows.map(({ driver, kilobytes, timers }) => {
    const over = difference(kilobytes, bare);
    return {
      wire,
      driver,
      "kB per stream": rounded(spread(kilobytes).median),
      "kB over bare": rounded(over.median),
      quartiles: quartiles(over),
      "timers per stream": Number(timers.toFixed(2)),
    };
  });
}

export async function measureOpenStreams(
  server: BenchServer,
  options: { readonly wires: readonly WireName[] },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of options.wires) rows.push(...(await measureWire(server, wire)));
  return {
    name: "open-streams",
    title: "Open streams",
    rows,
    notes: [
      `${steps.join(", then ")} streams more, of a delta every ${intervalMs} ms, each on its own connection; heap and external memory after collection.`,
    ],
  };
}
