import { seededRandom } from "@understudy/testing/rehearse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { open, type Place } from "./conversation.ts";
import { KINDS } from "./kinds.ts";
import { pairsOf, playCell } from "./matrix.ts";
import { ROWS } from "./vendors.ts";
import { walk } from "./walk.ts";

/** The whole matrix is `pnpm handoff`: here each vendor goes to the next in the list, and back. */
describe("a conversation that goes from one vendor to another and back", () => {
  let places: readonly Place[];

  beforeAll(async () => {
    places = await Promise.all(ROWS.map(open));
  });

  afterAll(async () => {
    await Promise.all(places.map(({ vendor }) => vendor.close()));
  });

  test("has a row for every ordered pair", () => {
    expect(pairsOf(places)).toHaveLength(ROWS.length * (ROWS.length - 1));
  });

  test.each(KINDS)(
    "is refused by nobody, keeps what is each vendor's own, and loses what it has to: $name",
    async (kind) => {
      const faults: string[] = [];
      let asked = 0;
      for (const [index, first] of places.entries()) {
        const second = places[(index + 1) % places.length] ?? first;
        // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
        const cell = await playCell(first, second, kind);
        if (cell.outcome.passedOver === undefined) asked++;
        faults.push(...cell.faults.map((fault) => `${first.row.name} → ${second.row.name}: ${fault}`));
      }

      expect(faults).toEqual([]);
      expect(asked).toBeGreaterThan(4);
    },
  );

  test("may wander between all of them by chance", async () => {
    const faults: string[] = [];
    for (let seed = 1; seed <= 10; seed++) {
      // oxlint-disable-next-line no-await-in-loop -- a vendor holds one conversation at a time
      faults.push(...(await walk(places, 6, seededRandom(seed))));
    }

    expect(faults).toEqual([]);
  });
});
