/** `steered`, `continued`, `hedge`: the others, with what they are named for; `ahead`: with all of it. */
export type Profile = "narrow" | "storm" | "steered" | "continued" | "hedge" | "ahead";

/** Answers that break off are gone on with: how each vendor does it. */
export interface ContinuingPlan {
  readonly by: Readonly<Record<string, "prefix" | "prefill" | "instruct">>;
}

/** What a chain is asked to choose by, and what the vendors say and enforce. */
export interface SteeringPlan {
  readonly isAsked: boolean;
  /** Requests a minute that each quota takes of a model. */
  readonly limit: number;
  /** Vendors ten times as dear as the others. */
  readonly dear: readonly string[];
}

export interface TargetPlan {
  readonly index: number;
  readonly tier: number;
  readonly vendor: string;
  readonly model: string;
  readonly endpoint: string;
  readonly key: string;
  readonly quota: string;
  readonly keepAlives: boolean;
  readonly tools: boolean;
  readonly contextWindow: number | "unknown";
  readonly silentReasoning: boolean;
  readonly eventsAtOnce: boolean;
  readonly unary: boolean;
  /** Its vendor acts on its side for every request. */
  readonly acts?: boolean;
}

export interface TierPlan {
  readonly name: string;
  readonly timeoutMs: number;
  readonly silentReasoningMs: number;
  readonly livenessMs: number;
  readonly progressMs: number;
  readonly workingMs: number;
  readonly degraded: boolean;
  readonly balance: "first" | "spread";
  readonly hedgeAfterMs?: number | "p95";
}

export type ConsumerKind =
  | "generate"
  | "prompt"
  | "slow"
  | "quitting"
  | "text"
  | "never-pulling"
  | "stops-pulling"
  | "awaits-result";

export interface CallPlan {
  readonly at: number;
  readonly consumer: ConsumerKind;
  readonly json: boolean;
  readonly tools: boolean;
  readonly afterToolResult: boolean;
  readonly deadlineMs: number | undefined;
  readonly startWithinMs: number | undefined;
  readonly tiers: readonly string[] | undefined;
  readonly allowDegraded: boolean;
  /** Milliseconds after the start. */
  readonly abortAfterMs: number | undefined;
  /** The caller's own hook aborts at this engine event of the call, or when it is to be repeated. */
  readonly abortAtEvent: number | "repeat" | undefined;
  /** After how many reads a quitting consumer leaves. */
  readonly reads: number;
  readonly pauseMs: number;
  /** Every vendor refuses it. */
  readonly isInvalid: boolean;
  /** Every model makes the same mistake of it, again and again. */
  readonly stubborn: Stubborn | undefined;
  /** Goes on with the conversation of an earlier call, by its pin; or brings a pin that is none of this chain. */
  readonly pin: "earlier" | "foreign" | undefined;
  /** The call may cost what a vendor asks that is not dear. */
  readonly isThrifty: boolean;
  /** Sent when all outages are over: it must be answered. */
  readonly isRecovery: boolean;
}

export type Stubborn = "empty" | "malformed" | "json" | "tools";

export type OutageKind =
  | "gateway"
  | "refused"
  | "reset"
  | "rejects"
  | "hang"
  | "cut"
  | "overloaded"
  | "rate"
  | "slow-end"
  | "auth"
  /** Well, but slow: most answers take most of their limit and then long, one in ten hangs. */
  | "sluggish";

export interface OutagePlan {
  readonly endpoint: string;
  readonly from: number;
  readonly to: number;
  readonly kind: OutageKind;
}

/** Connections that died while they were idle: each fails once, before a byte. A new connection is well. */
export interface DeadPool {
  readonly endpoint: string;
  readonly at: number;
  readonly connections: number;
  /** What the transport knows of them. */
  readonly says: "reused" | undefined;
}

/** What a callback of the application does beside its work. */
export type Manners = "quiet" | "throws" | "rejects";

export interface WorldPlan {
  readonly seed: number;
  readonly profile: Profile;
  readonly targets: readonly TargetPlan[];
  readonly tiers: readonly TierPlan[];
  readonly calls: readonly CallPlan[];
  readonly outages: readonly OutagePlan[];
  readonly deadPools: readonly DeadPool[];
  readonly sleeps: readonly { readonly at: number; readonly ms: number }[];
  readonly operator: readonly { readonly at: number; readonly action: "isolate" | "enable"; readonly vendor: string }[];
  readonly wallJumps: readonly { readonly at: number; readonly ms: number }[];
  readonly holdMs: number;
  readonly holdAll: boolean;
  readonly maxAttempts: number | undefined;
  readonly consumerIdleMs: number;
  readonly policy: "default" | "fail-after-release" | "move-on" | "insists" | "throws" | "rejects";
  readonly hook: Manners;
  /** The callback that hears of what the others throw. */
  readonly lastHook: Manners;
  readonly store: "none" | "throws";
  /** Share of upstream calls that go wrong outside of outages. */
  readonly faultRate: number;
  /** Share of upstream calls whose adapter throws at once. */
  readonly throwRate: number;
  /** Share of the answers before an outage that outlive it. */
  readonly longShare: number;
  /** Undefined: the chain is asked for nothing of the kind. */
  readonly steering: SteeringPlan | undefined;
  /** Undefined: what breaks off is begun again. */
  readonly continuing: ContinuingPlan | undefined;
}
