import { Conversation } from "./conversation.ts";
import { KINDS } from "./kinds.ts";
import { ownData } from "./own-data.ts";
import type { Place } from "./place.ts";

/** What every vendor of the matrix can be asked for, in one conversation. */
const TURNS = KINDS.filter(({ name }) => !["PDFs", "JSON", "plain"].includes(name));

/** A conversation that wanders between the vendors by chance; returns what went wrong, in sentences. */
export async function walk(places: readonly Place[], turns: number, random: () => number): Promise<readonly string[]> {
  const talk = new Conversation({
    name: "walk",
    says: "",
    steps: [],
    interrupted: "shared",
    options: TURNS.reduce((options, kind) => ({ ...options, ...kind.options }), {}),
  });
  const own = new Map<Place, string[]>(places.map((place) => [place, []]));
  for (let turn = 0; turn < turns && !talk.isOver; turn++) {
    const place = pick(places, random);
    const known = talk.history.length;
    // oxlint-disable-next-line no-await-in-loop -- turn by turn
    if (talk.waitsForResults && random() < 0.7) await talk.goOn(place);
    // oxlint-disable-next-line no-await-in-loop
    else await talk.begin(place, pick(TURNS, random));
    const others = [...own].flatMap(([other, words]) => (other === place ? [] : words));
    talk.checkOwn(place, own.get(place) ?? [], others);
    own.get(place)?.push(...ownData(talk.history.slice(known), place.row.own));
  }
  return talk.outcome([]).faults;
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error("Nothing to choose from.");
  return value;
}
