/** A process that holds ten thousand slow streams: what they occupy as they become more, and how prompt it still is. */
import type { Held, OpenStreamsConversation } from "../clients/open-streams.ts";
import { startChild } from "../process/parent.ts";
import { startServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { rounded } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";
import { openStreamsClient } from "./open-streams.ts";

const drivers = ["bare", "chain", "chain-node"];
const intervalMs = 5_000;
/** A tenth of the streams first: the rest has to cost nine times as much. */
const shares = [0.1, 0.9];
const settleMs = 500;
const watchMs = intervalMs;

async function measureDriver(wire: WireName, driver: string, streams: number): Promise<readonly Held[]> {
  // A port of its own: those of connections that were just closed are not free again at once.
  const server = await startServer();
  const child = startChild<OpenStreamsConversation>(openStreamsClient, {
    arguments: [driver, "memory"],
    nodeOptions: ["--expose-gc"],
  });
  const held: Held[] = [];
  try {
    const baseURL = server.url(wire, "slow", intervalMs);
    for (const [step, share] of shares.entries()) {
      const isLast = step === shares.length - 1;
      const command = { wire, baseURL, streams: streams * share, watchMs: isLast ? watchMs : settleMs };
      const result = await child.ask(command);
      if (result !== undefined) held.push(result);
    }
    return held;
  } finally {
    child.stop();
    server.stop();
  }
}

export async function measureManyStreams(options: {
  readonly wires: readonly WireName[];
  readonly openStreams: number;
}): Promise<Section> {
  const { wires, openStreams: streams } = options;
  const rows: Section["rows"][number][] = [];
  for (const wire of wires) {
    for (const driver of drivers) {
      const [few, rest] = await measureDriver(wire, driver, streams);
      if (few === undefined || rest === undefined) continue;
      const [first, last] = [few, rest].map(({ bytes }, step) => bytes / (streams * (shares[step] ?? Number.NaN)));
      if (first === undefined || last === undefined) continue;
      rows.push({
        wire,
        driver,
        "kB of each of the first tenth": rounded(first / 1_000),
        "kB of each of the others": rounded(last / 1_000),
        "× the first": rounded(last / first),
        "MB in all": rounded((few.bytes + rest.bytes) / 1e6),
        "event loop delay, p99 ms": rounded(rest.watched.delayP99Ms),
        "highest, ms": rounded(rest.watched.delayMaxMs),
        "% of a core": rounded(rest.watched.load * 100),
      });
    }
  }
  return {
    name: "many-streams",
    title: `${streams} open streams in one process`,
    rows,
    notes: [
      `A delta of each stream every ${intervalMs / 1_000} s, each on its own connection; delay and CPU time in ${watchMs / 1_000} s with all of them open. The delay has the millisecond of the timer in it that takes it.`,
    ],
  };
}
