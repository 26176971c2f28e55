import { Conversation, type Outcome } from "./conversation.ts";
import { namesOf } from "./faults.ts";
import { ownData } from "./own-data.ts";
import type { Place } from "./place.ts";
import { KINDS, type Kind } from "./kinds.ts";

/** One conversation of the matrix. */
export interface Cell {
  readonly kind: Kind;
  readonly first: Place;
  readonly second: Place;
  readonly outcome: Outcome;
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
  return { kind, first, second, outcome };
}

/** From one vendor to another, back, and once more to the other; each turn is kept as JSON between. */
async function converse(first: Place, second: Place, kind: Kind): Promise<Outcome> {
  const talk = new Conversation(kind);
  await talk.begin(first);
  const firstOwn = ownData(talk.history, first.row.own);
  const firstIds = await talk.idsWrittenBy(first);
  await talk.checkWritten(first, firstOwn);
  if (talk.isOver) return talk.outcome([]);

  const answer = await talk.goOn(second);
  if (answer === undefined) return talk.outcome([]);
  talk.checkOwn(second, [], firstOwn);
  const secondOwn = ownData([answer.message], second.row.own);

  const back = await talk.goOn(first);
  talk.checkOwn(first, [...firstOwn, ...firstIds], secondOwn);
  await talk.goOn(second);
  const moreOwn = ownData(back === undefined ? [] : [back.message], first.row.own);
  talk.checkOwn(second, secondOwn, [...firstOwn, ...moreOwn]);
  return talk.outcome(namesOf(answer.losses));
}

/** With the names of both vendors. */
export function faultsOf({ first, second, kind, outcome }: Cell): readonly string[] {
  return outcome.faults.map((fault) => `${first.row.name} → ${second.row.name}, ${kind.name}: ${fault}`);
}
