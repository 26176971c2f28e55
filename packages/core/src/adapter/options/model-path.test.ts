import { describe, expect, test } from "vitest";
import { modelPathProblems } from "./model-path.ts";

/** As the parser of URLs, which is the judge, understands it when it is put in as it is. */
function pathWith(model: string): string {
  return new URL(`https://api.acme.test/v1/models/${model}/answer`).pathname;
}

describe("modelPathProblems", () => {
  test.each([
    "large-1.5",
    "models/large",
    "publishers/acme/models/large",
    "acme/large:free",
    "large@2026-01-01",
    "arn:aws:bedrock:eu:1:profile/eu.acme.large-v1:0",
    "..large",
    "a large one",
  ])("has nothing to say about %s", (model) => {
    expect(modelPathProblems(model)).toEqual([]);
    expect(decodeURI(pathWith(model))).toBe(`/v1/models/${model}/answer`);
  });

  test.each([
    "../../v1/files",
    "models/..",
    "..",
    "./large",
    "a/./b",
    "%2e%2E/files",
    ".%2e/files",
    "..\\files",
    ".\n./files",
    "large?alt=json",
    "large#",
  ])("refuses %j, which leads elsewhere", (model) => {
    expect(modelPathProblems(model)).toHaveLength(1);
    expect(pathWith(model)).not.toBe(`/v1/models/${model}/answer`);
  });
});
