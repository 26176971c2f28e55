import type { Request } from "../../model/request.ts";
import type { SchemaResolution } from "../../model/schema.ts";
import type { AttemptPlan, Target, TargetRequest } from "../../model/target.ts";
import type { AskedRequest } from "../observers.ts";
import type { Candidate, Tier } from "../tier.ts";
// These stand in the bundle as they stand here: neighbours that are alike compress better.
import { resolveRequest, type ResolvedRequest } from "../../handoff/resolve-request.ts";
import { fitRequest, type Fit } from "../../handoff/fit-request.ts";
import { isJsonObject } from "../../model/json.ts";
import { isThenable, watch } from "../../model/promises.ts";
import { misuse } from "../../model/error.ts";
import { isTargetFailure, toUnsentFailure, type TargetFailure } from "../../model/target-failure.ts";
import { readRequest, type GivenRequest } from "../../handoff/read-request.ts";
import { ANYTHING, duration, type Rule } from "../../model/rules.ts";

/** A request as one target gets it, and how the target is going to answer it. */
export type Fitted =
  | (Extract<Fit, { ok: true }> & { readonly plan: AttemptPlan | TargetFailure })
  | Extract<Fit, { ok: false }>;

/** One call's request as each tier and each target gets it; every form is made once. */
export class CallRequests {
  readonly #given: GivenRequest;
  readonly #vendors: readonly string[];
  readonly #onInternalError: (error: unknown) => void;
  readonly #resolved: ResolvedRequest;
  readonly #schemas = new Map<unknown, SchemaResolution>();
  readonly #byTier = new Map<Tier, ResolvedRequest>();
  readonly #byCandidate = new Map<Candidate, Fitted>();
  readonly #timeouts = new Map<Tier, number>();

  /** Throws `invalid-request` when the request cannot be sent anywhere. */
  constructor(input: unknown, vendors: readonly string[], onInternalError: (error: unknown) => void) {
    this.#vendors = vendors;
    this.#onInternalError = onInternalError;
    this.#given = readRequest(input);
    this.#resolved = resolveRequest(this.#given, "The request", this.#schemas, this.#vendors);
  }

  /** As the caller gave it, checked and with its defaults. */
  get request(): AskedRequest {
    const { messages, options } = this.#resolved;
    return { ...options, messages };
  }

  forTier(tier: Tier): ResolvedRequest {
    if (tier.requestOverrides === undefined) return this.#resolved;
    return once(this.#byTier, tier, () => {
      return resolveRequest(this.#override(tier), `The request of tier ${tier.name}`, this.#schemas, this.#vendors);
    });
  }

  forTarget(candidate: Candidate): Fitted {
    return once(this.#byCandidate, candidate, () => {
      const fit = fitRequest(this.forTier(candidate.tier), candidate.target);
      return fit.ok ? { ...fit, plan: planOf(candidate.target, fit.request) } : fit;
    });
  }

  /** The same, if it was made: to make it may call functions of the caller. */
  known(candidate: Candidate): Fitted | undefined {
    return this.#byCandidate.get(candidate);
  }

  timeoutMs(tier: Tier): number {
    return once(this.#timeouts, tier, () => {
      return this.callUser(tier, "timeoutMs", tier.timeoutMs, LIMIT);
    });
  }

  /** How long a candidate may take to its first content, in milliseconds. */
  firstContentMs(candidate: Candidate): number {
    const fit = this.forTarget(candidate);
    const timeoutMs = this.timeoutMs(candidate.tier);
    return fit.ok ? firstContentMs(candidate.tier, timeoutMs, fit.plan) : timeoutMs;
  }

  #override(tier: Tier): GivenRequest {
    const { requestOverrides } = tier;
    const { request, losses } = this.#given;
    if (typeof requestOverrides === "function") {
      return readRequest(this.callUser(tier, "requestOverrides", requestOverrides, ANYTHING));
    }
    return { request: { ...request, ...requestOverrides }, losses };
  }

  /** Asks a function of the caller, which has to answer at once. What goes wrong is a `config` error. */
  callUser<Value>(tier: Tier, option: string, run: (request: Request) => Value, rule: Rule): Value {
    const where = `The ${option} function of tier ${tier.name}`;
    let value: Value;
    try {
      value = run(this.#given.request);
    } catch (cause) {
      throw misuse("config", `${where} threw.`, cause);
    }
    if (isThenable(value)) {
      watch(value, this.#onInternalError);
      throw misuse("config", `${where} returned a promise: it has to answer at once.`);
    }
    if (rule.test(value)) return value;
    throw misuse("config", `What the ${option} function of tier ${tier.name} returns must ${rule.must}.`);
  }
}

const LIMIT = duration(1);

/** What throws here throws before anything is sent. */
export function planOf(target: Target, request: TargetRequest): AttemptPlan | TargetFailure {
  try {
    const plan = target.plan(request);
    if (isJsonObject(plan)) return plan;
    throw new TypeError("not a plan");
  } catch (error) {
    return toUnsentFailure(error);
  }
}

/** A target that shows nothing of its reasoning, or answers in one piece, may be silent for longer. */
export function firstContentMs(tier: Tier, timeoutMs: number, plan: AttemptPlan | TargetFailure): number {
  const isSilent = !isTargetFailure(plan) && (plan.silentReasoning || plan.unary);
  return isSilent ? tier.silentReasoningMs : timeoutMs;
}

function once<Key, Value>(made: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = made.get(key) ?? make();
  made.set(key, value);
  return value;
}
