/** What the first call of a process takes, and the first failover, over the same by hand. */
import type { FirstCall, FirstCallConversation } from "../clients/first-call.ts";
import { isBuilt } from "../process/built.ts";
import { startChild } from "../process/parent.ts";
import { startServer, type BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { difference, quartiles, rounded, spread } from "../report/statistics.ts";
import { answerText } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/first-call.ts", import.meta.url);
const drivers = ["bare", "chain", "chain-node", "chain-sdk"];
const deltas = 12;

type Command = FirstCallConversation["command"];

async function inFreshProcess(driver: string, command: Command): Promise<FirstCall | undefined> {
  const child = startChild<FirstCallConversation>(client, { arguments: [driver], isBuilt: true });
  try {
    return await child.ask(command);
  } finally {
    child.stop();
  }
}

interface Servers {
  readonly failing: BenchServer;
  readonly working: BenchServer;
}

async function measureWire(servers: Servers, wire: WireName, rounds: number): Promise<Section["rows"]> {
  const working = servers.working.url(wire, "answer", deltas);
  const calls = {
    "first call": [working],
    "first call, which fails over": [servers.failing.url(wire, "unavailable"), working],
  };
  const rows: Section["rows"][number][] = [];
  for (const [what, baseURLs] of Object.entries(calls)) {
    const times = new Map<string, { readonly ms: number[]; readonly behind: number[] }>();
    // The first round warms the servers up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const driver of drivers) {
        const time = await inFreshProcess(driver, { wire, baseURLs, text: answerText(deltas) });
        if (round === 0 || time === undefined) continue;
        const known = times.get(driver) ?? { ms: [], behind: [] };
        known.ms.push(time.ms);
        if (time.behindHeaders !== undefined) known.behind.push(time.behindHeaders);
        times.set(driver, known);
      }
    }
    const bare = times.get("bare")?.ms ?? [];
    for (const [driver, { ms, behind }] of times) {
      const over = difference(ms, bare);
      rows.push({
        wire,
        what,
        driver,
        ms: rounded(spread(ms).median),
        "ms over bare": rounded(over.median),
        quartiles: quartiles(over),
        ...(behind.length > 0 && { "ms behind its headers": rounded(spread(behind).median) }),
      });
    }
  }
  return rows;
}

export async function measureFirstCall(
  working: BenchServer,
  options: { readonly wires: readonly WireName[]; readonly rounds: number },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  const failing = await startServer();
  try {
    if (isBuilt("@understudy/core")) {
      for (const wire of options.wires) rows.push(...(await measureWire({ failing, working }, wire, options.rounds)));
    }
  } finally {
    failing.stop();
  }
  return {
    name: "first-call",
    title: "The first call of a process",
    rows,
    notes:
      rows.length === 0
        ? ["Not built, so not measured: `pnpm build`."]
        : [
            `${options.rounds} fresh processes each, from built packages that are imported before: to make the chain and to read its whole answer. \`bare\` is \`fetch\`, which loads its own code with its first call too.`,
            "Failing over: the first target answers 503; by hand, the same two requests. `chain-sdk` loads the vendor's SDK in its first call.",
            "Behind its headers: from the last ones to the whole answer; of what is before, most is Node's loading of `fetch`.",
          ],
  };
}
