/** Time from a failure to the next request, as the client sees it and as the server sees it. */
import type { FailoverConversation } from "../clients/failover.ts";
import { startChild } from "../process/parent.ts";
import { refusedUrl, startServer, type BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { difference, quartiles, rounded, spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/failover.ts", import.meta.url);
const drivers = ["bare", "engine", "chain"] as const;
/** Between the text and a failure inside the stream: they come in reads of their own. */
const delayMs = 5;
const callsPerRound = 10;
const deltas = 5;
const warmupRounds = 2;
/** Failing without a delay, before the first round: a server's code is compiled, and so is what is measured. */
const warmupCalls = 500;

/** Two endpoints: a chain does not try the one that has just failed again, whatever the tier. */
interface Servers {
  readonly failing: BenchServer;
  readonly working: BenchServer;
}

interface Failure {
  readonly name: string;
  readonly failing: string;
  /** The same failure without a delay. */
  readonly atOnce: string;
}

async function failuresOf(server: BenchServer, wire: WireName): Promise<readonly Failure[]> {
  const unavailable = server.url(wire, "unavailable");
  const refused = await refusedUrl();
  const inStream = (kind: "error-event" | "cut") => ({
    failing: server.url(wire, kind, deltas, delayMs),
    atOnce: server.url(wire, kind, deltas, 0),
  });
  return [
    { name: "503", failing: unavailable, atOnce: unavailable },
    { name: "connection refused", failing: refused, atOnce: refused },
    { name: "error in the stream", ...inStream("error-event") },
    { name: "stream cut", ...inStream("cut") },
  ];
}

/** For each failure the wait until the next request, in milliseconds. */
function waits(failures: readonly string[], requests: readonly string[]): readonly number[] {
  const arrivals = requests.map(BigInt);
  return failures.flatMap((failure) => {
    const failedAt = BigInt(failure);
    const next = arrivals.find((arrival) => arrival > failedAt);
    return next === undefined ? [] : [Number(next - failedAt) / 1_000_000];
  });
}

async function measureWire(servers: Servers, wire: WireName, rounds: number): Promise<Section["rows"]> {
  const children = drivers.map((driver) => ({
    driver,
    child: startChild<FailoverConversation>(client, { arguments: [driver] }),
  }));
  const working = servers.working.url(wire, "answer", deltas);
  const rows: Section["rows"][number][] = [];
  for (const { name, failing, atOnce } of await failuresOf(servers.failing, wire)) {
    for (const { child } of children) await child.ask({ wire, failing: atOnce, working, calls: warmupCalls });
    const times = new Map<
      string,
      { readonly inClient: number[]; readonly untilFetch: number[]; readonly atServer: number[] }
    >();
    for (let round = 0; round < warmupRounds + rounds; round += 1) {
      for (const { driver, child } of children) {
        await Promise.all([servers.failing.journal(), servers.working.journal()]);
        const result = await child.ask({ wire, failing, working, calls: callsPerRound });
        if (result === undefined || round < warmupRounds) continue;
        const { failures } = await servers.failing.journal();
        const { requests } = await servers.working.journal();
        const seen = waits(failures.length > 0 ? failures : result.refusedAt, requests);
        const known = times.get(driver) ?? { inClient: [], untilFetch: [], atServer: [] };
        known.inClient.push(spread(result.waits).median);
        known.untilFetch.push(spread(result.untilFetch).median);
        known.atServer.push(spread(seen).median);
        times.set(driver, known);
      }
    }
    const bare = times.get("bare")?.inClient ?? [];
    for (const [driver, { inClient, untilFetch, atServer }] of times) {
      const over = difference(inClient, bare);
      rows.push({
        wire,
        failure: name,
        driver,
        "ms in the client": rounded(spread(inClient).median),
        "ms over bare": rounded(over.median),
        quartiles: quartiles(over),
        "ms until `fetch` is called": rounded(spread(untilFetch).median),
        "ms seen by the server": rounded(spread(atServer).median),
      });
    }
  }
  for (const { child } of children) child.stop();
  return rows;
}

export async function measureFailover(
  server: BenchServer,
  options: { readonly wires: readonly WireName[]; readonly rounds: number },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  const working = await startServer();
  try {
    for (const wire of options.wires)
      rows.push(...(await measureWire({ failing: server, working }, wire, options.rounds)));
  } finally {
    working.stop();
  }
  return {
    name: "failover",
    title: "Failover decision",
    rows,
    notes: [
      `Medians of ${callsPerRound} failures, in ${options.rounds} rounds, after ${warmupCalls} failures that are not counted. In the client: from the failure's arrival at its HTTP client to the next request written.`,
      "Seen by the server: from the failing answer written (a refused connection: from the client's notice of it) to the next request read.",
      "`bare` is the same pair of calls by hand: what the way through two sockets costs.",
    ],
  };
}
