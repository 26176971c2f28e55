import { describe, expect, test } from "vitest";
import { fuzz } from "../fuzz/play.ts";
import { tryExpressions } from "../regexes/try.ts";
import { playInChild } from "../table/run.ts";

describe("the security proof, in its short form", { timeout: 60_000 }, () => {
  test("attacks come to what they have to come to, and no canary is where it should not be", async () => {
    const { cells, hasRedis, faults } = await playInChild("short");

    if (!hasRedis) process.stderr.write("\nSKIPPED: no Redis and no Valkey is here, so their cells are not played.\n");
    expect([...faults, ...cells.flatMap((cell) => cell.faults.map((fault) => `${cell.row}: ${fault}`))]).toEqual([]);
    expect(cells.length).toBeGreaterThan(40);
  });

  test("no regular expression of the packages costs more with the square of its input", async () => {
    const { expressions, faults } = await tryExpressions("short");

    expect(faults).toEqual([]);
    expect(expressions).toBeGreaterThan(500);
  });

  test("everything public is known to the fuzz, and takes what nobody should give it or refuses it in our own words", async () => {
    const { functions, faults } = await fuzz({ runs: 2, seed: 1 });

    expect(faults).toEqual([]);
    expect(functions).toBeGreaterThan(200);
  });
});
