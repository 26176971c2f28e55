/** What the packages around a chain cost a call: telemetry, a store, the live page. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { livePage } from "@understudy/live";
import type { Section } from "../report/section.ts";
import { difference, quartiles, rounded, spread } from "../report/statistics.ts";
import { inTurns, type VariantCosts } from "./ahead.ts";

const run = promisify(execFile);

/** Microseconds of each call, or of a call in each round. */
interface Side {
  readonly name: string;
  readonly spent: readonly number[];
}

/** One of the packages' own checks. Empty where it cannot run. */
async function sidesOf(check: string, ...options: readonly string[]): Promise<readonly Side[]> {
  const program = fileURLToPath(new URL(`../../packages/${check}/check/cost.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, ["-C", "@understudy/source", program, ...options]);
  if (stdout.startsWith("SKIPPED")) return [];
  const sides: readonly Side[] = JSON.parse(stdout);
  return sides;
}

function rowsOf(what: string, measured: string, sides: readonly Side[]): Section["rows"] {
  const [without] = sides;
  return sides.map(({ name, spent }) => {
    const more = difference(spent, without?.spent ?? []);
    return {
      package: what,
      with: name,
      measured,
      "µs per call": rounded(spread(spent).median),
      "µs more": rounded(more.median),
      quartiles: quartiles(more),
    };
  });
}

function sideOf(name: string, costs: VariantCosts | undefined): Side {
  return { name, spent: (costs ?? []).map(({ cpu }) => cpu) };
}

async function livePageSides(rounds: number): Promise<readonly Side[]> {
  const page = livePage({ enabled: true });
  const costs = await inTurns({ without: {}, with: { chain: { observers: [page.observe("chat")] } } }, rounds);
  return [sideOf("no page", costs.get("without")), sideOf("a page that nobody looks at", costs.get("with"))];
}

export async function measurePackages({ rounds }: { readonly rounds: number }): Promise<Section> {
  const otel = await sidesOf("otel", "--calls", "3000", "--rounds", String(rounds), "--json");
  const redis = await sidesOf("redis", "--seconds", String(2 * rounds), "--json", "1");
  const live = await livePageSides(rounds);
  return {
    name: "packages",
    title: "Telemetry, a store, the live page",
    rows: [
      ...rowsOf("otel", "CPU, from memory", otel),
      ...rowsOf("redis", "time, over sockets", redis.map(inRounds(rounds))),
      ...rowsOf("live", "CPU, from memory", live),
    ],
    notes: [
      "From memory: of calls in turns. Over sockets: of two calls after one another, 50 calls a second, in as many parts as there are rounds.",
      ...(redis.length === 0 ? ["No store: neither redis-server nor valkey-server is here."] : []),
      "What the AI SDK costs with a chain as its model is in the first table: `ai-sdk-chain` beside `ai-sdk`.",
    ],
  };
}

/** Calls that were made one by one, as the median of each part of them. */
function inRounds(rounds: number) {
  return ({ name, spent }: Side): Side => {
    const size = Math.ceil(spent.length / rounds);
    const parts = Array.from({ length: rounds }, (_, part) => spent.slice(part * size, (part + 1) * size));
    return { name, spent: parts.filter((part) => part.length > 0).map((part) => spread(part).median) };
  };
}
