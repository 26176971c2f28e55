import type { CooldownRule, FailureClass, FailureRule } from "./failure.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const LADDER: CooldownRule = { baseMs: 5 * SECOND, capMs: 300 * SECOND };
const MOVE = { sibling: true, advance: "yes" } as const;
const sick = { scope: "target", repeat: "backoff", ...MOVE, health: "bad" } as const;
/** The same request elsewhere: it says nothing about health. */
const move = { scope: "target", repeat: "no", ...MOVE, health: "neutral" } as const;
/** Another model is asked: this one would fail again, whoever serves it. */
const other = { ...move, sibling: false } as const;
const deliver = { scope: "request", repeat: "no", sibling: false, health: "ok", answer: true } as const;
/** Nothing else is tried. */
const stop = { scope: "caller", repeat: "no", sibling: false, advance: "no", health: "neutral" } as const;
const loud = { loud: true } as const;
const blocked = { ...move, ...loud, hardBlock: true } as const;
const missing = {
  ...move,
  ...loud,
  code: "model-not-found",
  scope: "model@endpoint",
  cooldown: lasting(10 * MINUTE),
} as const;
const ownFault = { ...other, ...loud, code: "adapter-error" } as const;

/** Every class of failure and what the engine does about it. The one table that engine, docs and tests read. */
export const FAILURE_RULES: Readonly<Record<FailureClass, FailureRule>> = {
  "network.dns": { ...sick, code: "unavailable", scope: "endpoint" },
  "network.refused": { ...sick, code: "unavailable", scope: "endpoint" },
  "network.connect-timeout": { ...sick, code: "timeout", repeat: "no" },
  "network.tls": { ...sick, code: "unavailable", scope: "endpoint", repeat: "no", loud: true },
  "network.reset": { ...sick, code: "unavailable", repeat: "fresh-connection" },
  // For a stream that was refused: then nothing of a response came.
  "network.protocol": { ...sick, code: "bad-response", repeat: "fresh-connection" },
  "network.proxy": { ...sick, code: "config", scope: "endpoint", repeat: "no", loud: true },
  "timeout.first-content": { ...sick, code: "timeout", repeat: "no", health: "slow" },
  "gateway.html": { ...sick, code: "bad-response" },
  "gateway.not-a-stream": { ...sick, code: "bad-response" },
  redirect: { ...move, code: "config", scope: "endpoint", cooldown: lasting(5 * MINUTE) },
  "request.invalid": { ...stop, code: "invalid-request", scope: "request" },
  "request.rejected": { ...other, ...loud, code: "invalid-request" },
  unknown: { ...move, code: "server-error" },
  "request.unsupported": { ...other, code: "unsupported", advance: "capable" },
  "request.context-length": { ...other, code: "context-length", advance: "larger-window" },
  "request.too-large": { ...other, code: "too-large" },
  "auth.invalid": { ...blocked, code: "auth", scope: "key", cooldown: { baseMs: 5 * MINUTE, capMs: HOUR } },
  "auth.forbidden": { ...blocked, code: "auth", scope: "key+model", cooldown: lasting(5 * MINUTE) },
  "billing.exhausted": {
    ...blocked,
    code: "billing",
    scope: "quota",
    cooldown: { baseMs: 10 * MINUTE, capMs: 6 * HOUR },
  },
  "model.not-found": missing,
  "model.deprecated": missing,
  "endpoint.not-found": {
    ...sick,
    code: "config",
    scope: "endpoint",
    repeat: "no",
    cooldown: lasting(5 * MINUTE),
  },
  "timeout.upstream": { ...sick, code: "timeout", repeat: "no", health: "slow" },
  conflict: { ...sick, code: "conflict", health: "neutral" },
  "rate.requests": limited(LADDER, "wait"),
  "rate.tokens": limited(LADDER, "wait"),
  "rate.daily": {
    ...limited({ baseMs: 10 * MINUTE, capMs: 24 * HOUR, minMs: 10 * MINUTE }, "no"),
    hardBlock: true,
  },
  "rate.concurrency": limited(lasting(2 * SECOND), "wait"),
  "rate.unknown": limited(LADDER, "no"),
  "server.error": { ...sick, code: "server-error" },
  "server.gateway": {
    ...sick,
    code: "server-error",
    scope: "endpoint",
    cooldown: { baseMs: "stated", capMs: 24 * HOUR },
  },
  "server.overloaded": {
    ...sick,
    code: "overloaded",
    scope: "model@endpoint",
    cooldown: lasting(5 * SECOND),
  },
  "policy.input-blocked": { ...deliver, code: "policy", advance: "policy", health: "neutral" },
  "stream.reset": { ...sick, code: "interrupted" },
  "stream.truncated": { ...sick, code: "interrupted" },
  "stream.malformed": { ...sick, code: "bad-response", repeat: "no" },
  "stream.oversized": { ...sick, code: "bad-response", repeat: "no" },
  "timeout.liveness": { ...sick, code: "timeout", repeat: "no", health: "slow" },
  "timeout.progress": { ...sick, code: "timeout", repeat: "no", health: "slow" },
  "output.empty": { ...sick, code: "empty-output", health: "neutral" },
  "policy.refusal": { ...deliver, code: "policy", advance: "policy" },
  "output.tool-json-cut": { ...deliver, code: "invalid-output", advance: "policy" },
  "output.tool-json-invalid": { ...deliver, code: "invalid-output", advance: "policy" },
  "output.schema-invalid": { ...deliver, code: "invalid-output", advance: "policy", answer: undefined },
  "output.malformed": { ...sick, code: "bad-response", advance: "unreleased", health: "neutral" },
  "output.no-seam": { ...move, code: "bad-response" },
  "caller.aborted": { ...stop, code: "aborted" },
  "caller.deadline": { ...stop, code: "timeout" },
  "caller.returned": { ...stop, code: "aborted" },
  "caller.stopped-reading": { ...stop, code: "aborted" },
  "adapter.threw": ownFault,
  "adapter.contract": ownFault,
  "local.resource": { ...stop, code: "local-resource", scope: "local" },
  "engine.no-target": { ...stop, code: "all-failed", scope: "request" },
  "engine.budget": { ...stop, code: "all-failed", scope: "request" },
};

function limited(cooldown: CooldownRule, repeat: "wait" | "no"): FailureRule {
  return { ...move, code: "rate-limited", scope: "quota+model", repeat, cooldown };
}

function lasting(ms: number): CooldownRule {
  return { baseMs: ms, capMs: ms };
}
