import { describe, expect, test } from "vitest";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { verdictOf } from "./verdict.ts";

const ORDINARY = { isProbe: false, isShort: false, isLate: false, throwsInARow: 0, isFresh: false };
const classes = (prefix: RegExp): FailureClass[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own keys
  (Object.keys(FAILURE_RULES) as FailureClass[]).filter((name) => prefix.test(name));

describe("invariant 26: what is not the vendor's fault is never bad", () => {
  test.each(classes(/^(caller|local|request|auth|billing|rate|policy|output|model|engine)\./))("%s", (name) => {
    const verdict = verdictOf(new TargetFailure(name), ORDINARY);

    expect(["ok", "neutral"]).toContain(verdict);
  });
});

test.each(classes(/^(network|gateway|server|stream)\./))("%s is bad", (name) => {
  expect(verdictOf(new TargetFailure(name), ORDINARY)).toBe("bad");
});

test.each(classes(/^timeout\./))("%s is slow, not bad", (name) => {
  expect(verdictOf(new TargetFailure(name), ORDINARY)).toBe("slow");
});

test("a timeout under the rest that others left of a tier's limit says nothing", () => {
  const failure = new TargetFailure("timeout.first-content");

  expect(verdictOf(failure, { ...ORDINARY, isShort: true })).toBe("neutral");
});

test("what was decided after the process had stood still says nothing", () => {
  const failure = new TargetFailure("timeout.progress");

  expect(verdictOf(failure, { ...ORDINARY, isLate: true })).toBe("neutral");
});

test("an adapter's own throw counts from the third in a row", () => {
  const failure = new TargetFailure("adapter.threw");

  const verdicts = [1, 2, 3, 4].map((throwsInARow) => verdictOf(failure, { ...ORDINARY, throwsInARow }));

  expect(verdicts).toEqual(["neutral", "neutral", "bad", "bad"]);
});

test.each(classes(/^rate\./))("%s tells a probe that the server is alive", (name) => {
  expect(verdictOf(new TargetFailure(name), { ...ORDINARY, isProbe: true })).toBe("ok");
});
