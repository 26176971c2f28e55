import { misuse } from "../../model/error.ts";
import { isThenable, watch } from "../../model/promises.ts";
import { duration } from "../../model/rules.ts";
import type { SchemaResolution } from "../../model/schema.ts";
import type { AttemptPlan } from "../../model/target.ts";
import { fitRequest, type Fit } from "../../handoff/fit-request.ts";
import { readRequest, type GivenRequest } from "../../handoff/read-request.ts";
import { resolveRequest, type ResolvedRequest } from "../../handoff/resolve-request.ts";
import type { Candidate, Tier } from "../tier.ts";

/** One call's request as each tier and each target gets it; every form is made once. */
export class CallRequests {
  readonly #given: GivenRequest;
  readonly #onInternalError: (error: unknown) => void;
  readonly #resolved: ResolvedRequest;
  readonly #schemas = new Map<unknown, SchemaResolution>();
  readonly #byTier = new Map<Tier, ResolvedRequest>();
  readonly #byCandidate = new Map<Candidate, Fit>();
  readonly #timeouts = new Map<Tier, number>();

  /** Throws `invalid-request` when the request cannot be sent anywhere. */
  constructor(input: unknown, onInternalError: (error: unknown) => void) {
    this.#onInternalError = onInternalError;
    this.#given = readRequest(input);
    this.#resolved = resolveRequest(this.#given, "The request", this.#schemas);
  }

  forTier(tier: Tier): ResolvedRequest {
    if (tier.requestOverrides === undefined) return this.#resolved;
    return once(this.#byTier, tier, () => {
      return resolveRequest(this.#override(tier), `The request of tier ${tier.name}`, this.#schemas);
    });
  }

  forTarget(candidate: Candidate): Fit {
    return once(this.#byCandidate, candidate, () => fitRequest(this.forTier(candidate.tier), candidate.target));
  }

  /** The same, if it was made: to make it may call functions of the caller. */
  known(candidate: Candidate): Fit | undefined {
    return this.#byCandidate.get(candidate);
  }

  timeoutMs(tier: Tier): number {
    return once(this.#timeouts, tier, () => {
      const timeoutMs = this.#callUser(tier, "timeoutMs", () => tier.timeoutMs(this.#given.request));
      if (LIMIT.test(timeoutMs)) return timeoutMs;
      const message = `What the timeoutMs function of tier ${tier.name} returns must ${LIMIT.must}.`;
      throw misuse("config", message);
    });
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

  #override(tier: Tier): GivenRequest {
    const { requestOverrides } = tier;
    const { request, losses } = this.#given;
    if (typeof requestOverrides === "function") {
      return readRequest(this.#callUser(tier, "requestOverrides", () => requestOverrides(request)));
    }
    return { request: { ...request, ...requestOverrides }, losses };
  }

  #callUser<Value>(tier: Tier, option: string, run: () => Value): Value {
    const where = `The ${option} function of tier ${tier.name}`;
    let value: Value;
    try {
      value = run();
    } catch (cause) {
      throw misuse("config", `${where} threw.`, cause);
    }
    if (!isThenable(value)) return value;
    watch(value, this.#onInternalError);
    throw misuse("config", `${where} returned a promise: it has to answer at once.`);
  }
}

const LIMIT = duration(1);

function once<Key, Value>(made: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}
