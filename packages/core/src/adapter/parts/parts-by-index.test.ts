import { expect, test } from "vitest";
import { PartsByIndex } from "./parts-by-index.ts";

test("finds a part by its index, as long as it is there", () => {
  const parts = new PartsByIndex<string>();
  expect(parts.get(0)).toBeUndefined();

  parts.set(0, "a").set(1, "b");
  expect([parts.get(0), parts.get(0), parts.get(1), parts.get(2)]).toEqual(["a", "a", "b", undefined]);

  parts.set(0, "c");
  parts.get(1);
  parts.delete(1);
  expect([parts.get(1), parts.get(0)]).toEqual([undefined, "c"]);
  expect([...parts.values()]).toEqual(["c"]);
});
