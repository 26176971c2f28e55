import { nodeTransport } from "@understudy/core/node";
import { play, type Cell, type Finding } from "./cell.ts";
import { COLUMNS, type Column } from "./columns.ts";
import type { Fault } from "./acts.ts";
import { FAULTS } from "./faults.ts";
import { FORMS, type Form } from "./form.ts";
import type { Stage } from "./stage.ts";
import { WIRES } from "./wires/all.ts";

/** Which cells are played; everything where nothing is named. */
export interface Choice {
  readonly wires?: readonly string[] | undefined;
  readonly faults?: readonly string[] | undefined;
  readonly transports?: readonly string[] | undefined;
}

/** Throws for a name that nothing has: it would play nothing and find nothing wrong. */
export function cellsOf({ wires, faults, transports }: Choice): readonly Cell[] {
  check(wires, (wire) => COLUMNS.some(({ name }) => name === wire));
  check(transports, (wanted) => COLUMNS.some(({ transport }) => transport === wanted));
  check(faults, (fault) => Object.keys(FAULTS).some((id) => isNamed(id, fault)));
  const columns = COLUMNS.filter(
    ({ name, transport }) => (wires?.includes(name) ?? true) && (transports?.includes(transport) ?? true),
  );
  // `cut` names all of its kind.
  const ids = Object.keys(FAULTS).filter((id) => faults?.some((name) => isNamed(id, name)) ?? true);
  return ids.flatMap((fault) =>
    columns.flatMap((column) => FORMS.flatMap((form) => (canBe(fault, column, form) ? [{ fault, column, form }] : []))),
  );
}

function isNamed(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}.`);
}

function check(names: readonly string[] | undefined, isKnown: (name: string) => boolean): void {
  const unknown = names?.find((name) => !isKnown(name));
  if (unknown !== undefined) throw new Error(`There is no ${unknown}`);
}

/** Whether there is such a cell: not every vendor has words for everything, and not everything is a stream. */
function canBe(id: string, { wire }: Column, form: Form): boolean {
  const { only, consumer, refusal }: Partial<Fault> = FAULTS[id] ?? {};
  if (refusal !== undefined && WIRES[wire].refuse(refusal.status, refusal.reason) === undefined) return false;
  if (only === "stream" && form === "whole") return false;
  if (consumer === "breaks" || consumer === "pauses") return form === "stream";
  return !((consumer !== undefined || id === "none" || id.startsWith("late.")) && form === "last");
}

/** So long that other calls would miss their limits beside them. */
const HEAVY = "line.long";
const HEAVY_AT_A_TIME = 2;

const isHeavy = ({ fault }: Cell): boolean => fault === HEAVY;

/** Plays cells, many at a time, and tells of each as soon as it is done. */
export async function playAll(
  cells: readonly Cell[],
  stage: Stage,
  atATime: number,
  tell: (cell: Cell, finding: Finding) => void,
): Promise<void> {
  const node = nodeTransport();
  const one = async (cell: Cell): Promise<Finding> =>
    play(cell, stage, cell.column.transport === "node" ? node : undefined);
  await warmUp(cells, one);
  const several = async (some: readonly Cell[], workers: number): Promise<void> => {
    const left = some.values();
    const work = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- as many at a time as there are workers
      for (const cell of left) tell(cell, await one(cell));
    };
    await Promise.all(Array.from({ length: workers }, work));
  };
  await several(
    cells.filter((cell) => !isHeavy(cell)),
    atATime,
  );
  await several(cells.filter(isHeavy), HEAVY_AT_A_TIME);
}

/** Loads what each column needs: the first call of a process takes longer than some limits here. */
async function warmUp(cells: readonly Cell[], one: (cell: Cell) => Promise<Finding>): Promise<void> {
  for (const column of new Set(cells.map((cell) => cell.column))) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await one({ fault: "none", column, form: "stream" });
  }
}
