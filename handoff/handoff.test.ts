import { seededRandom } from "@understudy/testing/rehearse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { open, type Place } from "./place.ts";
import { gridOnPage, nameOf, signOf } from "./grid.ts";
import { KINDS } from "./kinds.ts";
import { faultsOf, pairsOf, playCell, type Cell } from "./matrix.ts";
import { ROWS } from "./vendors.ts";
import { walk } from "./walk.ts";

/** The whole matrix is `pnpm handoff`: here each kind goes from every second vendor to another one, which changes with the kind. */
describe("a conversation that goes from one vendor to another and back", () => {
  let places: readonly Place[];
  const page = gridOnPage();

  beforeAll(async () => {
    places = await Promise.all(ROWS.map(open));
  });

  afterAll(async () => {
    await Promise.all(places.map(({ vendor }) => vendor.close()));
  });

  test("has a line for every ordered pair and a column for every kind on its page", () => {
    expect(page.pairs).toEqual(pairsOf(places).map(([first, second]) => nameOf({ first, second })));
    expect(page.kinds).toEqual(KINDS.map(({ name }) => name));
  });

  test.each(KINDS.map((kind, number) => ({ kind, number, name: kind.name })))(
    "is refused by nobody, keeps what is each vendor's own, and loses what its page says: $name",
    async ({ kind, number }) => {
      const cells: Cell[] = [];
      for (const [index, first] of places.entries()) {
        const second = places[(index + 1 + (number % (places.length - 1))) % places.length] ?? first;
        // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
        if ((index + number) % 2 === 0) cells.push(await playCell(first, second, kind));
      }

      expect(cells.flatMap(faultsOf)).toEqual([]);
      expect(cells.filter(({ outcome }) => outcome.passedOver === undefined).length).toBeGreaterThan(1);
      for (const cell of cells) expect([nameOf(cell), signOf(cell)]).toEqual([nameOf(cell), page.signOf(cell)]);
    },
  );

  test("may wander between all of them by chance", async () => {
    const faults: string[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
      faults.push(...(await walk(places, 6, seededRandom(seed))));
    }

    expect(faults).toEqual([]);
  });
});
