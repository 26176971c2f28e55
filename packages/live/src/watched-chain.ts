import type { Chain, Clock, EngineEvent, Observer, SkipRecord, TargetHealth } from "@understudy/core";
import type { CallAttempt, CallState, ChainState, CredentialProblem, TargetState } from "./state.ts";

const MOST_CALLS = 50;
const MOST_PROBLEMS = 20;
/** Calls that have begun and not ended. */
const MOST_OPEN = 10_000;

interface OpenCall {
  readonly attempts: CallAttempt[];
  readonly skipped: SkipRecord[];
}

/** What is shown of one chain: its last calls, gathered from its events, and its health when it is asked for. */
export class WatchedChain {
  readonly #name: string;
  readonly #chain: Pick<Chain, "tiers" | "snapshot">;
  readonly #clock: Clock;
  readonly #onNews: () => void;
  readonly #open = new Map<number, OpenCall>();
  readonly #calls: CallState[] = [];
  readonly #problems = new Map<string, CredentialProblem>();
  #store: ChainState["store"] = "none";

  constructor(name: string, chain: Pick<Chain, "tiers" | "snapshot">, clock: Clock, onNews: () => void) {
    this.#name = name;
    this.#chain = chain;
    this.#clock = clock;
    this.#onNews = onNews;
  }

  get observer(): Observer {
    return { onEvent: (event) => this.#onEvent(event) };
  }

  state(): ChainState {
    return {
      name: this.#name,
      store: this.#store,
      targets: this.#chain.snapshot().map(targetState),
      problems: [...this.#problems.values()].toReversed(),
      calls: this.#calls.toReversed(),
    };
  }

  #onEvent(event: EngineEvent): void {
    switch (event.type) {
      case "call-start":
        if (this.#open.size < MOST_OPEN) this.#open.set(event.callId, { attempts: [], skipped: [] });
        return;
      case "skipped":
        this.#open.get(event.callId)?.skipped.push(event.skip);
        return;
      case "attempt-end": {
        const { tier, outcome, startedAtMs, endedMs, class: failed } = event.record;
        this.#open.get(event.callId)?.attempts.push({ tier, outcome, startedAtMs, endedMs, failed });
        if (outcome === "answered") this.#problems.delete(tier);
        return;
      }
      case "end":
        this.#end(event);
        return;
      case "credential-problem":
        this.#addProblem({ tier: event.tier, reason: event.reason, at: this.#clock.wallNow() });
        return;
      case "store":
        this.#store = event.state;
        this.#onNews();
        return;
      case "breaker":
      case "cooldown":
      case "isolated":
      case "enabled":
        this.#onNews();
        return;
      default:
    }
  }

  #end(event: Extract<EngineEvent, { readonly type: "end" }>): void {
    const { callId, outcome, code, tier, totalMs, degraded = false } = event;
    const { attempts, skipped } = this.#open.get(callId) ?? { attempts: [], skipped: [] };
    this.#open.delete(callId);
    const by = outcome === "answered" ? tier : code;
    const at = this.#clock.wallNow();
    this.#calls.push({ callId, at, outcome, by, totalMs, isDegraded: degraded, skipped: skipped.length, attempts });
    if (this.#calls.length > MOST_CALLS) this.#calls.shift();
    this.#onNews();
  }

  /** The latest is the last. */
  #addProblem(problem: CredentialProblem): void {
    this.#problems.delete(problem.tier);
    this.#problems.set(problem.tier, problem);
    if (this.#problems.size > MOST_PROBLEMS) this.#problems.delete([...this.#problems.keys()][0] ?? "");
    this.#onNews();
  }
}

function targetState(health: TargetHealth): TargetState {
  const { tier, sibling, vendor, model, endpoint, breaker, blockedForMs, cooldownClass } = health;
  const { ok, bad, slow } = health.counts;
  const blocked = blockOf(health);
  return {
    place: sibling === undefined ? tier : `${tier} #${sibling}`,
    vendor,
    model,
    endpoint,
    breaker,
    counts: { ok, bad, slow },
    blocked,
    cause: blocked === "cooldown" ? cooldownClass : undefined,
    // Without an end: by hand, or without a key.
    blockedForMs: blocked !== undefined && Number.isFinite(blockedForMs) && blockedForMs > 0 ? blockedForMs : undefined,
  };
}

function blockOf({ isIsolated, blockedForMs, cooldownScope, breaker }: TargetHealth): TargetState["blocked"] {
  if (isIsolated) return "isolated";
  if (blockedForMs === Infinity) return "no-key";
  if (blockedForMs <= 0) return breaker === "open" ? "breaker" : undefined;
  return cooldownScope === undefined ? "breaker" : "cooldown";
}
