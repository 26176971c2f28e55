/** `pnpm mutants [--schedules N] [names…]`: builds each bug of the catalogue into a copy of the engine and looks for it. */
import { fork } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Batch, Figures } from "./batch.ts";
import { CATALOGUE, countMatches } from "./mutants/catalogue.ts";
import type { Mutant } from "./mutants/mutant.ts";
import { readArguments } from "./read-arguments.ts";

const USAGE = `pnpm mutants [--schedules N] [--workers W] [names…]

Builds each bug of the catalogue, or those that are named, into a copy of the engine, and plays up to N schedules (2,000) in
W processes (2) until one breaks a rule.`;

const { values, positionals } = readArguments(USAGE, {
  schedules: { type: "string", default: "2000" },
  workers: { type: "string", default: "2" },
});
const schedules = Number(values.schedules);
const root = fileURLToPath(new URL("..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "understudy-mutants-"));

/** A copy of engine and simulation in which the simulation finds that engine. */
function makeCopy(slot: number): string {
  const copy = join(home, `copy-${slot}`);
  const core = join(copy, "packages/core");
  cpSync(join(root, "packages/core/src"), join(core, "src"), { recursive: true });
  cpSync(join(root, "packages/core/package.json"), join(core, "package.json"));
  symlinkSync(join(root, "packages/core/node_modules"), join(core, "node_modules"));
  cpSync(join(root, "simulation"), join(copy, "simulation"), {
    recursive: true,
    filter: (path) => !path.endsWith("node_modules"),
  });
  mkdirSync(join(copy, "simulation/node_modules/@understudy"), { recursive: true });
  symlinkSync(core, join(copy, "simulation/node_modules/@understudy/core"));
  // Of it only numbers are used: it may know the engine as it is.
  symlinkSync(join(root, "packages/testing"), join(copy, "simulation/node_modules/@understudy/testing"));
  return copy;
}

interface Verdict {
  readonly mutant: Mutant;
  readonly isFound: boolean;
  readonly text: string;
}

async function judge(mutant: Mutant, copy: string): Promise<Verdict> {
  const file = join(copy, "packages/core/src", mutant.file);
  const source = readFileSync(file, "utf8");
  const matches = countMatches(source, mutant);
  if (matches !== 1) return { mutant, isFound: false, text: `applies ${matches} times` };
  writeFileSync(
    file,
    source.replace(mutant.search, () => mutant.replace),
  );
  try {
    return await play(mutant, copy);
  } finally {
    writeFileSync(file, source);
  }
}

async function play(mutant: Mutant, copy: string): Promise<Verdict> {
  const child = fork(join(copy, "simulation/worker.ts"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let played = 0;
  let text = "";
  child.on("message", (figures: Figures) => {
    played += figures.schedules;
    const [failing] = figures.failing;
    const [violation] = failing?.violations ?? [];
    if (failing !== undefined)
      text = `schedule ${played} (seed ${failing.seed}), ${violation?.rule}: ${violation?.text}`;
  });
  child.send({ seed: 1, schedules, step: 1, profile: mutant.profile ?? "mixed", stopsAtFirst: true } satisfies Batch);
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  if (text !== "") return { mutant, isFound: true, text };
  return { mutant, isFound: false, text: code === 0 ? `survived ${played} schedules` : `ended with ${code}` };
}

const wanted = CATALOGUE.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const queue = [...wanted];
const verdicts: Verdict[] = [];

async function work(slot: number): Promise<void> {
  const copy = makeCopy(slot);
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    // oxlint-disable-next-line no-await-in-loop -- one bug at a time per copy
    const verdict = await judge(mutant, copy);
    verdicts.push(verdict);
    console.log(`${verdict.isFound ? "found    " : "NOT FOUND"} ${mutant.name}: ${verdict.text}`);
  }
}

const started = performance.now();
try {
  const workers = Math.min(Number(values.workers), availableParallelism());
  await Promise.all(Array.from({ length: workers }, (_, slot) => work(slot)));
} finally {
  rmSync(home, { recursive: true, force: true });
}
const found = verdicts.filter(({ isFound }) => isFound).length;
const seconds = ((performance.now() - started) / 1_000).toFixed(0);
console.log(`${found} of ${wanted.length} bugs found within ${schedules} schedules, ${seconds} s`);
process.exitCode = found === wanted.length ? 0 : 1;
