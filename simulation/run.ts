/** `pnpm simulate --schedules N --seed S --profile narrow|storm|steered|continued|hedge|ahead|shared|ordered|mixed --workers W`: plays schedules and prints what broke. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { noFigures, type Batch, type Figures } from "./batch.ts";
import { readArguments } from "./read-arguments.ts";

const USAGE = `pnpm simulate [--schedules N] [--seed S] [--profile narrow|storm|steered|continued|hedge|ahead|shared|ordered|mixed] [--workers W]

Plays N schedules (20,000), from seed S (1) on, in W processes (2), and prints every seed that breaks a rule.`;

const { values } = readArguments(USAGE, {
  schedules: { type: "string", default: "20000" },
  seed: { type: "string", default: "1" },
  profile: { type: "string", default: "mixed" },
  workers: { type: "string", default: String(Math.min(2, availableParallelism())) },
});

function readProfile(name: string): Batch["profile"] {
  const known = (
    ["narrow", "storm", "steered", "continued", "hedge", "ahead", "shared", "ordered", "mixed"] as const
  ).find((one) => one === name);
  if (known !== undefined) return known;
  throw new Error(
    `The profile is narrow, storm, steered, continued, hedge, ahead, shared, ordered or mixed, not ${name}.`,
  );
}

function readCount(name: "schedules" | "seed" | "workers"): number {
  const count = Number(values[name]);
  if (!Number.isInteger(count) || count < 0) throw new Error(`--${name} must be a whole number.`);
  return count;
}

const schedules = readCount("schedules");
const seed = readCount("seed");
const profile = readProfile(values.profile);
const workers = Math.min(readCount("workers"), schedules);
const started = performance.now();
const total = noFigures();

function add(figures: Figures): void {
  const before = Math.floor((total.schedules / schedules) * 10);
  total.schedules += figures.schedules;
  total.calls += figures.calls;
  total.attempts += figures.attempts;
  total.failing.push(...figures.failing);
  for (const failing of figures.failing) {
    console.log(
      `seed ${failing.seed} fails: pnpm simulate --schedules 1 --profile ${failing.profile} --seed ${failing.seed}`,
    );
    for (const { rule, text } of failing.violations) console.log(`  ${rule}: ${text}`);
  }
  const after = Math.floor((total.schedules / schedules) * 10);
  if (after > before && after < 10) console.log(`${total.schedules} schedules in ${seconds()} s`);
}

const seconds = (): string => ((performance.now() - started) / 1_000).toFixed(1);

async function runWorker(index: number): Promise<void> {
  const share = Math.floor(schedules / workers) + (index < schedules % workers ? 1 : 0);
  // Much is made and thrown away: a larger nursery halves the time of the collector.
  const execArgv = [...process.execArgv, "--max-semi-space-size=64"];
  const child = fork(new URL("worker.ts", import.meta.url), { execArgv });
  child.on("message", (figures: Figures) => add(figures));
  child.send({ seed: seed + index, schedules: share, step: workers, profile } satisfies Batch);
  await new Promise<void>((resolve, reject) => {
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with ${code}.`))));
  });
}

await Promise.all(Array.from({ length: workers }, (_, index) => runWorker(index)));
const { calls, attempts, failing } = total;
console.log(
  `${total.schedules} schedules, ${calls} calls, ${attempts} attempts, ${failing.length} failing seeds, ${seconds()} s`,
);
process.exitCode = failing.length > 0 || total.schedules < schedules ? 1 : 0;
