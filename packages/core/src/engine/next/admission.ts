import type { SkipRecord } from "../../model/trace.ts";
import type { Admitted, ChainHealth, Standing } from "../health/chain-health.ts";
import { skipRecord, type Obstacle, type Selection } from "./selection.ts";
import type { Candidate } from "../tier.ts";

const LEASE_MARGIN_MS = 5_000;

/** A candidate that may be called now. */
export interface Ticket {
  readonly candidate: Candidate;
  readonly admitted: Admitted;
  readonly venture?: "probe" | "trial" | "last-resort" | undefined;
}

export interface AdmissionSetup {
  readonly selection: Selection;
  readonly health: ChainHealth;
  /** A candidate's limit for its first content, in milliseconds. */
  readonly limitMs: (candidate: Candidate) => number;
  readonly skipped: (record: SkipRecord) => void;
  /** A candidate was chosen. */
  readonly charge: (candidate: Candidate) => void;
  /** Whether the call has ended: a hook may do that while candidates are passed over. */
  readonly isOver: () => boolean;
}

/** Brings the call's order of candidates and the chain's health together: who is called next, and by what right. */
export class Admission {
  readonly #setup: AdmissionSetup;
  /** The first candidate that was due for a probe which another call was making. */
  #denied: Candidate | undefined;

  constructor(setup: AdmissionSetup) {
    this.#setup = setup;
  }

  /** The next candidate that may be called; nobody queues for a probe that another call is making. */
  async next(): Promise<Ticket | undefined> {
    const { selection, health, skipped, charge, isOver } = this.#setup;
    for (;;) {
      const candidate = selection.next(skipped);
      if (candidate === undefined || isOver()) return undefined;
      const standing = health.standing(candidate.target);
      if (standing.type === "ready") {
        charge(candidate);
        return { candidate, admitted: health.admit(candidate.target) };
      }
      if (standing.type === "trial") {
        charge(candidate);
        health.beginTrial(standing.scope);
        return { candidate, admitted: health.admit(candidate.target), venture: "trial" };
      }
      // oxlint-disable-next-line no-await-in-loop -- one candidate after the other is the point
      const ticket = await this.#probe(candidate);
      if (ticket !== undefined) return ticket;
      this.#denied ??= candidate;
      skipped(skipRecord(candidate, { reason: "breaker", detail: "another call is probing" }));
    }
  }

  /** When nothing may be called, the one that is due first is tried all the same: not a probe, but its success counts. */
  lastResort(): Ticket | undefined {
    const { selection, health, isOver } = this.#setup;
    const candidate = this.#denied ?? selection.dueFirst()?.candidate;
    if (candidate === undefined || isOver()) return undefined;
    return { candidate, admitted: health.admit(candidate.target), venture: "last-resort" };
  }

  /** For a repeat or repair at the same target. */
  again(candidate: Candidate): Ticket {
    return { candidate, admitted: this.#setup.health.admit(candidate.target) };
  }

  async #probe(candidate: Candidate): Promise<Ticket | undefined> {
    const { health, limitMs } = this.#setup;
    const leaseMs = limitMs(candidate) + LEASE_MARGIN_MS;
    const acquired = health.acquireProbe(candidate.target, leaseMs);
    const isMine = typeof acquired === "boolean" ? acquired : await acquired;
    const admitted = isMine ? health.admitProbe(candidate.target, leaseMs) : undefined;
    if (admitted === undefined) return undefined;
    // The breaker may have closed while the store was asked.
    return { candidate, admitted, venture: admitted.permit.isProbe ? "probe" : undefined };
  }
}

/** What health puts in a candidate's way. */
export function healthObstacle(standing: Standing): Obstacle | undefined {
  if (standing.type !== "blocked") return undefined;
  const { reason, scope, isHard, dueAt, because } = standing;
  return { reason, detail: scope, class: because, dueAt: isHard ? undefined : dueAt };
}
