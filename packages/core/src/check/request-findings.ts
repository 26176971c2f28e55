import type { CallRequests } from "../engine/next/requests.ts";
import type { Clock } from "../model/clock.ts";
import type { Loss } from "../model/trace.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { isFailure, isMisuse, oneLine } from "./foreign.ts";
import { tooLong } from "./length.ts";

/** What each target makes of a request. Nothing is sent. */
export function requestFindings(targets: readonly Facts[], requests: CallRequests, clock: Clock): readonly Finding[] {
  const findings: Finding[] = [];
  for (const facts of targets) {
    for (const finding of findingsOf(facts, requests, clock)) {
      // Siblings share what their tier makes of a request.
      const isNew = !findings.some(({ message }) => message === finding.message);
      if (isNew) findings.push(finding);
    }
  }
  const isAnyAble = targets.some(({ tier }) => !findings.some((one) => one.type === "unable" && one.tiers[0] === tier));
  return isAnyAble ? findings : findings.map((one) => (one.type === "unable" ? { ...one, level: "error" } : one));
}

function findingsOf(facts: Facts, requests: CallRequests, clock: Clock): readonly Finding[] {
  const { candidate, name, tier } = facts;
  try {
    requests.timeoutMs(candidate.tier);
    const fit = requests.forTarget(candidate);
    if (!fit.ok) return [unable(facts, fit.missing)];
    const { request, plan } = fit;
    if (isFailure(plan)) throw plan;
    const own: unknown = candidate.target.losses?.(request, clock) ?? [];
    const losses = [...fit.losses, ...(Array.isArray(own) ? own : [])].map(cleanLoss);
    return [...tooLong(facts, request), ...lost(facts, losses)];
  } catch (error) {
    if (isMisuse(error)) return [misused(error, [tier])];
    if (isFailure(error))
      return [unable(facts, [error.details.capability ?? error.details.explanation ?? error.class])];
    return [unreadable(tier, name)];
  }
}

function lost({ name, tier }: Facts, losses: readonly Loss[]): readonly Finding[] {
  if (losses.length === 0) return [];
  const what = losses.map((loss) => `${loss.what} ${loss.action}`).join(", ");
  return [
    {
      type: "losses",
      level: losses.every(({ action }) => action === "translated") ? "info" : "warning",
      tiers: [tier],
      losses,
      message: `${name} does not take the request as asked: ${what}`,
      fix: "leave it out of the request, change it by the tier's `requestOverrides`, or accept it: every answer reports it in `losses`",
    },
  ];
}

function unable({ name, tier }: Facts, missing: readonly string[]): Finding {
  return {
    type: "unable",
    level: "warning",
    tiers: [tier],
    missing,
    message: `${name} cannot take this request (${oneLine(missing.join(", "))}): it is passed over`,
    fix: "give a tier that takes it, or change the request by the tier's `requestOverrides`",
  };
}

/** In the words of the error that a call would be rejected with. */
export function misused(error: unknown, tiers: readonly string[]): Finding {
  const message = isMisuse(error) ? error.message : "The request cannot be read.";
  return {
    type: "invalid-request",
    level: "error",
    tiers,
    message,
    fix: "correct what the message names: a call is rejected with it before anything is sent",
  };
}

/** For a target of which not even the name can be read, `name` is that of its tier. */
export function unreadable(tier: string, name: string): Finding {
  return {
    type: "unreadable",
    level: "error",
    tiers: [tier],
    message: `${name} cannot be looked at: its adapter threw`,
    fix: "have the adapter fixed: a target's fields must be plain, and its `plan` and `losses` must not throw",
  };
}

/** Adapters may be anyone's. */
function cleanLoss(loss: Loss): Loss {
  const { what, action, reason } = loss;
  const words = reason === undefined ? {} : { reason: oneLine(reason) };
  return { what: oneLine(what), action, ...words };
}
