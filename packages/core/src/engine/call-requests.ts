import { UnderstudyError } from "../model/error.ts";
import type { Request } from "../model/request.ts";
import type { AttemptPlan } from "../model/target.ts";
import { fitRequest, type Fit } from "../handoff/fit-request.ts";
import { resolveRequest, type ResolvedRequest } from "../handoff/resolve-request.ts";
import { checkDuration, type Candidate, type Tier } from "./tier.ts";

/** One call's request as each tier and each target gets it; every form is made once. */
export class CallRequests {
  readonly #request: Request;
  readonly #resolved: ResolvedRequest;
  readonly #byTier = new Map<Tier, ResolvedRequest>();
  readonly #byCandidate = new Map<Candidate, Fit>();
  readonly #timeouts = new Map<Tier, number>();

  /** Throws `invalid-request` when the request cannot be sent anywhere. */
  constructor(input: string | Request) {
    this.#request = typeof input === "string" ? { messages: [{ role: "user", content: input }] } : input;
    this.#resolved = resolveRequest(this.#request);
  }

  forTier(tier: Tier): ResolvedRequest {
    if (tier.requestOverrides === undefined) return this.#resolved;
    let resolved = this.#byTier.get(tier);
    if (resolved === undefined) {
      resolved = resolveRequest(this.#override(tier));
      this.#byTier.set(tier, resolved);
    }
    return resolved;
  }

  forTarget(candidate: Candidate): Fit {
    let fit = this.#byCandidate.get(candidate);
    if (fit === undefined) {
      fit = fitRequest(this.forTier(candidate.tier), candidate.target);
      this.#byCandidate.set(candidate, fit);
    }
    return fit;
  }

  timeoutMs(tier: Tier): number {
    let timeoutMs = this.#timeouts.get(tier);
    if (timeoutMs === undefined) {
      timeoutMs = callUser(tier, "timeoutMs", () => tier.timeoutMs(this.#request));
      const problems: string[] = [];
      checkDuration(timeoutMs, `the timeoutMs function of tier ${tier.name}`, problems);
      const [problem] = problems;
      if (problem !== undefined) throw new UnderstudyError({ code: "config", message: `${problem}.` });
      this.#timeouts.set(tier, timeoutMs);
    }
    return timeoutMs;
  }

  /** How long a candidate may take to its first content, in milliseconds. */
  firstContentMs(candidate: Candidate): number {
    const plan = this.#plan(candidate);
    const isSilent = plan?.silentReasoning === true || plan?.unary === true;
    return isSilent ? candidate.tier.silentReasoningMs : this.timeoutMs(candidate.tier);
  }

  #plan(candidate: Candidate): AttemptPlan | undefined {
    const fit = this.forTarget(candidate);
    try {
      return fit.ok ? candidate.target.plan(fit.request) : undefined;
    } catch {
      // The attempt itself will report what its adapter throws.
      return undefined;
    }
  }

  #override(tier: Tier): Request {
    const { requestOverrides } = tier;
    if (typeof requestOverrides !== "function") return { ...this.#request, ...requestOverrides };
    return callUser(tier, "requestOverrides", () => requestOverrides(this.#request));
  }
}

function callUser<Value>(tier: Tier, option: string, run: () => Value): Value {
  try {
    return run();
  } catch (cause) {
    throw new UnderstudyError({ code: "config", message: `The ${option} function of tier ${tier.name} threw.`, cause });
  }
}
