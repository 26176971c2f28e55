/** What a short whole answer costs: CPU time per call, and requests per second with 64 in flight. */
import type { AnswerConversation } from "../clients/answer.ts";
import { startChild } from "../process/parent.ts";
import type { BenchServer } from "../process/server.ts";
import type { Section } from "../report/section.ts";
import { quartiles, ratio, rounded, spread } from "../report/statistics.ts";
import { answerText } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/answer.ts", import.meta.url);

/** Drivers, the form of body each asks for, and the driver that its cost is compared with. */
const contenders = [
  { driver: "bare", form: "whole", baseline: "sdk-whole" },
  { driver: "sdk-whole", form: "whole", baseline: "sdk-whole" },
  { driver: "chain-whole", form: "whole", baseline: "sdk-whole" },
  { driver: "chain-node-whole", form: "whole", baseline: "sdk-whole" },
  { driver: "chain-sdk-whole", form: "whole", baseline: "sdk-whole" },
  { driver: "sdk-streamed", form: "streamed", baseline: "sdk-streamed" },
  { driver: "chain", form: "streamed", baseline: "sdk-streamed" },
  { driver: "chain-node", form: "streamed", baseline: "sdk-streamed" },
  { driver: "chain-sdk", form: "streamed", baseline: "sdk-streamed" },
] as const;

const deltas = 12;
const callsPerRound = 300;
const pieces = 12;
const inFlight = 64;
/** Before the first round: with fewer, what is measured is still being compiled, of a chain more than of a loop by hand. */
const warmupCalls = 10_000;

interface Costs {
  readonly cpu: number[];
  readonly perSecond: number[];
}

async function measureWire(server: BenchServer, wire: WireName, rounds: number): Promise<Section["rows"]> {
  const children = contenders.map((contender) => ({
    ...contender,
    child: startChild<AnswerConversation>(client, {
      arguments: [contender.driver],
    }),
    costs: { cpu: [], perSecond: [] } as Costs,
  }));
  const command = { wire, baseURL: server.url(wire, "answer", deltas), calls: callsPerRound, text: answerText(deltas) };
  for (const { child } of children) await child.ask({ ...command, calls: warmupCalls, pieces: 1, inFlight });
  // The first round fills caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { child, costs } of children) {
      const alone = await child.ask({ ...command, pieces, inFlight: 1 });
      const together = await child.ask({ ...command, pieces: 1, inFlight });
      if (round === 0 || alone === undefined || together === undefined) continue;
      costs.cpu.push(alone.perCall);
      costs.perSecond.push(together.perSecond);
    }
  }
  for (const { child } of children) child.stop();
  return children
    .filter(({ costs }) => costs.cpu.length > 0)
    .map(({ driver, form, baseline, costs }) => {
      const against = children.find((child) => child.driver === baseline)?.costs;
      return {
        wire,
        form,
        driver,
        "µs CPU per call": rounded(spread(costs.cpu).median),
        ...compared("CPU", costs.cpu, against?.cpu),
        "calls per second, 64 in flight": Math.round(spread(costs.perSecond).median),
        ...compared("calls", costs.perSecond, against?.perSecond),
      };
    });
}

/** Nothing where there is no SDK. */
function compared(what: string, own: readonly number[], against: readonly number[] = []): Section["rows"][number] {
  if (against.length === 0) return {};
  const times = ratio(own, against);
  return { [`× the SDK's ${what}`]: rounded(times.median), [`quartiles, ${what}`]: quartiles(times) };
}

export async function measureGenerate(
  server: BenchServer,
  options: { readonly wires: readonly WireName[]; readonly rounds: number },
): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of options.wires) rows.push(...(await measureWire(server, wire, options.rounds)));
  return {
    name: "generate",
    title: "A short answer",
    rows,
    notes: [
      `${callsPerRound} calls a round, ${options.rounds} interleaved rounds, an answer of ${deltas} deltas in one write; after ${warmupCalls} calls that are not counted.`,
      "Compared are equal forms of body: in one piece, or streamed and put together.",
    ],
  };
}
