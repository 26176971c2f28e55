import { expect, test } from "vitest";
import type { RequestRecord } from "../../simulators/vendor.ts";
import { elementsWith, holds, ownTexts } from "./arrived.ts";

function record(body: unknown, more: Partial<RequestRecord> = {}): Pick<RequestRecord, "path" | "headers" | "body"> {
  return { path: "/v1/models/gull%2Fone:ask", headers: { "x-user": "some user" }, body, ...more };
}

test("a text is found inside of any text, in headers, and in the URL", () => {
  const arrived = record({ list: [{ deep: "before canary behind" }] });

  expect(["canary", "some user", "gull/one"].map((text) => holds(arrived, text))).toEqual([true, true, true]);
  expect(holds(arrived, "parrot")).toBe(false);
});

test("a number is found as a number, and an object with exactly its fields, in any order", () => {
  const arrived = record({ top: 37, other: 375, text: "4321", call: { b: [1], a: "x" } });

  expect([37, 4_321, 7].map((number) => holds(arrived, number))).toEqual([true, false, false]);
  expect(holds(arrived, { a: "x", b: [1] })).toBe(true);
  expect([{ a: "x" }, { a: "x", b: [1], c: 1 }].map((object) => holds(arrived, object))).toEqual([false, false]);
});

test("JSON in a text counts once: what was encoded twice is not found", () => {
  const once = JSON.stringify({ city: 'a "city"' });

  expect(holds(record({ arguments: once }), { city: 'a "city"' })).toBe(true);
  expect(holds(record({ arguments: JSON.stringify(once) }), { city: 'a "city"' })).toBe(false);
});

test("turns are the elements of the list that holds one text each", () => {
  const turns = [
    { role: "user", parts: [{ text: "one" }, { text: "both" }] },
    { role: "model", text: "two" },
  ];

  expect(elementsWith({ a: [{ text: "one two" }], turns }, ["one", "two"])).toEqual(turns);
  expect(elementsWith({ turns }, ["one", "both"])).toEqual([{ text: "one" }, { text: "both" }]);
  expect(elementsWith({ turns }, ["one", "three"])).toBeUndefined();
  expect(ownTexts(turns[0])).toEqual(["user"]);
});
