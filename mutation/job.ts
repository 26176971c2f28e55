import { readFileSync } from "node:fs";

/** What one process of Vitest has to do. */
export interface Job {
  /**
   * `coverage`: run every test once and say what it reaches. `mutants`: try each mutant in each test that reaches it.
   * `alone`: run every test until one fails, with the one mutant that the process has from its beginning.
   */
  readonly mode: "coverage" | "mutants" | "alone";
  /** Test files below the copy, in their order. */
  readonly files: readonly string[];
  readonly mutants: readonly number[];
  readonly reached: Reached;
  /** Ids of tests that are not tried. */
  readonly untried: readonly string[];
  /** Of a test, where it gives none itself: for what waits forever. */
  readonly timeoutMs: number;
  /** Gets a line of JSON for each file or test that is done. */
  readonly report: string;
  /** Holds what is tried at the moment. */
  readonly current: string;
}

/** By the id of a test, what it reaches: in a report groups, in a job mutants. */
export type Reached = Readonly<Record<string, readonly number[]>>;

export interface Kill {
  readonly mutant: number;
  /** `fails`: the test. `time`: it did not come to an end. `unhandled`: nobody handled a rejection or an exception. */
  readonly how: "fails" | "time" | "unhandled" | "simulation";
  /** Its file and name. */
  readonly by: string;
}

export type Line =
  | {
      readonly type: "reached";
      readonly file: string;
      readonly tests: Reached;
      /** How long each took, in milliseconds. */
      readonly took: Readonly<Record<string, number>>;
      /** What ran outside of any test: while modules were loaded or tests collected. */
      readonly outside: readonly number[];
      /** Tests that fail here without any mutant. */
      readonly unfit: readonly { readonly id: string; readonly name: string }[];
    }
  | { readonly type: "kills"; readonly kills: readonly Kill[] }
  /** The test fails without any mutant after these: one of them left something behind. */
  | { readonly type: "tainted"; readonly mutants: readonly number[] }
  | { readonly type: "done"; readonly file: string };

export const JOB = "UNDERSTUDY_MUTATION_JOB";

export function readJob(): Job {
  const job: Job = JSON.parse(readFileSync(process.env[JOB] ?? "", "utf8"));
  return job;
}

export function readLines(report: string): readonly Line[] {
  const lines = readFileSync(report, "utf8").split("\n").slice(0, -1);
  return lines.map((line): Line => JSON.parse(line));
}
