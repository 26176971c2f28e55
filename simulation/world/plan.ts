import type { SeededRandom } from "./random.ts";

export type Profile = "narrow" | "storm";

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
}

export interface TierPlan {
  readonly name: string;
  readonly timeoutMs: number;
  readonly silentReasoningMs: number;
  readonly livenessMs: number;
  readonly progressMs: number;
  readonly workingMs: number;
  readonly degraded: boolean;
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
  /** The caller's own hook aborts at this engine event of the call. */
  readonly abortAtEvent: number | undefined;
  /** After how many reads a quitting consumer leaves. */
  readonly reads: number;
  readonly pauseMs: number;
  /** Every vendor refuses it. */
  readonly isInvalid: boolean;
  /** Sent when all outages are over: it must be answered. */
  readonly isRecovery: boolean;
}

export type OutageKind = "gateway" | "refused" | "hang" | "cut" | "overloaded" | "rate" | "slow-end" | "auth";

export interface OutagePlan {
  readonly endpoint: string;
  readonly from: number;
  readonly to: number;
  readonly kind: OutageKind;
}

export interface WorldPlan {
  readonly seed: number;
  readonly profile: Profile;
  readonly targets: readonly TargetPlan[];
  readonly tiers: readonly TierPlan[];
  readonly calls: readonly CallPlan[];
  readonly outages: readonly OutagePlan[];
  readonly sleeps: readonly { readonly at: number; readonly ms: number }[];
  readonly operator: readonly { readonly at: number; readonly action: "isolate" | "enable"; readonly vendor: string }[];
  readonly wallJumps: readonly { readonly at: number; readonly ms: number }[];
  readonly holdMs: number;
  readonly holdAll: boolean;
  readonly maxAttempts: number | undefined;
  readonly consumerIdleMs: number;
  readonly policy: "default" | "fail-after-release" | "move-on" | "insists" | "throws";
  readonly hookThrows: boolean;
  readonly store: "none" | "throws";
  /** Share of upstream calls that go wrong outside of outages. */
  readonly faultRate: number;
}

const VENDORS = ["alpha", "beta", "gamma", "delta"] as const;

export function makePlan(seed: number, profile: Profile, random: SeededRandom): WorldPlan {
  const isStorm = profile === "storm";
  const tierCount = isStorm ? random.whole(2, 3) : random.whole(1, 4);
  const tiers: TierPlan[] = [];
  const targets: TargetPlan[] = [];
  for (let tier = 0; tier < tierCount; tier++) {
    const vendor = VENDORS[tier] ?? "alpha";
    tiers.push(makeTier(`${vendor}/one`, tier === tierCount - 1 && random.chance(0.3), isStorm, random));
    const siblings = random.chance(isStorm ? 0.3 : 0.5) ? random.whole(2, 3) : 1;
    const shared = random.pick(["key", "endpoint", "nothing", "quota"] as const);
    for (let sibling = 0; sibling < siblings; sibling++) {
      targets.push(makeTarget(targets.length, tier, vendor, sibling, shared, random));
    }
  }
  const last = isStorm ? 120_000 : random.pick([10, 2_000, 20_000]);
  const names = tiers.map(({ name }) => name);
  const calls: CallPlan[] = [];
  const count = isStorm ? random.whole(20, 50) : random.whole(1, 4);
  while (calls.length < count) {
    const at = random.between(0, last);
    const burst = random.chance(isStorm ? 0.15 : 0.3) ? random.whole(2, isStorm ? 12 : 3) : 1;
    for (let copy = 0; copy < burst && calls.length < count; copy++) calls.push(makeCall(at, names, isStorm, random));
  }
  return {
    seed,
    profile,
    targets,
    tiers,
    calls: calls.toSorted((a, b) => a.at - b.at),
    outages: makeOutages(targets, isStorm, last, random),
    sleeps: random.chance(0.1)
      ? [{ at: random.between(0, last + 5_000), ms: random.pick([200, 600, 20_000, 3_600_000]) }]
      : [],
    operator: random.chance(0.1) ? makeOperator(last, random) : [],
    wallJumps: random.chance(0.1) ? [{ at: random.between(0, last), ms: random.pick([-1, 1]) * 86_400_000 }] : [],
    holdMs: random.pick([0, 50, 50, 400]),
    holdAll: random.chance(0.08),
    maxAttempts: random.chance(0.15) ? random.whole(1, 4) : undefined,
    consumerIdleMs: random.pick([2_000, 120_000]),
    policy: random.chance(0.7)
      ? "default"
      : random.pick(["fail-after-release", "move-on", "insists", "throws"] as const),
    hookThrows: random.chance(0.15),
    store: random.chance(0.1) ? "throws" : "none",
    faultRate: isStorm ? random.pick([0, 0.05, 0.2]) : random.pick([0.3, 0.6, 0.9]),
  };
}

function makeTier(name: string, degraded: boolean, isStorm: boolean, random: SeededRandom): TierPlan {
  return {
    name,
    degraded,
    timeoutMs: random.pick(isStorm ? [1_500, 4_000] : [900, 3_000, 15_000]),
    silentReasoningMs: random.pick([4_000, 30_000]),
    livenessMs: random.pick([1_500, 20_000]),
    progressMs: random.pick([2_000, 20_000]),
    workingMs: random.pick([5_000, 60_000]),
  };
}

function makeTarget(
  index: number,
  tier: number,
  vendor: string,
  sibling: number,
  shared: "key" | "endpoint" | "nothing" | "quota",
  random: SeededRandom,
): TargetPlan {
  const key = `${vendor}-key-${shared === "key" ? 0 : sibling}`;
  const isSilent = random.chance(0.15);
  return {
    index,
    tier,
    vendor,
    model: "one",
    endpoint: shared === "endpoint" || shared === "quota" ? `${vendor}.test` : `${sibling}.${vendor}.test`,
    key,
    quota: shared === "quota" ? `${vendor}-quota` : key,
    keepAlives: random.chance(0.3),
    tools: !random.chance(0.1),
    contextWindow: random.pick([1_000, 2_000, "unknown"] as const),
    silentReasoning: isSilent,
    eventsAtOnce: isSilent && random.chance(0.5),
    unary: random.chance(0.05),
  };
}

function makeCall(at: number, names: readonly string[], isStorm: boolean, random: SeededRandom): CallPlan {
  const consumer = random.pick(
    isStorm
      ? (["generate", "prompt", "prompt", "text", "quitting", "awaits-result"] as const)
      : ([
          "generate",
          "prompt",
          "prompt",
          "text",
          "slow",
          "quitting",
          "never-pulling",
          "stops-pulling",
          "awaits-result",
        ] as const),
  );
  const rare = isStorm ? 0.04 : 0.15;
  return {
    at,
    consumer,
    json: random.chance(0.1),
    tools: random.chance(0.2),
    afterToolResult: random.chance(0.1),
    deadlineMs: random.chance(rare) ? random.pick([800, 5_000, 60_000]) : undefined,
    startWithinMs: random.chance(rare) ? random.pick([500, 2_000, 10_000]) : undefined,
    tiers: random.chance(rare / 2) ? [random.pick(names)] : undefined,
    allowDegraded: !random.chance(rare),
    abortAfterMs: random.chance(rare) ? random.pick([0, random.between(1, 500), random.between(1, 8_000)]) : undefined,
    abortAtEvent: random.chance(rare / 2) ? random.whole(1, 8) : undefined,
    reads: random.whole(0, 6),
    pauseMs: random.pick([1, 40, 700, 3_000]),
    isInvalid: random.chance(0.04),
    isRecovery: false,
  };
}

function makeOutages(
  targets: readonly TargetPlan[],
  isStorm: boolean,
  last: number,
  random: SeededRandom,
): OutagePlan[] {
  if (!isStorm && random.chance(0.7)) return [];
  const endpoints = [...new Set(targets.map(({ endpoint }) => endpoint))];
  const kinds = ["gateway", "refused", "hang", "cut", "overloaded", "rate", "slow-end", "auth"] as const;
  return Array.from({ length: random.whole(1, isStorm ? 3 : 2) }, () => {
    const from = random.between(0, last * 0.6);
    const lasts = random.between(0.1, 0.7) * last;
    const endpoint = random.chance(0.6) ? (endpoints[0] ?? "") : random.pick(endpoints);
    return { endpoint, from, to: from + lasts, kind: random.pick(kinds) };
  });
}

function makeOperator(last: number, random: SeededRandom): WorldPlan["operator"][number][] {
  const vendor = random.pick(["alpha", "beta"]);
  const at = random.between(0, last);
  const enable = { at: at + random.between(1, last), action: "enable" as const, vendor };
  return random.chance(0.5) ? [{ at, action: "isolate", vendor }, enable] : [enable];
}
