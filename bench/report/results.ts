import { existsSync, readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import type { Section } from "./section.ts";

export interface Results {
  readonly machine: Machine;
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
export function mergeResults(old: Results | undefined, { machine, sections }: Results): Results {
  const kept = (old?.sections ?? []).filter((section) => !sections.some(({ name }) => name === section.name));
  return { machine, sections: [...kept, ...sections] };
}
