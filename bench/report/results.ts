import { existsSync, readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import type { Section } from "./section.ts";

export interface Results {
  readonly machine: Machine;
  /** How long the run took; `undefined`: the sections are of several runs. */
  readonly minutes: number | undefined;
  readonly sections: readonly Section[];
}

export const resultsFile: URL = new URL("../results.json", import.meta.url);

/** What the last `--write` left; `undefined` before the first. */
export function readResults(): Results | undefined {
  if (!existsSync(resultsFile)) return undefined;
  const results: Results = JSON.parse(readFileSync(resultsFile, "utf8"));
  return results;
}

/** New sections take the place of old ones with their name; the others stay. */
export function mergeResults(old: Results | undefined, run: Results): Results {
  const kept = (old?.sections ?? []).filter((section) => !run.sections.some(({ name }) => name === section.name));
  return kept.length === 0 ? run : { ...run, minutes: undefined, sections: [...kept, ...run.sections] };
}
