/** What asking costs as the chain, the conversation and the tools grow tenfold, and when another vendor goes on. */
import type { RequestConversation, Shape } from "../clients/requests.ts";
import { startChild, type Child } from "../process/parent.ts";
import type { Section } from "../report/section.ts";
import { quartiles, ratio, rounded, spread, type Spread } from "../report/statistics.ts";
import type { WireName } from "../wires/wire.ts";

const client = new URL("../clients/requests.ts", import.meta.url);
const warmupRounds = 10;

const PLAIN = { messages: 1, tools: 0, tiers: 1 };
const GROWING = {
  tiers: [1, 10, 100],
  messages: [9, 101, 1_001],
  tools: [2, 20, 200],
} as const;
/** These vendors refuse more tools. */
const MOST_TOOLS: Partial<Record<WireName, number>> = { deepseek: 128, mistral: 128, xai: 128 };

interface Options {
  readonly wires: readonly WireName[];
  readonly rounds: number;
}

interface Costs {
  readonly perCall: number[];
  readonly bytes: number;
}

type Commands = Readonly<Record<string, RequestConversation["command"]>>;

/** Each command in every round, in turns. */
async function inTurns(commands: Commands, rounds: number): Promise<ReadonlyMap<string, Costs>> {
  const child: Child<RequestConversation> = startChild(client);
  const costs = new Map<string, Costs>();
  try {
    for (let round = 0; round < warmupRounds + rounds; round += 1) {
      for (const [name, command] of Object.entries(commands)) {
        const { perCall, bytes } = await child.ask(command);
        if (round < warmupRounds) continue;
        const known = costs.get(name) ?? { perCall: [], bytes };
        known.perCall.push(perCall);
        costs.set(name, known);
      }
    }
    return costs;
  } finally {
    child.stop();
  }
}

function times(of: Costs | undefined, to: Costs | undefined): Spread {
  return ratio(of?.perCall ?? [], to?.perCall ?? []);
}

async function growth(wire: WireName, rounds: number): Promise<Section["rows"]> {
  const shapes = Object.entries(GROWING).flatMap(([what, counts]) =>
    counts.map((asked): readonly [string, Shape] => {
      const count = what === "tools" ? Math.min(asked, MOST_TOOLS[wire] ?? asked) : asked;
      return [`${what} ${count}`, { wire, origin: wire, ...PLAIN, [what]: count }];
    }),
  );
  const commands = shapes.flatMap(([name, shape]) => [
    [name, { shape, by: "chain" }] as const,
    [`${name} by hand`, { shape, by: "hand" }] as const,
  ]);
  const costs = await inTurns(Object.fromEntries(commands), rounds);
  return shapes.map(([name]) => {
    const [what = "", count = ""] = name.split(" ");
    const [own, hand] = [costs.get(name), costs.get(`${name} by hand`)];
    const over = times(own, hand);
    return {
      wire,
      of: what,
      count: Number(count),
      "kB sent": rounded((own?.bytes ?? Number.NaN) / 1_000),
      "µs per call": rounded(spread(own?.perCall ?? []).median),
      "µs by hand": rounded(spread(hand?.perCall ?? []).median),
      "× by hand": rounded(over.median),
      quartiles: quartiles(over),
    };
  });
}

export async function measureRequests({ wires, rounds }: Options): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of wires) rows.push(...(await growth(wire, rounds)));
  return {
    name: "requests",
    title: "Ten times the tiers, the history, the tools",
    rows,
    notes: [
      "CPU time of a call that is answered from memory. By hand: the same body, made ready before, as JSON, and the answer read by the bare loop.",
      "A history is the vendor's own: questions, reasoning and a call of a tool, its result, an answer.",
    ],
  };
}

/** Whose conversation a vendor goes on with that is not its own. */
function stranger(wire: WireName): WireName {
  return wire === "anthropic" ? "openai-responses" : "anthropic";
}

async function handOffs(wire: WireName, rounds: number): Promise<Section["rows"]> {
  const commands = GROWING.messages.flatMap((messages) =>
    [wire, stranger(wire)].map((origin) => {
      const shape: Shape = { wire, origin, ...PLAIN, messages };
      return [`${messages} ${origin}`, { shape, by: "chain" }] as const;
    }),
  );
  const costs = await inTurns(Object.fromEntries(commands), rounds);
  return GROWING.messages.map((messages) => {
    const [own, other] = [costs.get(`${messages} ${wire}`), costs.get(`${messages} ${stranger(wire)}`)];
    const over = times(other, own);
    return {
      wire,
      messages,
      "of its own, µs per call": rounded(spread(own?.perCall ?? []).median),
      from: stranger(wire),
      "of that vendor, µs per call": rounded(spread(other?.perCall ?? []).median),
      "× its own": rounded(over.median),
      quartiles: quartiles(over),
    };
  });
}

export async function measureHandOff({ wires, rounds }: Options): Promise<Section> {
  const rows: Section["rows"][number][] = [];
  for (const wire of wires) rows.push(...(await handOffs(wire, rounds)));
  return {
    name: "hand-off",
    title: "A conversation that moved to another vendor",
    rows,
    notes: ["CPU time of a call that is answered from memory, with a history of so many messages."],
  };
}
