import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { MOST_MS, type Form } from "./bounds.ts";
import { findExpressions, type Found } from "./find.ts";

/** When an expression that says nothing is given up, in milliseconds. */
const HANGS_MS = 4_000;

export interface Tried {
  readonly expressions: number;
  readonly slowest: { readonly ms: number; readonly place: string };
  /** A sentence for each expression that takes too long. */
  readonly faults: readonly string[];
}

/** Gives every expression of the packages what it is slowest at, in a process that can be ended. */
export async function tryExpressions(form: Form): Promise<Tried> {
  const all = await findExpressions();
  const faults: string[] = [];
  let slowest = { ms: 0, place: "" };
  for (let next = 0; next < all.length;) {
    // oxlint-disable-next-line no-await-in-loop -- the next process begins behind the expression in which this one hung
    const { results, hungIn } = await runFrom(next, form);
    for (const { index, ms, input } of results) {
      const found = all[index];
      if (found === undefined) continue;
      if (ms > slowest.ms) slowest = { ms, place: found.place };
      if (ms > MOST_MS[form]) faults.push(`${told(found)} takes ${ms} ms for ${JSON.stringify(input)}`);
    }
    if (hungIn === undefined) break;
    const found = all[hungIn];
    if (found !== undefined) faults.push(`${told(found)} takes more than ${HANGS_MS / 1_000} s`);
    next = hungIn + 1;
  }
  return { expressions: all.length, slowest, faults };
}

function told({ place, pattern, flags }: Found): string {
  return `${place} /${pattern}/${flags}`;
}

interface Result {
  readonly index: number;
  readonly ms: number;
  readonly input: string;
}

async function runFrom(
  first: number,
  form: Form,
): Promise<{ readonly results: readonly Result[]; readonly hungIn: number | undefined }> {
  // Compiled at once: how fast the interpreter of expressions is that comes before does not matter here.
  const flags = ["-C", "@understudy/source", "--disable-warning=ExperimentalWarning", "--no-regexp-tier-up"];
  const program = [join(import.meta.dirname, "child.ts"), String(first), form];
  const child = spawn(process.execPath, [...flags, ...program], { stdio: ["ignore", "pipe", "inherit"] });
  const results: Result[] = [];
  let begun: number | undefined;
  let timer = setTimeout(() => undefined, 0);
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), HANGS_MS);
  };
  watch();
  for await (const line of createInterface({ input: child.stdout })) {
    watch();
    const value: unknown = JSON.parse(line);
    if (typeof value === "number") begun = value;
    else if (isResult(value)) {
      results.push(value);
      begun = undefined;
    }
  }
  clearTimeout(timer);
  return { results, hungIn: begun };
}

function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null && "ms" in value;
}
