import type {
  CallPlan,
  ContinuingPlan,
  DeadPool,
  OutageKind,
  OutagePlan,
  Profile,
  TargetPlan,
  TierPlan,
  WorldPlan,
} from "./plan.ts";
import { SeededRandom } from "./random.ts";

const VENDORS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"] as const;
const FOR_GOOD = 1e12;

export function makePlan(seed: number, profile: Profile, random: SeededRandom): WorldPlan {
  if (profile === "steered") return steered(makePlan(seed, "storm", random), new SeededRandom(seed + 1));
  if (profile === "hedge") {
    return withHedges(makePlan(seed, seed % 3 === 0 ? "storm" : "narrow", random), new SeededRandom(seed ^ 0x68656467));
  }
  if (profile === "continued") return continued(makePlan(seed, "narrow", random), new SeededRandom(seed + 2));
  if (profile === "ahead") return ahead(seed, random);
  const isStorm = profile === "storm";
  // The first tiers of a long chain are sick for good: what is done there must not cost the last ones their turn.
  const isLongChain = !isStorm && random.chance(0.12);
  const tierCount = isStorm ? random.whole(2, 3) : isLongChain ? random.whole(4, 6) : random.whole(1, 4);
  const tiers: TierPlan[] = [];
  const targets: TargetPlan[] = [];
  for (let tier = 0; tier < tierCount; tier++) {
    const vendor = VENDORS[tier] ?? "alpha";
    tiers.push(makeTier(`${vendor}/one`, tier === tierCount - 1 && random.chance(0.3), isStorm, random));
    const siblings = random.chance(isStorm || isLongChain ? 0.3 : 0.5) ? random.whole(2, 3) : 1;
    const shared = random.pick(["key", "endpoint", "nothing", "quota"] as const);
    for (let sibling = 0; sibling < siblings; sibling++) {
      targets.push(makeTarget(targets.length, tier, vendor, sibling, shared, random));
    }
  }
  const last = isStorm ? 120_000 : random.pick([10, 2_000, 20_000]);
  spreadSome(seed, tiers);
  const names = tiers.map(({ name }) => name);
  const isHanging = !isStorm && !isLongChain && random.chance(0.08);
  const calls = makeCalls(last, names, { isStorm, isHanging }, random);
  const deadPools = makeDeadPools(targets, isStorm, last, random);
  for (const { at, connections } of isStorm ? deadPools : []) {
    const burst = random.whole(1, connections);
    for (let copy = 0; copy < burst; copy++) calls.push(makeCall(at, names, { isStorm, isHanging }, random));
  }
  return {
    seed,
    profile,
    targets,
    tiers,
    calls: calls.toSorted((a, b) => a.at - b.at),
    outages: [
      ...(isLongChain ? makeSickTiers(targets, tierCount, random) : []),
      ...(isHanging ? [{ endpoint: targets[0]?.endpoint ?? "", from: 0, to: FOR_GOOD, kind: "hang" as const }] : []),
      ...makeOutages(targets, isStorm, last, random),
    ],
    deadPools,
    sleeps: random.chance(0.12) ? [makeSleep(last, calls, random)] : [],
    operator: random.chance(0.1) ? makeOperator(last, random) : [],
    wallJumps: random.chance(0.1) ? [{ at: random.between(0, last), ms: random.pick([-1, 1]) * 86_400_000 }] : [],
    holdMs: random.pick([0, 50, 50, 400]),
    holdAll: random.chance(0.08),
    maxAttempts: random.chance(0.15) ? random.whole(1, 4) : undefined,
    consumerIdleMs: random.pick([2_000, 120_000]),
    policy: random.chance(0.7)
      ? "default"
      : random.pick(["fail-after-release", "move-on", "insists", "insists", "throws", "rejects"] as const),
    hook: random.chance(0.2) ? random.pick(["throws", "rejects"] as const) : "quiet",
    lastHook: random.chance(0.2) ? random.pick(["throws", "rejects"] as const) : "quiet",
    store: random.chance(0.1) ? "throws" : "none",
    faultRate: isLongChain || isHanging ? 0.1 : isStorm ? random.pick([0, 0.05, 0.2]) : random.pick([0.3, 0.6, 0.9]),
    throwRate: random.pick([0, 0.02, 0.02]),
    longShare: isStorm ? random.pick([0, 0, 0.4]) : 0,
    steering: undefined,
    continuing: undefined,
  };
}

/** Few calls, of which most could be gone on with, and answers that break off late. */
function continued(narrow: WorldPlan, random: SeededRandom): WorldPlan {
  return {
    ...narrow,
    profile: "continued",
    holdMs: random.pick([0, 50]),
    holdAll: false,
    faultRate: random.pick([0.4, 0.7]),
    targets: narrow.targets.map((target) => ({ ...target, unary: false })),
    calls: narrow.calls.map((call) => ({
      ...call,
      tools: random.chance(0.1),
      json: random.chance(0.05),
      afterToolResult: random.chance(0.05),
      stubborn: undefined,
      isInvalid: false,
    })),
    continuing: howToContinue(narrow, random),
  };
}

function howToContinue({ targets }: WorldPlan, random: SeededRandom): ContinuingPlan {
  const ways = ["instruct", "instruct", "prefix", "prefill"] as const;
  return { by: Object.fromEntries(targets.map(({ vendor }) => [vendor, random.pick(ways)])) };
}

/** Everything at once: what one mechanism does must not undo what another one does. */
function ahead(seed: number, random: SeededRandom): WorldPlan {
  const plan = makePlan(seed, seed % 3 === 0 ? "continued" : "steered", random);
  const own = new SeededRandom(seed + 3);
  return {
    ...withHedges(plan, own),
    profile: "ahead",
    calls: plan.calls.map((call) => ({ ...call, stubborn: undefined })),
    continuing: plan.continuing ?? howToContinue(plan, own),
  };
}

/** A storm in which calls bring pins and have bounds for their cost, and vendors enforce limits of which they tell. */
function steered(storm: WorldPlan, random: SeededRandom): WorldPlan {
  const vendors = [...new Set(storm.targets.map(({ vendor }) => vendor))];
  return {
    ...storm,
    profile: "steered",
    sleeps: [],
    wallJumps: [],
    calls: storm.calls.map((call) => ({
      ...call,
      pin: random.chance(0.5) ? "earlier" : random.chance(0.1) ? "foreign" : undefined,
      isThrifty: random.chance(0.15),
    })),
    steering: {
      isAsked: random.chance(0.8),
      limit: random.whole(3, 12),
      dear: vendors.filter(() => random.chance(0.4)),
    },
  };
}

/** By chance of its own: the world is the one of the other profile. */
function withHedges(plan: WorldPlan, random: SeededRandom): WorldPlan {
  const after =
    plan.profile === "storm" || plan.profile === "steered"
      ? ([60, 300, 900, "p95"] as const)
      : ([20, 150, 500, 1_200] as const);
  return {
    ...plan,
    tiers: plan.tiers.map((tier) =>
      random.chance(0.9) ? { ...tier, hedgeAfterMs: random.pick<number | "p95">(after) } : tier,
    ),
    targets: plan.targets.map((target) => (random.chance(0.08) ? { ...target, acts: true } : target)),
  };
}

/** By chance of its own, in one schedule of seven: all other schedules are what they were without it. */
function spreadSome(seed: number, tiers: TierPlan[]): void {
  if (seed % 7 !== 2) return;
  const random = new SeededRandom(seed);
  for (const [index, tier] of tiers.entries()) if (random.chance(0.7)) tiers[index] = { ...tier, balance: "spread" };
}

/** Some standstills fall into the beginning of a call. */
function makeSleep(last: number, calls: readonly CallPlan[], random: SeededRandom): WorldPlan["sleeps"][number] {
  const at = random.chance(0.5) ? random.pick(calls).at + random.between(1, 1_500) : random.between(0, last + 5_000);
  return { at, ms: random.pick([200, 600, 20_000, 3_600_000]) };
}

interface Traffic {
  readonly isStorm: boolean;
  /** The first target hangs for good, and the callers have little time. */
  readonly isHanging: boolean;
}

function makeCalls(last: number, names: readonly string[], traffic: Traffic, random: SeededRandom): CallPlan[] {
  const { isStorm } = traffic;
  const calls: CallPlan[] = [];
  const count = isStorm ? random.whole(20, 50) : random.whole(1, 4);
  while (calls.length < count) {
    const at = random.between(0, last);
    const burst = random.chance(isStorm ? 0.15 : 0.3) ? random.whole(2, isStorm ? 12 : 3) : 1;
    for (let copy = 0; copy < burst && calls.length < count; copy++) calls.push(makeCall(at, names, traffic, random));
  }
  return calls;
}

function makeTier(name: string, degraded: boolean, isStorm: boolean, random: SeededRandom): TierPlan {
  return {
    name,
    degraded,
    balance: "first",
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

function makeCall(
  at: number,
  names: readonly string[],
  { isStorm, isHanging }: Traffic,
  random: SeededRandom,
): CallPlan {
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
  const short = isHanging ? 0.6 : rare;
  const stubborn = random.chance(0.05) ? random.pick(["empty", "malformed", "json", "tools"] as const) : undefined;
  return {
    at,
    consumer,
    json: stubborn === "json" || random.chance(0.1),
    tools: stubborn === "tools" || random.chance(0.3),
    afterToolResult: random.chance(0.1),
    deadlineMs: random.chance(short) ? random.pick(isHanging ? [800, 2_000, 5_000] : [800, 5_000, 60_000]) : undefined,
    startWithinMs: random.chance(short) ? random.pick([500, 2_000, 10_000]) : undefined,
    tiers: random.chance(rare / 2) ? [random.pick(names)] : undefined,
    allowDegraded: !random.chance(rare),
    abortAfterMs: random.chance(rare) ? random.pick([0, random.between(1, 500), random.between(1, 8_000)]) : undefined,
    abortAtEvent: random.chance(rare / 2) ? random.whole(1, 8) : random.chance(0.03) ? "repeat" : undefined,
    reads: random.whole(0, 6),
    pauseMs: random.pick([1, 40, 700, 3_000]),
    isInvalid: random.chance(0.04),
    stubborn,
    pin: undefined,
    isThrifty: false,
    isRecovery: false,
  };
}

const OUTAGES = [
  "gateway",
  "refused",
  "reset",
  "hang",
  "hang",
  "cut",
  "overloaded",
  "rate",
  "slow-end",
  "auth",
] as const satisfies readonly OutageKind[];

function makeOutages(
  targets: readonly TargetPlan[],
  isStorm: boolean,
  last: number,
  random: SeededRandom,
): OutagePlan[] {
  if (!isStorm && random.chance(0.7)) return [];
  const endpoints = [...new Set(targets.map(({ endpoint }) => endpoint))];
  return Array.from({ length: random.whole(1, isStorm ? 3 : 2) }, () => {
    const from = random.between(0, last * 0.6);
    const to = from + random.between(0.1, 0.7) * last;
    const endpoint = random.chance(0.6) ? (endpoints[0] ?? "") : random.pick(endpoints);
    const outage = { endpoint, from, to, kind: random.pick(OUTAGES) };
    // What comes back hanging answers its probes with silence.
    return random.chance(0.2) ? [outage, { endpoint, from: to, to: to + 40_000, kind: "hang" as const }] : [outage];
  }).flat();
}

/** All tiers but the last are sick in ways that invite repeats and repairs. */
function makeSickTiers(targets: readonly TargetPlan[], tiers: number, random: SeededRandom): OutagePlan[] {
  const sick = random.whole(2, tiers - 1);
  return targets
    .filter(({ tier }) => tier < sick)
    .map(({ endpoint }) => ({
      endpoint,
      from: 0,
      to: FOR_GOOD,
      kind: random.pick(["reset", "reset", "rejects", "gateway", "refused"] as const),
    }));
}

function makeDeadPools(
  targets: readonly TargetPlan[],
  isStorm: boolean,
  last: number,
  random: SeededRandom,
): DeadPool[] {
  if (!random.chance(isStorm ? 0.25 : 0.1)) return [];
  const { endpoint = "" } = random.chance(0.7) ? (targets[0] ?? {}) : random.pick(targets);
  const connections = isStorm ? random.whole(4, 16) : random.whole(1, 4);
  return [{ endpoint, at: random.between(0, last), connections, says: random.pick(["reused", undefined]) }];
}

function makeOperator(last: number, random: SeededRandom): WorldPlan["operator"][number][] {
  const vendor = random.pick(["alpha", "beta"]);
  const at = random.between(0, last);
  const enable = { at: at + random.between(1, last), action: "enable" as const, vendor };
  return random.chance(0.5) ? [{ at, action: "isolate", vendor }, enable] : [enable];
}
