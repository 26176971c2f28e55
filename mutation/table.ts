import type { Mutant } from "./instrument.ts";
import type { Kill } from "./job.ts";
import { FOLDERS, folderOf } from "./scope.ts";

export interface Verdict {
  readonly mutant: Mutant;
  /** Absent for a survivor. */
  readonly kill: Kill | undefined;
  /** Why a survivor changes nothing that anybody is promised. */
  readonly why: string | undefined;
}

const percent = (part: number, whole: number): string => (whole === 0 ? "" : `${((part / whole) * 100).toFixed(1)} %`);

/** A line for each folder: mutants, killed by tests, killed by the simulation alone, explained, not explained, score. */
export function tableOf(verdicts: readonly Verdict[]): readonly (readonly string[])[] {
  const rows = FOLDERS.map((folder) =>
    rowOf(
      folder.replace("packages/core/src/", ""),
      verdicts.filter(({ mutant }) => folderOf(mutant.file) === folder),
    ),
  );
  return [
    ["", "mutants", "by tests", "by the simulation", "survive", "of them explained", "score"],
    ...rows,
    rowOf("all", verdicts),
  ];
}

function rowOf(name: string, verdicts: readonly Verdict[]): readonly string[] {
  const killed = verdicts.filter(({ kill }) => kill !== undefined).length;
  const simulated = verdicts.filter(({ kill }) => kill?.how === "simulation").length;
  const explained = verdicts.filter(({ kill, why }) => kill === undefined && why !== undefined).length;
  const counts = [verdicts.length, killed - simulated, simulated, verdicts.length - killed, explained];
  return [name, ...counts.map(String), percent(killed, verdicts.length)];
}

export function print(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return lines.map((cells) => cells.join("  ").trimEnd()).join("\n");
}

const short = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, 160);

export function show({ file, line, column, kind, text, from, to }: Mutant): string {
  return `${file}:${line}:${column} ${kind}\n    ${text}\n    - ${short(from)}\n    + ${short(to)}`;
}
