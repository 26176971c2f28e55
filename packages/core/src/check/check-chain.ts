import type { Candidate } from "../engine/tier.ts";
import type { Clock } from "../model/clock.ts";
import type { CallRequests } from "../engine/next/requests.ts";
import { readFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { degradedFirst, lifetime } from "./lifetime.ts";
import { likeness } from "./likeness.ts";
import { ownTransport } from "./own-transport.ts";
import { misused, requestFindings, unreadable } from "./request-findings.ts";
import { sharedFate, withoutKey } from "./shared-fate.ts";
import { waiting } from "./waiting.ts";

const LEVELS: readonly Finding["level"][] = ["error", "warning", "info"];

export interface CheckSetup {
  /** Every target of every tier, in order. */
  readonly candidates: readonly Candidate[];
  readonly clock: Clock;
  /** How long a call may take, if it does not say otherwise. */
  readonly deadlineMs: number;
  /** What the chain has its targets make their requests by. */
  readonly transport: string | undefined;
  /** Reads the request as a call does, and throws what the call would be rejected with. Left out: there is none. */
  readonly read?: (() => CallRequests) | undefined;
}

/** What a chain would not do as one may expect, the worst first. Nothing is sent, and nothing is thrown. */
export function checkChain({ candidates, clock, deadlineMs, transport, read }: CheckSetup): readonly Finding[] {
  const findings: Finding[] = [];
  const targets = candidates.flatMap((candidate) => {
    const facts = readFacts(candidate);
    if (facts === undefined) findings.push(unreadable(candidate.tier.name, `a target of tier ${candidate.tier.name}`));
    return facts ?? [];
  });
  const asked = targets.filter(({ noKey }) => noKey === undefined);
  let requests: CallRequests | undefined;
  const misuses: Finding[] = [];
  try {
    requests = read?.();
  } catch (error) {
    misuses.push(misused(error, []));
  }
  findings.push(...targets.flatMap(withoutKey), ...likeness(targets, requests), ...lifetime(targets, clock.wallNow()));
  findings.push(...sharedFate(asked, asked.length < targets.length), ...degradedFirst(asked));
  findings.push(...ownTransport(asked, transport));
  if (misuses.length === 0) findings.push(...waiting(asked, requests, deadlineMs));
  if (requests !== undefined) findings.push(...requestFindings(asked, requests, clock));
  findings.push(...misuses);
  const frozen = findings.map((finding) => Object.freeze(finding));
  return LEVELS.flatMap((level) => frozen.filter((finding) => finding.level === level));
}
