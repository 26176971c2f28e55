import { describe, expect, test } from "vitest";
import { SchemaMemory } from "./schema-memory.ts";

describe("SchemaMemory", () => {
  test("makes a schema's form once for each set of rules, whoever's copy comes", () => {
    const memory = new SchemaMemory<object, string>();
    const [strict, loose] = [{}, {}];
    const made: string[] = [];
    const get = (rules: object, type: string): string =>
      memory.get({ type }, rules, () => {
        made.push(type);
        return `${type} ${made.length}`;
      });

    expect([get(strict, "string"), get(strict, "string"), get(strict, "object"), get(loose, "string")]).toEqual([
      "string 1",
      "string 1",
      "object 2",
      "string 3",
    ]);
  });

  test("forgets the oldest when the texts are too many", () => {
    const memory = new SchemaMemory<object, number>();
    const rules = {};
    const long = "x".repeat(1_500_000);
    let made = 0;
    const get = (name: string): number => memory.get({ [name]: long }, rules, () => ++made);

    expect([get("a"), get("b"), get("c"), get("c"), get("b"), get("a")]).toEqual([1, 2, 3, 3, 2, 4]);
  });
});
