import { describe, expect, test } from "vitest";
import { FAILURE_TABLE } from "../../test/failure-table.ts";
import { FAILURE_RULES } from "./failure-rules.ts";
import type { CooldownRule, FailureRule } from "./failure.ts";

const SAME = { "fresh-connection": "fresh", backoff: "backoff", wait: "wait", no: "no" } as const;
const TIER = {
  yes: "yes",
  no: "no",
  capable: "capable",
  "larger-window": "larger",
  policy: "policy",
  unreleased: "unreleased",
} as const;

describe("the failure table", () => {
  test("holds exactly the classes that are specified", () => {
    expect(FAILURE_TABLE.map((row) => row.failureClass).toSorted()).toEqual(Object.keys(FAILURE_RULES).toSorted());
  });

  test.each(FAILURE_TABLE)("CL-08 R2.1 $failureClass does what its row says", ({ failureClass, ...row }) => {
    const rule = FAILURE_RULES[failureClass];

    expect({
      code: rule.code,
      scope: rule.scope,
      same: SAME[rule.repeat],
      sibling: rule.sibling ? "yes" : "no",
      tier: TIER[rule.advance],
      health: rule.health,
      cool: rule.cooldown === undefined ? "-" : cooldownText(rule.cooldown),
      marks: marksOf(rule),
    }).toEqual(row);
  });

  test("a daily limit is left alone for at least ten minutes, whatever the vendor states", () => {
    expect(FAILURE_RULES["rate.daily"].cooldown?.minMs).toBe(600_000);
  });
});

function marksOf(rule: FailureRule): string[] {
  const marks = { loud: rule.loud, hard: rule.hardBlock, answer: rule.answer };
  return Object.entries(marks).flatMap(([name, isSet]) => (isSet === true ? [name] : []));
}

function cooldownText({ baseMs, capMs }: CooldownRule): string {
  return baseMs === "stated" ? "stated" : `${durationText(baseMs)}..${durationText(capMs)}`;
}

function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds >= 3_600) return `${seconds / 3_600}h`;
  return seconds >= 60 ? `${seconds / 60}m` : `${seconds}s`;
}
