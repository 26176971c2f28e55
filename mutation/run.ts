/** `pnpm mutation`: changes core in one small place after the other, and sees whether a test, or else the simulation, notices. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { choose } from "./choose.ts";
import { makeCopy, type Copy } from "./copy.ts";
import { explain } from "./explained.ts";
import { instrument, type Mutant } from "./instrument.ts";
import type { Kill } from "./job.ts";
import { cover, tryAlone, tryMutants, type Coverage, type Tried } from "./play.ts";
import { ROOT } from "./scope.ts";
import { simulate, simulateAlone } from "./simulate.ts";
import { print, show, tableOf, type Verdict } from "./table.ts";

const USAGE = `pnpm mutation [--sample N | --all | --again] [--seed S] [--files GLOB] [--schedules N] [--workers W]

--sample N     so many mutants at random (200)
--all          every mutant, which takes hours
--again        those that survived the last run
--seed S       of the sample (1)
--files GLOB   only of these files, such as '**/health/*.ts'
--schedules N  of each of six profiles, for what no test notices (10); 0 for none
--workers W    processes (2)`;

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "200" },
    all: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    files: { type: "string" },
    schedules: { type: "string", default: "10" },
    workers: { type: "string", default: "2" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

function count(name: "sample" | "seed" | "schedules" | "workers"): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 0) return number;
  console.error(`--${name} must be a whole number.\n\n${USAGE}`);
  return process.exit(2);
}

const SURVIVORS = join(ROOT, "node_modules/.cache/mutation/survivors.json");
const started = performance.now();
const seconds = (): string => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
const workers = Math.max(1, count("workers"));
const schedules = count("schedules");

const instrumented = await instrument();
const chosen = values.again ? survivorsOf(instrumented.mutants) : choose(instrumented.mutants, choice());
console.log(`${chosen.length} of ${instrumented.mutants.length} mutants`);
const copy = makeCopy(instrumented);
try {
  const coverage = await cover(copy, instrumented.groups);
  for (const { name } of coverage.unfit) console.log(`left out, as it fails in a copy: ${name}`);
  console.log(`every test ran without a mutant: ${seconds()}`);
  const kills = await judge(copy, coverage);
  const verdicts = chosen.map((mutant): Verdict => {
    const kill = kills.get(mutant.id);
    return { mutant, kill, why: kill === undefined ? explain(mutant) : undefined };
  });
  tell(verdicts);
} finally {
  copy.remove();
}

function choice(): Parameters<typeof choose>[1] {
  return { sample: values.all ? Infinity : count("sample"), seed: count("seed"), files: values.files };
}

function survivorsOf(mutants: readonly Mutant[]): readonly Mutant[] {
  const survivors = new Set<string>(JSON.parse(readFileSync(SURVIVORS, "utf8")));
  const keys = keysOf(mutants);
  return mutants.filter((mutant) => survivors.has(keys.get(mutant) ?? ""));
}

/** What names a mutant also when lines above it have come or gone: the how manieth of its kind it is in its file. */
function keysOf(mutants: readonly Mutant[]): ReadonlyMap<Mutant, string> {
  const counts = new Map<string, number>();
  const keys = new Map<Mutant, string>();
  for (const mutant of mutants) {
    const name = JSON.stringify([mutant.file, mutant.kind, mutant.from, mutant.to]);
    const place = (counts.get(name) ?? 0) + 1;
    counts.set(name, place);
    keys.set(mutant, `${place} ${name}`);
  }
  return keys;
}

async function judge(in_: Copy, coverage: Coverage): Promise<ReadonlyMap<number, Kill>> {
  const kills = new Map<number, Kill>();
  const add = (found: readonly (Kill | undefined)[]): void => {
    for (const kill of found) if (kill !== undefined) kills.set(kill.mutant, kill);
  };
  const open = (): readonly number[] => chosen.map(({ id }) => id).filter((id) => !kills.has(id));

  const tainted = new Set<number>();
  for (const isSlow of [false, true]) {
    const tests = coverage.tests.filter((test) => test.isSlow === isSlow);
    const name = isSlow ? "slow" : "quick";
    const play = (ids: readonly number[], turn: string): Promise<readonly Tried[]> =>
      shared(ids, (share, slot) => tryMutants(in_, tests, share, `${name}-${turn}-${slot}`));
    // oxlint-disable-next-line no-await-in-loop -- slow tests only see what the others let live
    const tried = await play(open(), "first");
    for (const id of tried.flatMap((one) => one.tainted)) tainted.add(id);
    const found = tried.flatMap((one) => one.kills);
    // Slow tests may fail on a busy machine: what they kill has to be killed twice.
    // oxlint-disable-next-line no-await-in-loop
    add(isSlow ? (await play(idsOf(found), "second")).flatMap((one) => one.kills) : found);
    console.log(`${open().length} are left by ${tests.length} ${name} tests: ${seconds()}`);
  }

  const outside = new Set([...coverage.outside.values()].flat());
  const alone = open().filter((id) => outside.has(id) || tainted.has(id));
  await shared(alone, async (ids) => {
    // oxlint-disable-next-line no-await-in-loop -- a process for each
    for (const id of ids) add([await tryAlone(in_, coverage, id, siblingsOf(id))]);
  });
  console.log(`${open().length} by ${alone.length} in processes of their own: ${seconds()}`);

  if (schedules === 0) return kills;
  const atLoading = new Set(alone);
  await shared(open(), async (ids) => {
    add(
      await simulate(
        in_,
        ids.filter((id) => !atLoading.has(id)),
        schedules,
      ),
    );
    // oxlint-disable-next-line no-await-in-loop -- a process for each
    for (const id of ids) if (atLoading.has(id)) add([await simulateAlone(in_, id, schedules)]);
  });
  console.log(`${open().length} by the simulation: ${seconds()}`);
  return kills;
}

function idsOf(kills: readonly Kill[]): readonly number[] {
  return kills.map(({ mutant }) => mutant);
}

function siblingsOf(id: number): ReadonlySet<number> {
  const own = instrumented.mutants.find((mutant) => mutant.id === id);
  return new Set(instrumented.mutants.flatMap((one) => (one.file === own?.file ? one.id : [])));
}

/** Deals them out to the workers. */
function shared<Result>(
  ids: readonly number[],
  work: (ids: readonly number[], slot: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const shares = Array.from({ length: workers }, (_, slot) => ids.filter((_id, index) => index % workers === slot));
  return Promise.all(shares.filter((share) => share.length > 0).map(work));
}

function tell(verdicts: readonly Verdict[]): void {
  const survivors = verdicts.filter(({ kill }) => kill === undefined);
  mkdirSync(join(SURVIVORS, ".."), { recursive: true });
  const keys = keysOf(instrumented.mutants);
  writeFileSync(SURVIVORS, JSON.stringify(survivors.map(({ mutant }) => keys.get(mutant))));
  for (const { mutant, why } of survivors) console.log(`\n${show(mutant)}\n    ${why ?? "SURVIVES"}`);
  console.log(`\n${print(tableOf(verdicts))}\n\n${seconds()}`);
  process.exitCode = survivors.some(({ why }) => why === undefined) ? 1 : 0;
}
