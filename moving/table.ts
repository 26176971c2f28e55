import type { Arrangement } from "./arrangements.ts";
import { ROWS, type Row } from "./faults.ts";
import { play, type Outcome } from "./play.ts";

export interface Column {
  readonly name: string;
  /** In the order of the rows. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Plays rows in arrangements. What has to wait for a clock waits meanwhile; the rest runs one arrangement after the other, so
 * that times are those of the arrangement.
 */
export async function columnsOf(
  arrangements: readonly Arrangement[],
  rows: readonly Row[] = ROWS,
): Promise<readonly Column[]> {
  // Whatever loads at its first use has done so before a time is taken.
  await Promise.all(arrangements.map((arrangement) => play({ name: "well" }, arrangement)));
  const stalled = arrangements.map((arrangement) => playAll(rows.filter(isStall), arrangement));
  const others: (readonly Outcome[])[] = [];
  for (const arrangement of arrangements) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    others.push(
      await playAll(
        rows.filter((row) => !isStall(row)),
        arrangement,
      ),
    );
  }
  const stalls = await Promise.all(stalled);
  return arrangements.map(({ name }, index) => {
    const left = { stalls: [...(stalls[index] ?? [])], others: [...(others[index] ?? [])] };
    return { name, outcomes: rows.flatMap((row) => (isStall(row) ? left.stalls : left.others).splice(0, 1)) };
  });
}

function playAll(rows: readonly Row[], arrangement: Arrangement): Promise<readonly Outcome[]> {
  return Promise.all(rows.map((row) => play(row, arrangement)));
}

function isStall({ isStall: waits }: Row): boolean {
  return waits === true;
}

/** As Markdown, with columns of one width as the formatter wants them. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
