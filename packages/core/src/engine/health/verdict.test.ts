import { describe, expect, test } from "vitest";
import { FAILURE_RULES } from "../../model/failure-rules.ts";
import type { FailureClass } from "../../model/failure.ts";
import { TargetFailure } from "../../model/target-failure.ts";
import { verdictOf } from "./verdict.ts";

const ORDINARY = { isProbe: false, isShort: false, isLate: false, isFresh: false, throwsInARow: 0 };
const classes = (prefix: RegExp): FailureClass[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own keys
  (Object.keys(FAILURE_RULES) as FailureClass[]).filter((name) => prefix.test(name));

describe("R6.2 what is not the vendor's fault is never bad", () => {
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

test("a timeout after less than a third of the attempt's own limit says nothing, a broken stream still does", () => {
  const context = { ...ORDINARY, isShort: true };

  expect(verdictOf(new TargetFailure("timeout.first-content"), context)).toBe("neutral");
  expect(verdictOf(new TargetFailure("stream.reset"), context)).toBe("bad");
});

const reset = (connection?: "new" | "reused"): TargetFailure =>
  new TargetFailure("network.reset", { beforeResponse: true, connection });

describe("a reset before any byte of the response", () => {
  test.each([
    ["says nothing on a connection that had carried a request", reset("reused"), false, "neutral"],
    ["says nothing where the transport does not know", reset(), false, "neutral"],
    ["is bad on a connection that the transport knows to be new", reset("new"), false, "bad"],
    ["is bad when the attempt had asked for a new one", reset(), true, "bad"],
  ] as const)("%s", (_what, failure, isFresh, verdict) => {
    expect(verdictOf(failure, { ...ORDINARY, isFresh })).toBe(verdict);
  });

  test.each([
    ["a reset of which that is not known", new TargetFailure("network.reset")],
    ["a refused connection", new TargetFailure("network.refused", { beforeResponse: true })],
    ["a reset stream", new TargetFailure("stream.reset", { beforeResponse: false })],
  ])("%s is bad all the same", (_what, failure) => {
    expect(verdictOf(failure, ORDINARY)).toBe("bad");
  });
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
