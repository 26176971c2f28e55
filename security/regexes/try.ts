import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { MOST_MS, type Form } from "./bounds.ts";
import type { Found } from "./find.ts";

/** When an expression is given up that has said nothing for ten inputs, in milliseconds. */
const HANGS_MS = 10_000;

export interface Tried {
  readonly expressions: number;
  readonly slowest: { readonly ms: number; readonly place: string };
  /** A sentence for each expression that takes too long. */
  readonly faults: readonly string[];
}

interface Begun extends Found {
  readonly index: number;
  /** Of all expressions. */
  readonly count: number;
}

interface Result {
  readonly ms: number;
  readonly input: string;
}

/** Gives every expression of the packages what it is slowest at, in a process that can be ended. */
export async function tryExpressions(form: Form): Promise<Tried> {
  const faults: string[] = [];
  let slowest = { ms: 0, place: "" };
  let expressions = 0;
  for (let next = 0; next === 0 || next < expressions;) {
    // oxlint-disable-next-line no-await-in-loop -- the next process begins behind the expression in which this one hung
    const hung = await runFrom(next, form, ({ place, pattern, flags, count }, result) => {
      expressions = count;
      const told = `${place} /${pattern}/${flags}`;
      if (result === undefined) faults.push(`${told} takes more than ${HANGS_MS / 1_000} s`);
      else if (result.ms > MOST_MS[form])
        faults.push(`${told} takes ${result.ms} ms for ${JSON.stringify(result.input)}`);
      if (result !== undefined && result.ms > slowest.ms) slowest = { ms: result.ms, place };
    });
    if (hung === undefined) break;
    next = hung + 1;
  }
  return { expressions, slowest, faults };
}

/** Tells what became of each expression; undefined: the process hung in it. Resolves with the number of that one. */
async function runFrom(
  first: number,
  form: Form,
  tell: (begun: Begun, result: Result | undefined) => void,
): Promise<number | undefined> {
  // Compiled at once: how fast the interpreter of expressions is that comes before does not matter here.
  const flags = ["-C", "@understudy/source", "--disable-warning=ExperimentalWarning", "--no-regexp-tier-up"];
  const program = [join(import.meta.dirname, "child.ts"), String(first), form];
  const child = spawn(process.execPath, [...flags, ...program], { stdio: ["ignore", "pipe", "inherit"] });
  let begun: Begun | undefined;
  let timer = setTimeout(() => undefined, 0);
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), HANGS_MS);
  };
  for await (const line of createInterface({ input: child.stdout })) {
    watch();
    if (line === "") continue;
    const value: Begun | Result = JSON.parse(line);
    if ("place" in value) begun = value;
    else if (begun !== undefined) {
      tell(begun, value);
      begun = undefined;
    }
  }
  clearTimeout(timer);
  if (begun !== undefined) tell(begun, undefined);
  return begun?.index;
}
