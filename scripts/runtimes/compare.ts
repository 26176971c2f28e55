import { isDeepStrictEqual } from "node:util";
import type { Report } from "./program.ts";

export interface Comparison {
  readonly same: number;
  /** Scenes that differ as they are known to. */
  readonly known: readonly string[];
  /** Everything else, each with both results. */
  readonly failing: readonly string[];
}

/** Compares the scenes of a report with those of the reference; `known` has the fields that differ, by scene. */
export function compare(report: Report, reference: Report, known: Report): Comparison {
  let same = 0;
  const [differing, failing]: [string[], string[]] = [[], []];
  for (const [scene, result] of Object.entries(report)) {
    const wanted = scene in reference ? reference[scene] : "clean";
    if (isDeepStrictEqual(result, wanted)) same++;
    else if (scene in known && isDeepStrictEqual(result, merged(wanted, known[scene]))) differing.push(scene);
    else failing.push(`${scene}\n  here      ${JSON.stringify(result)}\n  reference ${JSON.stringify(wanted)}`);
  }
  return { same, known: differing, failing };
}

function merged(wanted: unknown, fields: unknown): unknown {
  return isObject(wanted) && isObject(fields) ? { ...wanted, ...fields } : fields;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
