/** What an open, slow stream occupies: bytes and timers. */
import type { OpenStreamsConversation } from "../clients/open-streams.ts";
import { startChild } from "../process/parent.ts";
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { rounded } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/open-streams.ts", import.meta.url);
const drivers = ["bare", "sdk-raw", "sdk-helper", "engine", "chain", "chain-node"];
const intervalMs = 500;
const streams = 1_000;

async function ask(
  server: BenchServer,
  wire: WireName,
  driver: string,
  mode: "memory" | "timers",
): Promise<OpenStreamsConversation["result"]> {
  const child = startChild<OpenStreamsConversation>(client, {
    arguments: [driver, mode],
    nodeOptions: ["--expose-gc"],
  });
  try {
    return await child.ask({ wire, baseURL: server.url(wire, "slow", intervalMs), streams });
  } finally {
    child.stop();
  }
}

export async function measureOpenStreams(
  server: BenchServer,
  options: { readonly wires: readonly WireName[] },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of options.wires) {
    for (const driver of drivers) {
      const memory = await ask(server, wire, driver, "memory");
      const timers = await ask(server, wire, driver, "timers");
      if (memory === undefined || timers === undefined) continue;
      rows.push({
        wire,
        driver,
        "kB per stream": rounded(memory.bytes / streams / 1_000),
        "timers per stream": Number((timers.timers / streams).toFixed(2)),
      });
    }
  }
  return {
    name: "open-streams",
    title: "Open streams",
    rows,
    notes: [
      `${streams} streams of a delta every ${intervalMs} ms, each on its own connection; heap and external memory after collection.`,
    ],
  };
}
