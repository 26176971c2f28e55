import { describe, expect, test } from "vitest";
import { TargetFailure, type TargetFailureDetails } from "../../model/target-failure.ts";
import type { FailureClass } from "../../model/failure.ts";
import { offerRepeat, type RepeatState } from "./repeat.ts";

const FIRST: RepeatState = { released: false, hasNext: false, made: () => 0, random: () => 0 };

function offer(failureClass: FailureClass, details: TargetFailureDetails = {}, state: Partial<RepeatState> = {}) {
  return offerRepeat(new TargetFailure(failureClass, details), { ...FIRST, ...state });
}

describe("whether the same target is asked again", () => {
  test.each<readonly [string, ReturnType<typeof offer>, ReturnType<typeof offer>]>([
    ["S1 first", offer("server.error"), { kind: "backoff", delayMs: 250 }],
    ["S1 second", offer("server.error", {}, { made: () => 1 }), { kind: "backoff", delayMs: 1_000 }],
    ["S1 third", offer("server.error", {}, { made: () => 2 }), undefined],
    ["S1 with another candidate", offer("server.error", {}, { hasNext: true }), undefined],
    ["S1 after release", offer("server.error", {}, { released: true }), undefined],
    ["S1 forbidden", offer("server.error", { repeatForbidden: true }), undefined],
    ["S1 jitter", offer("server.error", {}, { random: () => 0.5 }), { kind: "backoff", delayMs: 312.5 }],
    ["S1 stated time", offer("server.error", { retryAfterMs: 2_000 }), { kind: "backoff", delayMs: 2_000 }],
    ["S1 long stated time", offer("server.error", { retryAfterMs: 2_001 }), undefined],
    ["S0", offer("network.reset", { beforeResponse: true }), { kind: "fresh-connection", delayMs: 0 }],
    [
      "S0 with another candidate, after release",
      offer("network.reset", { beforeResponse: true }, { hasNext: true, released: true }),
      { kind: "fresh-connection", delayMs: 0 },
    ],
    ["S0 twice", offer("network.reset", { beforeResponse: true }, { made: () => 1 }), undefined],
    ["S0 after a byte", offer("network.reset"), undefined],
    [
      "S0 for a refused stream",
      offer("network.protocol", { beforeResponse: true }),
      { kind: "fresh-connection", delayMs: 0 },
    ],
    ["CL-17 wait", offer("rate.tokens", { retryAfterMs: 700 }), { kind: "wait", delayMs: 700 }],
    ["CL-16 long wait", offer("rate.tokens", { retryAfterMs: 60_000 }), undefined],
    ["wait without a time", offer("rate.tokens"), undefined],
    ["wait twice", offer("rate.tokens", { retryAfterMs: 700 }, { made: () => 1 }), undefined],
    ["row 25 concurrency without a time", offer("rate.concurrency"), { kind: "wait", delayMs: 2_000 }],
    ["row 26 a bare 429", offer("rate.unknown", { retryAfterMs: 700 }), undefined],
    ["row 24 a daily limit", offer("rate.daily", { retryAfterMs: 700 }), undefined],
    ["CL-08 a wrong key", offer("auth.invalid"), undefined],
  ])("%s", (_name, offered, expected) => {
    expect(offered).toEqual(expected);
  });
});
