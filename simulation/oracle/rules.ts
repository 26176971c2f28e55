import type { WorldPlan } from "../world/plan.ts";
import type { FailureClass, FailureScope, HealthVerdict } from "./words.ts";

/** What the specification says about a failure class, written down a second time so that the engine's table is held against it. */
export interface ClassRule {
  readonly scope: FailureScope | undefined;
  /** No sibling of the tier may be tried. */
  readonly closesTier?: true;
  readonly health: HealthVerdict;
  readonly cooldown?: { readonly baseMs: number; readonly capMs: number; readonly minMs?: number };
  /** Only a time stated by the vendor cools. */
  readonly statedOnly?: true;
  readonly isHard?: true;
  readonly isLoud?: true;
  /** When the default policy ends the call there: nobody else is asked. */
  readonly stops?: "always" | "once-released";
}

const MINUTE = 60_000;
const ladder = { baseMs: 5_000, capMs: 300_000 };
const bad = (scope: FailureScope): ClassRule => ({ scope, health: "bad" });
const slow: ClassRule = { scope: "target", health: "slow" };
const limited: ClassRule = { scope: "quota+model", health: "neutral", cooldown: ladder };
const answer: ClassRule = { scope: undefined, health: "ok", closesTier: true, stops: "always" };
const stays: ClassRule = { scope: undefined, health: "neutral", closesTier: true, stops: "always" };
const flat = (ms: number): NonNullable<ClassRule["cooldown"]> => ({ baseMs: ms, capMs: ms });

export const RULES: Readonly<Record<FailureClass, ClassRule>> = {
  "network.dns": bad("endpoint"),
  "network.refused": bad("endpoint"),
  "network.connect-timeout": bad("target"),
  "network.tls": { ...bad("endpoint"), isLoud: true },
  "network.reset": bad("target"),
  "network.protocol": bad("target"),
  "network.proxy": { ...bad("endpoint"), isLoud: true },
  "timeout.first-content": slow,
  "gateway.html": bad("target"),
  "gateway.not-a-stream": bad("target"),
  redirect: { scope: "endpoint", health: "neutral", cooldown: flat(5 * MINUTE) },
  "request.invalid": stays,
  "request.rejected": { scope: "target", health: "neutral", closesTier: true, isLoud: true },
  unknown: { scope: "target", health: "neutral" },
  "request.unsupported": { scope: "target", health: "neutral", closesTier: true },
  "request.context-length": { scope: "target", health: "neutral", closesTier: true },
  "request.too-large": { scope: "target", health: "neutral", closesTier: true },
  "auth.invalid": {
    scope: "key",
    health: "neutral",
    cooldown: { baseMs: 5 * MINUTE, capMs: 60 * MINUTE },
    isHard: true,
    isLoud: true,
  },
  "auth.forbidden": { scope: "key+model", health: "neutral", cooldown: flat(5 * MINUTE), isHard: true, isLoud: true },
  "billing.exhausted": {
    scope: "quota",
    health: "neutral",
    cooldown: { baseMs: 10 * MINUTE, capMs: 360 * MINUTE },
    isHard: true,
    isLoud: true,
  },
  "model.not-found": { scope: "model@endpoint", health: "neutral", cooldown: flat(10 * MINUTE), isLoud: true },
  "model.deprecated": { scope: "model@endpoint", health: "neutral", cooldown: flat(10 * MINUTE), isLoud: true },
  "endpoint.not-found": { ...bad("endpoint"), cooldown: flat(5 * MINUTE) },
  "timeout.upstream": slow,
  conflict: { scope: "target", health: "neutral" },
  "rate.requests": limited,
  "rate.tokens": limited,
  "rate.daily": {
    ...limited,
    cooldown: { baseMs: 10 * MINUTE, capMs: 1_440 * MINUTE, minMs: 10 * MINUTE },
    isHard: true,
  },
  "rate.concurrency": { ...limited, cooldown: flat(2_000) },
  "rate.unknown": limited,
  "server.error": bad("target"),
  "server.gateway": { ...bad("endpoint"), cooldown: { baseMs: 0, capMs: 0 }, statedOnly: true },
  "server.overloaded": { ...bad("model@endpoint"), cooldown: flat(5_000) },
  "policy.input-blocked": stays,
  "stream.reset": bad("target"),
  "stream.truncated": bad("target"),
  "stream.malformed": bad("target"),
  "stream.oversized": bad("target"),
  "timeout.liveness": slow,
  "timeout.progress": slow,
  "output.empty": { scope: "target", health: "neutral" },
  "policy.refusal": answer,
  "output.tool-json-cut": answer,
  "output.tool-json-invalid": answer,
  "output.schema-invalid": answer,
  "output.malformed": { scope: "target", health: "neutral", stops: "once-released" },
  "output.no-seam": { scope: "target", health: "neutral" },
  "caller.aborted": stays,
  "caller.deadline": stays,
  "caller.returned": stays,
  "caller.stopped-reading": stays,
  "adapter.threw": { scope: "target", health: "neutral", closesTier: true, isLoud: true },
  "adapter.contract": { scope: "target", health: "neutral", closesTier: true, isLoud: true },
  "local.resource": stays,
  "engine.no-target": stays,
  "engine.budget": stays,
};

/** Whether the policy of a world ends a call after a failure. */
export function isStop(policy: WorldPlan["policy"], failureClass: FailureClass, wasReleased: boolean): boolean {
  const { stops } = RULES[failureClass];
  const byDefault = stops === "always" || (stops === "once-released" && wasReleased);
  switch (policy) {
    case "fail-after-release":
      return wasReleased || byDefault;
    case "move-on":
      return !/^(policy|output)\./.test(failureClass) && byDefault;
    case "insists":
      return failureClass === "request.invalid";
    case "default":
    case "throws":
    case "rejects":
      return byDefault;
    default:
      return policy satisfies never;
  }
}
