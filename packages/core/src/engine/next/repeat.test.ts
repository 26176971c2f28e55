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
    ["R2.6 backoff, first", offer("server.error"), { kind: "backoff", delayMs: 250 }],
    ["R2.6 backoff, second", offer("server.error", {}, { made: () => 1 }), { kind: "backoff", delayMs: 1_000 }],
    ["R2.6 backoff, third", offer("server.error", {}, { made: () => 2 }), undefined],
    ["R2.6 backoff, with another candidate", offer("server.error", {}, { hasNext: true }), undefined],
    ["R2.6 backoff, after release", offer("server.error", {}, { released: true }), undefined],
    ["R2.6 backoff, forbidden", offer("server.error", { repeatForbidden: true }), undefined],
    ["R2.6 backoff, jitter", offer("server.error", {}, { random: () => 0.5 }), { kind: "backoff", delayMs: 312.5 }],
    ["R2.6 backoff, stated time", offer("server.error", { retryAfterMs: 2_000 }), { kind: "backoff", delayMs: 2_000 }],
    ["R2.6 backoff, long stated time", offer("server.error", { retryAfterMs: 2_001 }), undefined],
    [
      "R2.4 fresh connection",
      offer("network.reset", { beforeResponse: true }),
      { kind: "fresh-connection", delayMs: 0 },
    ],
    [
      "R2.4 fresh connection, with another candidate, after release",
      offer("network.reset", { beforeResponse: true }, { hasNext: true, released: true }),
      { kind: "fresh-connection", delayMs: 0 },
    ],
    ["R2.4 fresh connection, twice", offer("network.reset", { beforeResponse: true }, { made: () => 1 }), undefined],
    ["R2.4 fresh connection, after a byte", offer("network.reset"), undefined],
    [
      "R2.4 fresh connection, for a refused stream",
      offer("network.protocol", { beforeResponse: true }),
      { kind: "fresh-connection", delayMs: 0 },
    ],
    ["CL-17 R2.7 wait", offer("rate.tokens", { retryAfterMs: 700 }), { kind: "wait", delayMs: 700 }],
    ["CL-16 long wait", offer("rate.tokens", { retryAfterMs: 60_000 }), undefined],
    ["wait without a time", offer("rate.tokens"), undefined],
    ["wait twice", offer("rate.tokens", { retryAfterMs: 700 }, { made: () => 1 }), undefined],
    ["R2.7 concurrency without a time", offer("rate.concurrency"), { kind: "wait", delayMs: 2_000 }],
    ["R2.7 a bare 429", offer("rate.unknown", { retryAfterMs: 700 }), undefined],
    ["R2.7 a daily limit", offer("rate.daily", { retryAfterMs: 700 }), undefined],
    ["CL-08 a wrong key", offer("auth.invalid"), undefined],
  ])("%s", (_name, offered, expected) => {
    expect(offered).toEqual(expected);
  });
});
