import { nodeTransport } from "@understudy/core/node";
import { play, type Cell, type Finding } from "./cell.ts";
import { COLUMNS, type Column, type Transport } from "./columns.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { FORMS, type Form } from "./form.ts";
import type { Stage } from "./stage.ts";
import { WIRES } from "./wires/all.ts";

/** Which cells are played; everything where nothing is named. */
export interface Choice {
  readonly wires?: readonly string[] | undefined;
  readonly faults?: readonly string[] | undefined;
  readonly transports?: readonly string[] | undefined;
}

export function cellsOf({ wires, faults, transports }: Choice): readonly Cell[] {
  const columns = COLUMNS.filter(
    ({ name, transport }) => (wires?.includes(name) ?? true) && (transports?.includes(transport) ?? true),
  );
  // `cut` names all of its kind.
  const ids = Object.keys(FAULTS).filter(
    (id) => faults?.some((name) => id === name || id.startsWith(`${name}.`)) ?? true,
  );
  return ids.flatMap((fault) =>
    columns.flatMap((column) => FORMS.flatMap((form) => (canBe(fault, column, form) ? [{ fault, column, form }] : []))),
  );
}

/** Whether there is such a cell: not every vendor has words for everything, and not everything is a stream. */
function canBe(id: string, { wire }: Column, form: Form): boolean {
  const { only, consumer, refusal }: Partial<Fault> = FAULTS[id] ?? {};
  if (refusal !== undefined && WIRES[wire].refuse(refusal.status, refusal.reason) === undefined) return false;
  if (only === "stream" && form === "whole") return false;
  if (consumer === "breaks" || consumer === "pauses") return form === "stream";
  return !((consumer !== undefined || id === "none" || id.startsWith("late.")) && form === "last");
}

/** Plays cells, many at a time, and tells of each as soon as it is done. */
export async function playAll(
  cells: readonly Cell[],
  stage: Stage,
  atATime: number,
  tell: (cell: Cell, finding: Finding) => void,
): Promise<void> {
  const fetches: Readonly<Partial<Record<Transport, typeof globalThis.fetch>>> = cells.some(
    ({ column }) => column.transport === "node",
  )
    ? { node: nodeTransport() }
    : {};
  const left = cells.values();
  const work = async (): Promise<void> => {
    for (const cell of left) {
      // oxlint-disable-next-line no-await-in-loop -- as many at a time as there are workers
      tell(cell, await play(cell, stage, fetches[cell.column.transport]));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
}
