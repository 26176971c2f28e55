import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Copy } from "./copy.ts";
import type { Instrumented } from "./instrument.ts";
import { JOB, readLines, type Job, type Kill, type Line } from "./job.ts";
import { MUTANT } from "./switch.ts";

/** Nothing that a test does once takes so long. */
const STUCK_MS = 60_000;
/** Some look at their own stack, or at modules in a way that the copy does not have. */
const MOST_UNFIT = 6;

/** Of all tests, those that take longest: together they take more than half of the time. */
const SLOW_SHARE = 0.02;
/** Twenty times as long as what is not slow takes on a machine that is busy with other things. */
const QUICK_MS = 6_000;
const SLOW_MS = 20_000;

export interface Test {
  readonly id: string;
  readonly file: string;
  /** The mutants that it reaches. */
  readonly reaches: readonly number[];
  readonly isSlow: boolean;
}

export interface Coverage {
  readonly tests: readonly Test[];
  /** By file, what ran while modules were loaded or tests collected. */
  readonly outside: ReadonlyMap<string, readonly number[]>;
  /** Tests that fail in the copy without any mutant. */
  readonly unfit: readonly { readonly id: string; readonly name: string }[];
}

/** Runs every test once, without any mutant. Throws where many fail. */
export async function cover(copy: Copy, groups: Instrumented["groups"]): Promise<Coverage> {
  const files = globSync("packages/core/{src,test}/**/*.test.ts", { cwd: copy.path }).toSorted();
  const job = { mode: "coverage" as const, files, mutants: [], reached: {}, untried: [], timeoutMs: SLOW_MS };
  const { output, lines } = await run(copy, job, "coverage");
  const reports = lines.filter((line) => line.type === "reached");
  const unfit = reports.flatMap((line) => line.unfit);
  if (reports.length < files.length || unfit.length > MOST_UNFIT) {
    throw new Error(`Tests fail without any mutant:\n${output}`);
  }
  const mutantsOf = (firsts: readonly number[]): readonly number[] =>
    firsts.flatMap((first) => groups.get(first) ?? []);
  const took = reports.flatMap((line) => Object.entries(line.took)).toSorted(([, one], [, other]) => other - one);
  const slow = new Set(took.slice(0, Math.ceil(took.length * SLOW_SHARE)).map(([id]) => id));
  const left = new Set(unfit.map(({ id }) => id));
  const tests = reports.flatMap((line) =>
    Object.entries(line.tests).map(([id, firsts]) => ({
      id,
      file: line.file,
      reaches: mutantsOf(firsts),
      isSlow: slow.has(id),
    })),
  );
  return {
    tests: tests.filter(({ id }) => !left.has(id)),
    outside: new Map(reports.map(({ file, outside }) => [file, mutantsOf(outside)])),
    unfit,
  };
}

export interface Tried {
  readonly kills: readonly Kill[];
  /** Whoever spoilt the process for tests behind it: each has to be tried in a process of its own. */
  readonly tainted: readonly number[];
}

/** Tries mutants in one process, and in a next one where one of them stops it. */
export async function tryMutants(
  copy: Copy,
  tests: readonly Test[],
  ids: readonly number[],
  name: string,
): Promise<Tried> {
  const timeoutMs = tests.some(({ isSlow }) => isSlow) ? SLOW_MS : QUICK_MS;
  const kills: Kill[] = [];
  const tainted = new Set<number>();
  const done = new Set<string>();
  const judged = new Set<number>();
  for (let round = 0; ; round++) {
    const mutants = ids.filter((id) => !judged.has(id));
    const wanted = new Set(mutants);
    const useful = tests.filter(({ file, reaches }) => !done.has(file) && reaches.some((id) => wanted.has(id)));
    if (useful.length === 0) break;
    const reached = Object.fromEntries(useful.map(({ id, reaches }) => [id, reaches.filter((one) => wanted.has(one))]));
    const job = { mode: "mutants" as const, files: inOrder(useful), mutants, reached, untried: [], timeoutMs };
    // oxlint-disable-next-line no-await-in-loop -- one process after the other
    const { lines, stoppedBy } = await run(copy, job, `${name}-${round}`);
    for (const line of lines) {
      if (line.type === "done") done.add(line.file);
      else if (line.type === "kills") kills.push(...line.kills);
      else if (line.type === "tainted") for (const mutant of line.mutants) tainted.add(mutant);
    }
    if (stoppedBy !== undefined) kills.push(stoppedBy);
    else if (lines.length === 0) throw new Error("A process ended without a word.");
    for (const mutant of [...tainted, ...kills.map((kill) => kill.mutant)]) judged.add(mutant);
  }
  return { kills, tainted: [...tainted] };
}

/** Tries a mutant in a process that has it from its beginning, in all test files that reach something of its own file. */
export async function tryAlone(
  copy: Copy,
  { tests, outside, unfit }: Coverage,
  mutant: number,
  ofItsFile: ReadonlySet<number>,
): Promise<Kill | undefined> {
  const isNear = (reaches: readonly number[]): boolean => reaches.some((id) => ofItsFile.has(id));
  const near = new Set([
    ...tests.filter(({ reaches }) => isNear(reaches)).map(({ file }) => file),
    ...[...outside].flatMap(([file, reaches]) => (isNear(reaches) ? file : [])),
  ]);
  const files = inOrder(tests.filter(({ file }) => near.has(file)));
  const untried = unfit.map(({ id }) => id);
  const job = { mode: "alone" as const, files, mutants: [mutant], reached: {}, untried, timeoutMs: SLOW_MS };
  const { code, output, stoppedBy } = await run(copy, job, `alone-${mutant}`, { [MUTANT]: String(mutant) });
  if (stoppedBy !== undefined) return { ...stoppedBy, mutant };
  if (code === 0) return undefined;
  const [, by = "a process of its own"] = /FAIL\s+(.*)/.exec(output) ?? [];
  return { mutant, how: "fails", by };
}

/** Files of tests, those first that reach little: they know best what they test, and are done soon. */
function inOrder(tests: readonly Test[]): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { file, reaches } of tests) sizes.set(file, (sizes.get(file) ?? 0) + reaches.length);
  return [...sizes].toSorted(([, one], [, other]) => one - other).map(([file]) => file);
}

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly lines: readonly Line[];
  /** What was tried when the process broke down, or stood still and was killed. */
  readonly stoppedBy: Kill | undefined;
}

async function run(
  copy: Copy,
  job: Omit<Job, "report" | "current">,
  name: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const path = join(copy.path, `${name}.json`);
  const report = join(copy.path, `${name}.report`);
  const current = join(copy.path, `${name}.current`);
  writeFileSync(path, JSON.stringify({ ...job, report, current } satisfies Job));
  writeFileSync(report, "");
  writeFileSync(current, "");
  const args = [
    "-C",
    "@understudy/source",
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "mutation/copy-config.ts",
  ];
  const child = spawn(process.execPath, args, {
    cwd: copy.path,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment, [JOB]: path, NO_COLOR: "1" },
  });
  let isStuck = false;
  let before = "";
  let since = performance.now();
  const watch = setInterval(() => {
    const now = readFileSync(current, "utf8");
    if (now !== before) since = performance.now();
    before = now;
    if (performance.now() - since < STUCK_MS) return;
    isStuck = true;
    child.kill("SIGKILL");
  }, 1_000);
  let output = "";
  const gather = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", gather);
  child.stderr.on("data", gather);
  await once(child, "close");
  clearInterval(watch);
  const lines = readLines(report);
  const isWhole =
    lines.some(({ type }) => type === "tainted") ||
    job.files.every((file) => lines.some((line) => line.type === "done" && line.file === file));
  const [, mutant = ""] = readFileSync(current, "utf8").split(" ");
  const isStopped = isStuck || (job.mode === "mutants" && !isWhole && /^\d+$/.test(mutant));
  if (isStuck && mutant === "-1" && job.mode === "mutants")
    throw new Error(`Without a mutant this stands still: ${before}`);
  const how = isStuck ? "time" : "unhandled";
  return {
    code: child.exitCode,
    output,
    lines,
    stoppedBy: isStopped ? { mutant: Number(mutant), how, by: readFileSync(current, "utf8").trim() } : undefined,
  };
}
