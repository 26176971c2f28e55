import { converse, type Outcome, type Place } from "./conversation.ts";
import { expectedLosses, expectedRefusal } from "./expected.ts";
import { KINDS, type Kind } from "./kinds.ts";

/** One conversation, and everything about it that is not as the vendors' pages want it. */
export interface Cell {
  readonly kind: Kind;
  readonly first: Place;
  readonly second: Place;
  readonly outcome: Outcome;
  readonly faults: readonly string[];
}

/** Plays every kind of conversation for every ordered pair; calls back after each pair. */
export async function playMatrix(places: readonly Place[], onCells: (cells: readonly Cell[]) => void): Promise<void> {
  for (const [first, second] of pairsOf(places)) {
    const cells: Cell[] = [];
    // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
    for (const kind of KINDS) cells.push(await playCell(first, second, kind));
    onCells(cells);
  }
}

export function pairsOf(places: readonly Place[]): readonly (readonly [Place, Place])[] {
  return places.flatMap((first) =>
    places.filter((second) => second !== first).map((second) => [first, second] as const),
  );
}

export async function playCell(first: Place, second: Place, kind: Kind): Promise<Cell> {
  const outcome = await converse(first, second, kind);
  return { kind, first, second, outcome, faults: [...outcome.faults, ...surprises(first, second, kind, outcome)] };
}

function surprises(
  first: Place,
  second: Place,
  kind: Kind,
  { passedOver, losses, faults }: Outcome,
): readonly string[] {
  if (faults.length > 0) return [];
  const refusal = expectedRefusal(kind, [first.row, second.row]);
  if (passedOver !== refusal) return [`passed over ${passedOver ?? "nobody"}, not ${refusal ?? "nobody"}`];
  if (refusal !== undefined) return [];
  const expected = expectedLosses(kind, first.row, second.row);
  return String(losses) === String(expected) ? [] : [`lost ${losses.join("; ")}, not ${expected.join("; ")}`];
}
