import type { Command } from "../command.ts";
import { numberOf } from "../arguments.ts";
import { labelOf, loadChainFile, placesOf, type ChainFile, type Place } from "../chain-file.ts";
import type { Output } from "../output.ts";
import { WrongUse } from "../wrong-use.ts";
import { checkLive, type LiveResult } from "./live-checks.ts";
import { printReport, toJson, type Report, type TargetReport } from "./report.ts";
import { checkStatic } from "./static-checks.ts";

/** Targets of different keys at once. */
const AT_ONCE = 4;
const TIMEOUT_S = 60;

export const doctor: Command = {
  options: {
    offline: { type: "boolean" },
    quick: { type: "boolean" },
    tier: { type: "string", multiple: true },
    timeout: { type: "string" },
    strict: { type: "boolean" },
  },
  help: `understudy doctor <chain file>

Would the chain work today, and what would it lose in an outage? Asks every target by itself, three short questions each.

  --offline           no request, only what is known without one
  --quick             one request per target
  --tier <name>       only this tier; may be repeated
  --timeout <s>       seconds per request, 60
  --strict            warnings fail too

Example: npx @understudy/cli doctor chain.ts --env-file .env
`,
  run: async ({ given, output, from }) => {
    const file = await loadChainFile(given.positionals[0], from.cwd);
    const timeoutMs = (numberOf(given, "timeout", 0.001) ?? TIMEOUT_S) * 1_000;
    const { findings, isBroken } = await checkStatic(file);
    const places = chosen(placesOf(file), given.values.get("tier"));
    const asks = !given.flags.has("offline") && !isBroken;
    const lives = asks ? await askAll(places, file, { timeoutMs, isQuick: given.flags.has("quick"), output }) : [];
    const targets = places.map((place, index): TargetReport => ({ place, live: lives[index] }));
    const report: Report = { file: file.name, tiers: file.tiers.length, targets, findings };
    const json = toJson(report);
    if (given.flags.has("json")) output.print(JSON.stringify(json, null, 2));
    else printReport(report, json, output);
    return json.failed > 0 || (given.flags.has("strict") && json.warnings > 0) ? 1 : 0;
  },
};

function chosen(places: readonly Place[], names: readonly string[] = []): readonly Place[] {
  if (names.length === 0) return places;
  const there = new Set(places.map(({ tierName }) => tierName));
  const missing = names.filter((name) => !there.has(name));
  if (missing.length > 0)
    throw new WrongUse(`There is no tier ${missing.join(", ")}. There are: ${[...there].join(", ")}.`);
  return places.filter(({ tierName }) => names.includes(tierName));
}

interface Asking {
  readonly timeoutMs: number;
  readonly isQuick: boolean;
  readonly output: Output;
}

/** Targets of one key one after the other: together they would limit each other. */
async function askAll(
  places: readonly Place[],
  { createChain }: ChainFile,
  { timeoutMs, isQuick, output }: Asking,
): Promise<readonly (LiveResult | undefined)[]> {
  const results: (LiveResult | undefined)[] = places.map(() => undefined);
  const byKey = new Map<string, number[]>();
  for (const [index, { target }] of places.entries()) {
    if (target.problems.length > 0) continue;
    byKey.set(target.scopes.key, [...(byKey.get(target.scopes.key) ?? []), index]);
  }
  const queue = [...byKey.values()];
  const all = queue.flat().length;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      for (const index of group) {
        const place = places[index];
        if (place === undefined) continue;
        output.progress(`asking ${place.target.vendor}/${place.target.model} (${done} of ${all} done)`);
        const setup = { createChain, timeoutMs, isQuick, place: `target ${labelOf(place)}` };
        // oxlint-disable-next-line no-await-in-loop -- one request at a time for a key
        results[index] = await checkLive(place.target, setup);
        done++;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  output.progress(undefined);
  return results;
}
