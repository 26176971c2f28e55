import type { CallRequests } from "../engine/next/requests.ts";
import type { Tier } from "../engine/tier.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { oneLine } from "./foreign.ts";

/** Longer than a person watches an empty screen. */
const PATIENCE_MS = 30_000;

/** The wait for one tier, and the option that bounds it. */
interface Limit {
  readonly ms: number;
  readonly option: string;
}

const NONE: Limit = { ms: 0, option: "timeoutMs" };

/** How long it takes at most until somebody answers, tier after tier. Without a request only limits that need none count. */
export function waiting(
  targets: readonly Facts[],
  requests: CallRequests | undefined,
  deadlineMs: number,
): readonly Finding[] {
  const byTier = new Map<Tier, Limit>();
  for (const facts of targets) {
    const { tier } = facts.candidate;
    const [before = NONE, limit] = [byTier.get(tier), limitOf(facts, requests)];
    byTier.set(tier, limit.ms > before.ms ? limit : before);
  }
  const tiers = [...byTier.keys()].map(({ name }) => name);
  const waitMs = [...byTier.values()].reduce((sum, { ms }) => sum + ms, 0);
  const parts = Array.from(byTier, ([{ name }, { ms, option }]) => `${option} of ${oneLine(name)}: ${shown(ms)}`);
  const findings: Finding[] = [];
  if (waitMs > deadlineMs) {
    findings.push({
      type: "beyond-deadline",
      level: "warning",
      tiers,
      waitMs,
      message: `the limits of the tiers add up to ${shown(waitMs)} (${parts.join(", ")}), more than the ${shown(deadlineMs)} of a call: the last tiers may get no turn`,
      fix: "lower `timeoutMs` or `silentReasoningMs` of the first tiers, or raise `deadlineMs` of the call",
    });
  }
  if (requests !== undefined && waitMs > 0) {
    findings.push({
      type: "longest-wait",
      level: waitMs > PATIENCE_MS ? "warning" : "info",
      tiers,
      waitMs,
      message: `if every tier is silent, a caller waits ${shown(waitMs)} for the last one's first output (${parts.join(", ")})`,
      fix: "lower `timeoutMs` and `silentReasoningMs` where users watch, or set `startWithinMs` for the call",
    });
  }
  return findings;
}

function limitOf({ candidate }: Facts, requests: CallRequests | undefined): Limit {
  const { tier } = candidate;
  if (requests === undefined) return { ms: withoutRequest(tier), option: "timeoutMs" };
  try {
    // What cannot take it is passed over at once.
    if (!requests.forTarget(candidate).ok) return NONE;
    const ms = requests.firstContentMs(candidate);
    return { ms, option: ms === requests.timeoutMs(tier) ? "timeoutMs" : "silentReasoningMs" };
  } catch {
    // A function of the caller's; what it throws is a finding of its own.
    return NONE;
  }
}

/** A function that looks at the request is not asked without one. */
function withoutRequest({ timeoutMs }: Tier): number {
  if (timeoutMs.length > 0) return 0;
  try {
    const limit: unknown = timeoutMs({ messages: [] });
    return typeof limit === "number" && limit > 0 ? limit : 0;
  } catch {
    return 0;
  }
}

function shown(milliseconds: number): string {
  if (milliseconds === Infinity) return "without end";
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 600 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
