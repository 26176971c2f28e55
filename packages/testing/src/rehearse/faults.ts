import type { Healthy, Part } from "./play.ts";

/** What happens in a scenario. */
export type FaultName =
  /** Answers 500 after 200 ms. */
  | "outage"
  /** Refuses connections. */
  | "unreachable"
  /** Answers 529 after 200 ms. */
  | "overloaded"
  /** Nothing ever comes. */
  | "hang"
  /** Six pieces of text, then silence. */
  | "stall"
  /** Six pieces of text, then a reset. */
  | "cut"
  /** Answers 429 and asks for 30 s. */
  | "rate-limit"
  /** Answers 401. */
  | "revoked-key"
  /** Answers 402. */
  | "no-credit"
  /** First words after 80 % of the limit. */
  | "slow"
  /** Every second request fails as in an outage. */
  | "flaky"
  /** One request in ten takes ten times as long to its first words. */
  | "uneven"
  /** Takes half of the calls of each minute, says with each answer what is left, and refuses the others with 429. */
  | "quota"
  /** Answers without content. */
  | "empty";

/** What to say of those who are struck. */
export const FAULTS: Readonly<Record<FaultName, string>> = {
  outage: "down",
  unreachable: "unreachable",
  overloaded: "overloaded",
  hang: "hanging",
  stall: "falling silent in mid-answer",
  cut: "cutting answers off",
  "rate-limit": "limiting requests",
  "revoked-key": "refusing the key",
  "no-credit": "out of credit",
  slow: "slow",
  flaky: "failing every second time",
  uneven: "slow one time in ten",
  quota: "short of quota",
  empty: "answering nothing",
};

/** Every fault that can be rehearsed. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own keys
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** Whether it is the name of one. */
export function isFaultName(name: unknown): name is FaultName {
  return typeof name === "string" && Object.hasOwn(FAULTS, name);
}

/** What a struck attempt depends on. */
export interface StruckAttempt {
  readonly healthy: Healthy;
  /** How long this target may take to its first words, in milliseconds. */
  readonly limitMs: number;
  /** How many attempts of this target were struck before. */
  readonly before: number;
  /** Since the outage began. */
  readonly sinceMs: number;
  /** What each target takes in a minute, where that is limited. */
  readonly perMinute: number;
  /** How many attempts of this target were struck before in the same minute. */
  readonly inMinute: number;
}

const REFUSAL_MS = 200;
const FIRST_DELTAS = 6;
const STATED_WAIT_MS = 30_000;
/** Where there is no limit at all. */
const SLOW_MS = 60_000;
const UNEVEN_EVERY = 10;
const UNEVEN_TIMES = 10;
/** The part of a target's limit that a slow answer takes. */
const SLOW_SHARE = 0.8;

export const MINUTE_MS = 60_000;

export function healthyScript({ firstMs, deltas }: Healthy): readonly Part[] {
  return [wait(firstMs), { type: "words", deltas }, { type: "end" }];
}

/** What an attempt gets that begins in the outage. */
export function faultyScript(fault: FaultName, struck: StruckAttempt): readonly Part[] {
  const { healthy, limitMs, before } = struck;
  const begun: readonly Part[] = [
    wait(healthy.firstMs),
    { type: "words", deltas: Math.min(FIRST_DELTAS, healthy.deltas) },
  ];
  const down: readonly Part[] = [
    wait(REFUSAL_MS),
    { type: "fail", class: "server.error", details: { status: 500, connection: "new" } },
  ];
  switch (fault) {
    case "outage":
      return down;
    case "unreachable": {
      const details = { beforeResponse: true, connection: "new" } as const;
      return [wait(2), { type: "fail", class: "network.refused", details }];
    }
    case "overloaded":
      return [wait(REFUSAL_MS), { type: "fail", class: "server.overloaded", details: { status: 529 } }];
    case "hang":
      return [wait(Infinity)];
    case "stall":
      return [...begun, wait(Infinity)];
    case "cut":
      return [...begun, wait(healthy.lengthMs / healthy.deltas), { type: "fail", class: "stream.reset" }];
    case "rate-limit": {
      const details = { status: 429, retryAfterMs: STATED_WAIT_MS };
      return [wait(REFUSAL_MS), { type: "fail", class: "rate.requests", details }];
    }
    case "revoked-key":
      return [wait(REFUSAL_MS), { type: "fail", class: "auth.invalid", details: { status: 401 } }];
    case "no-credit":
      return [wait(REFUSAL_MS), { type: "fail", class: "billing.exhausted", details: { status: 402 } }];
    case "slow": {
      const firstMs = Number.isFinite(limitMs) ? limitMs * SLOW_SHARE : SLOW_MS;
      return healthyScript({ ...healthy, firstMs: Math.max(healthy.firstMs, firstMs) });
    }
    case "flaky":
      return before % 2 === 0 ? down : healthyScript(healthy);
    case "uneven": {
      const slowMs = Math.min(healthy.firstMs * UNEVEN_TIMES, limitMs * SLOW_SHARE);
      const isSlow = before % UNEVEN_EVERY === UNEVEN_EVERY - 1;
      return healthyScript(isSlow ? { ...healthy, firstMs: Math.max(healthy.firstMs, slowMs) } : healthy);
    }
    case "quota":
      return limitedScript(struck);
    case "empty":
      return [wait(healthy.firstMs), { type: "end" }];
    default:
      return fault satisfies never;
  }
}

function limitedScript({ healthy, sinceMs, perMinute, inMinute }: StruckAttempt): readonly Part[] {
  const rateLimits = {
    "limit-requests": String(perMinute),
    "remaining-requests": String(Math.max(0, perMinute - inMinute - 1)),
    "reset-requests": `${Math.ceil(MINUTE_MS - (sinceMs % MINUTE_MS))}ms`,
  };
  if (inMinute < perMinute) return [{ type: "response", rateLimits }, ...healthyScript(healthy)];
  return [wait(REFUSAL_MS), { type: "fail", class: "rate.requests", details: { status: 429, rateLimits } }];
}

function wait(ms: number): Part {
  return { type: "wait", ms };
}
