import { appendFileSync, openSync, writeSync } from "node:fs";
import { relative } from "node:path";
import {
  TestRunner,
  type RunnerTaskResult,
  type RunnerTestCase,
  type RunnerTestFile,
  type RunnerTestSuite,
} from "vitest";
import { readJob, type Kill, type Line } from "./job.ts";
import { ROOT } from "./scope.ts";
import { activate, isEndless, observe } from "./switch.ts";

const NONE = -1;

const job = readJob();
const wanted = new Set(job.mutants);
const untried = new Set(job.untried);
const killed = new Set<number>();
const current = openSync(job.current, "w");
/** By the id of a test, what it reaches; under `""`, what nobody tests. */
let reached = new Map<string, Set<number>>();
let unfit: { readonly id: string; readonly name: string }[] = [];
let isUnhandled = false;
let isTainted = false;
let attempts = 0;
let begun = 0;
let took: Record<string, number> = {};

/** In the coverage run: whatever is reached from now on belongs to this test. */
function watch(test: string): void {
  if (job.mode !== "coverage") return;
  const seen = reached.get(test) ?? new Set();
  reached.set(test, seen);
  observe(seen);
}
watch("");

for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, () => {
    isUnhandled = true;
  });
}

function report(line: Line): void {
  appendFileSync(job.report, `${JSON.stringify(line)}\n`);
}

/**
 * Repeats each test with one mutant after the other that it reaches and nothing has killed so far, in one process that has
 * loaded everything once, and at last without any: a test that fails then was spoilt by one of them.
 */
export default class MutantRunner extends TestRunner {
  #plan: readonly number[] = [];
  #kills: Kill[] = [];

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (isTainted) suite.mode = "skip";
    await super.onBeforeRunSuite(suite);
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    if (untried.has(test.id)) test.mode = "skip";
    if (job.mode === "mutants" && test.mode !== "skip") {
      this.#plan = (job.reached[test.id] ?? []).filter((mutant) => wanted.has(mutant) && !killed.has(mutant));
      this.#kills = [];
      if (isTainted || this.#plan.length === 0) test.mode = "skip";
      else Object.assign(test, { repeats: this.#plan.length });
    }
    await super.onBeforeRunTask(test);
  }

  override onBeforeTryTask(test: RunnerTestCase, options: { retry: number; repeats: number }): void {
    super.onBeforeTryTask(test, options);
    isUnhandled = false;
    begun = performance.now();
    watch(test.id);
    const mutant = this.#plan[options.repeats] ?? NONE;
    if (job.mode === "mutants") activate(mutant);
    writeSync(current, `${++attempts} ${mutant} ${nameOf(test)}`.slice(0, 200).padEnd(200), 0);
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: { retry: number; repeats: number }): Promise<void> {
    await super.onAfterRetryTask(test, options);
    // Rejections that nobody handles are told between two turns.
    await new Promise((resolve) => setImmediate(resolve));
    watch("");
    took[test.id] = Math.round(performance.now() - begun);
    if (test.result === undefined) return;
    const isFailed = test.result.state === "fail";
    if (job.mode === "coverage" && isFailed) unfit.push({ id: test.id, name: nameOf(test) });
    if (job.mode === "mutants") {
      const isOver = isEndless();
      activate(NONE);
      await this.#judge(test.result, this.#plan[options.repeats], isFailed, isOver, nameOf(test));
    }
  }

  async #judge(
    result: RunnerTaskResult,
    mutant: number | undefined,
    isFailed: boolean,
    isOver: boolean,
    by: string,
  ): Promise<void> {
    if (mutant === undefined) return this.#close(isFailed);
    result.state = "pass";
    delete result.errors;
    if (!isFailed && !isUnhandled && !isOver) return;
    this.#kills.push({ mutant, how: isOver ? "time" : isFailed ? "fails" : "unhandled", by });
    await new Promise((resolve) => setImmediate(resolve));
  }

  #close(isFailed: boolean): void {
    const mutants = this.#kills.map(({ mutant }) => mutant);
    // Where none was killed here, it may only have had too little time: whoever is killed behind it is not believed then.
    if (isFailed && mutants.length === 0) return;
    if (isFailed) {
      isTainted = true;
      report({ type: "tainted", mutants });
      return;
    }
    for (const mutant of mutants) killed.add(mutant);
    if (mutants.length > 0) report({ type: "kills", kills: this.#kills });
  }

  override onAfterRunFiles(files: RunnerTestFile[]): void {
    super.onAfterRunFiles(files);
    if (isTainted) return;
    for (const file of files) {
      const path = relative(ROOT, file.filepath);
      if (job.mode === "coverage") report({ type: "reached", file: path, ...takeCoverage() });
      report({ type: "done", file: path });
    }
  }
}

function takeCoverage(): Omit<Extract<Line, { type: "reached" }>, "type" | "file"> {
  const outside = [...(reached.get("") ?? [])];
  reached.delete("");
  const tests = Object.fromEntries([...reached].map(([test, groups]) => [test, [...groups]]));
  const taken = { tests, took, outside, unfit };
  took = {};
  reached = new Map();
  unfit = [];
  watch("");
  return taken;
}

function nameOf(test: RunnerTestCase): string {
  return `${relative(ROOT, test.file.filepath)} > ${test.fullTestName ?? test.name}`;
}
