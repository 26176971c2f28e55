import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Copy } from "./copy.ts";
import type { Kill } from "./job.ts";
import type { Answer, Order } from "./simulation-worker.ts";
import { MUTANT } from "./switch.ts";

/** With a mutant a schedule may hang. */
const STUCK_MS = 90_000;

/** Plays schedules with each mutant, and says which of them break a rule of the simulation's oracle. */
export async function simulate(copy: Copy, mutants: readonly number[], schedules: number): Promise<readonly Kill[]> {
  const kills: Kill[] = [];
  let left = mutants;
  while (left.length > 0) {
    // oxlint-disable-next-line no-await-in-loop -- a next process where a mutant has stopped one
    const answers = await playUntilStopped(copy, { mutants: left, schedules });
    const ended = new Set(answers.flatMap((answer) => (answer.type === "ends" ? answer.mutant : [])));
    for (const answer of answers) {
      if (answer.type === "ends" && answer.broken !== undefined) {
        kills.push({ mutant: answer.mutant, how: "simulation", by: answer.broken });
      } else if (answer.type === "begins" && !ended.has(answer.mutant)) {
        kills.push({ mutant: answer.mutant, how: "simulation", by: "a schedule does not end" });
        ended.add(answer.mutant);
      }
    }
    if (ended.size === 0) throw new Error("The simulation ended without a word.");
    left = left.filter((mutant) => !ended.has(mutant));
  }
  return kills;
}

/** The same with a mutant that a process has from its beginning. */
export async function simulateAlone(copy: Copy, mutant: number, schedules: number): Promise<Kill | undefined> {
  const answers = await playUntilStopped(copy, { mutants: [mutant], schedules }, { [MUTANT]: String(mutant) });
  const end = answers.find((answer) => answer.type === "ends");
  if (end?.broken === undefined && end !== undefined) return undefined;
  return { mutant, how: "simulation", by: end?.broken ?? "a schedule does not end" };
}

async function playUntilStopped(copy: Copy, order: Order, environment: NodeJS.ProcessEnv = {}): Promise<Answer[]> {
  const answers: Answer[] = [];
  const child = fork(join(copy.path, "mutation/simulation-worker.ts"), {
    execArgv: ["-C", "@understudy/source", "--max-semi-space-size=64"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: { ...process.env, ...environment },
  });
  let since = performance.now();
  child.on("message", (answer: Answer) => {
    since = performance.now();
    answers.push(answer);
  });
  child.send(order);
  const watch = setInterval(() => {
    if (performance.now() - since > STUCK_MS) child.kill("SIGKILL");
  }, 1_000);
  await once(child, "exit");
  clearInterval(watch);
  return answers;
}
