import { describe, expect, test } from "vitest";
import { parseJson } from "../../model/json.ts";
import { asObject, type Foreign } from "../foreign.ts";
import { RunningTotals } from "./running-totals.ts";

function totalsOf(...counts: readonly Foreign[]): Foreign {
  const totals = new RunningTotals();
  for (const count of counts) totals.add(count);
  return totals.totals;
}

describe("RunningTotals", () => {
  test("never replaces a count by a smaller one, and takes a larger one from either side", () => {
    expect({ ...totalsOf({ input: 1_000, output: 0 }, { input: 0, output: 7 }, { output: 5 }) }).toEqual({
      input: 1_000,
      output: 7,
    });
  });

  test("keeps a zero that was counted, and takes a null or a word for nothing", () => {
    expect({ ...totalsOf({ cached: 0 }, { cached: null, input: "many", output: undefined }) }).toEqual({ cached: 0 });
  });

  test("looks into details, and leaves what the vendor sent as it was", () => {
    const [first, second] = [{ details: { cached: 5 } }, { details: { cached: 0, reasoning: 2 } }];

    const { details } = totalsOf(first, second);

    expect({ ...asObject(details) }).toEqual({ cached: 5, reasoning: 2 });
    expect(first).toEqual({ details: { cached: 5 } });
  });

  test("is not harmed by counts named __proto__", () => {
    const totals = totalsOf(asObject(parseJson(`{"__proto__":{"polluted":1},"input":2}`)));

    expect(totals["input"]).toBe(2);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});
