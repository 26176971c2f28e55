import { readRequestPart } from "../handoff/read-request.ts";
import type { Clock } from "../model/clock.ts";
import { misuse } from "../model/error.ts";
import type { AttemptName } from "../model/events.ts";
import { isJsonObject } from "../model/json.ts";
import type { Request } from "../model/request.ts";
import {
  AMOUNT,
  ANYTHING,
  checkShape,
  duration,
  FLAG,
  FULL_TEXT,
  FUNCTION,
  having,
  LIST,
  listed,
  OBJECT,
  oneOf,
  required,
  TEXT,
  whole,
  type Shape,
  type ShapeOf,
} from "../model/rules.ts";
import type { Target, Transport } from "../model/target.ts";
import type { Spread } from "./next/spread.ts";
import { AFTER_RELEASE } from "./call-options.ts";
import {
  DEFAULTS,
  type ChainOptions,
  type HedgeAfter,
  type Price,
  type RequestOverrides,
  type TierInput,
} from "./options.ts";

/** A tier with everything filled in. Times are in milliseconds. */
export interface Tier {
  /** As given, or `vendor/model` of the first target. */
  readonly name: string;
  /** In order; at least one. */
  readonly targets: readonly Target[];
  /** A function also where a number was given, which it then returns. One of yours may throw or return anything. */
  readonly timeoutMs: (request: Request) => number;
  /** As in `TierLimits`. */
  readonly silentReasoningMs: number;
  /** As in `TierLimits`. */
  readonly livenessMs: number;
  /** As in `TierLimits`. */
  readonly progressMs: number;
  /** As in `TierLimits`. */
  readonly workingMs: number;
  /** Whether its answers are marked. */
  readonly degraded: boolean;
  /** Which sibling a call asks first. */
  readonly balance: "first" | "spread";
  /** Which target a call asks first; unless `declared` they are different models. */
  readonly order: "declared" | "fastest" | "cheapest";
  /** A copy of what was given; undefined when nothing was. */
  readonly requestOverrides: RequestOverrides | undefined;
  /** As in `TierInput`; undefined when nothing was given, and then no attempt of this tier is hedged. */
  readonly hedgeAfterMs: HedgeAfter | undefined;
}

/** One target at its place in the chain. */
export interface Candidate {
  readonly tier: Tier;
  readonly target: Target;
  /** Its place in the tier, from 1; undefined where it is the only one. */
  readonly sibling: number | undefined;
  /** Shares the calls of its tier; undefined where order is preference. */
  readonly spread: Spread | undefined;
}

/** A candidate as events and records name it. */
export type CandidateName = Omit<AttemptName, "attempt">;

/** Every target of every tier, in order. */
export function candidatesOf(tiers: readonly Tier[]): readonly Candidate[] {
  return tiers.flatMap((tier) => {
    const spread: Spread | undefined = tier.balance === "spread" ? new Map() : undefined;
    const candidates = tier.targets.map((target, index): Candidate => ({
      tier,
      target,
      sibling: tier.targets.length > 1 ? index + 1 : undefined,
      spread,
    }));
    for (const candidate of candidates) spread?.set(candidate, 0);
    return candidates;
  });
}

export function candidateName({ tier, target, sibling }: Candidate): CandidateName {
  const { vendor, model } = target;
  return { tier: tier.name, vendor, model, sibling };
}

/** Whose failures concern each other as those of one model do: all of a tier, unless its targets are different models. */
export function modelOf({ tier, target }: Candidate): Tier | string {
  return tier.order === "declared" ? tier : `${tier.name} ${target.vendor}/${target.model}`;
}
const TIER: Shape = {
  target: ANYTHING,
  targets: ANYTHING,
  name: FULL_TEXT,
  degraded: FLAG,
  balance: oneOf("first", "spread"),
  order: oneOf("declared", "fastest", "cheapest"),
  requestOverrides: ANYTHING,
  timeoutMs: {
    must: `${duration(1).must}, or be a function that returns one`,
    test: (value) => FUNCTION.test(value) || duration(1).test(value),
  },
  silentReasoningMs: duration(1),
  livenessMs: duration(1),
  progressMs: duration(1),
  workingMs: duration(1),
  hedgeAfterMs: {
    must: `${duration(1).must}, 'p95', or a function that returns one`,
    test: (value) => value === "p95" || FUNCTION.test(value) || duration(1).test(value),
  },
};

const PRICE: ShapeOf<Price> = {
  input: required(AMOUNT),
  output: required(AMOUNT),
  cacheRead: AMOUNT,
  cacheWrite: AMOUNT,
  currency: TEXT,
};

const CHAIN: ShapeOf<ChainOptions> = {
  policy: FUNCTION,
  holdMs: duration(0),
  marker: TEXT,
  ...AFTER_RELEASE,
  maxAttempts: whole(1),
  consumerIdleMs: duration(1),
  vendorMessages: FLAG,
  missingKeys: oneOf("throw", "skip"),
  transport: oneOf("fetch", "node"),
  pins: FLAG,
  pinMs: duration(1),
  steering: FLAG,
  prices: OBJECT,
  onEvent: FUNCTION,
  observers: {
    must: "be an array of functions",
    test: (value) => Array.isArray(value) && value.every(FUNCTION.test),
  },
  onInternalError: FUNCTION,
  store: having("memoryStore(), or what shareHealth() makes of a store", "join"),
  clock: {
    must: "be a clock with now, wallNow, setTimeout and clearTimeout",
    test: (value) => isClock(value) && Number.isFinite(value.now()) && Number.isFinite(value.wallNow()),
  },
  random: FUNCTION,
};

/** What a chain is made of, read once: what is done to the caller's objects later changes nothing. */
export interface Definition {
  readonly tiers: readonly Tier[];
  readonly options: ChainOptions;
}

/** Reads a chain's definition. Throws one `config` error that names everything that is wrong with it. */
export function readDefinition(inputs: readonly TierInput[], given: ChainOptions): Definition {
  const problems: string[] = [];
  if (!("withResolvers" in Promise)) problems.push("this runtime is too old: Node 22.12 or later is needed");
  const tiers: Tier[] = [];
  let options: ChainOptions = {};
  try {
    if (isJsonObject(given)) options = { ...given };
    else problems.push("the options of a chain must be an object");
    problems.push(...checkShape(options, CHAIN, "", "unknown chain option"));
    if (isJsonObject(options.prices)) options = { ...options, prices: readPrices(options.prices, problems) };
    tiers.push(...readTiers(inputs, problems, options));
  } catch {
    // What a getter or proxy throws may hold anything.
    problems.push("its tiers or options cannot be read: one of them threw");
  }
  if (problems.length > 0) {
    throw misuse("config", `The chain cannot be built: ${listed(problems)}.`);
  }
  return { tiers, options };
}

function readPrices(given: Readonly<Record<string, Price>>, problems: string[]): Readonly<Record<string, Price>> {
  const prices = Object.entries(given).map(([name, price]): [string, Price] => {
    const where = `prices[${JSON.stringify(name)}]`;
    problems.push(...checkShape({ ...price }, PRICE, `${where}.`, `${where} has an unknown field`));
    return [name, { ...price }];
  });
  if (new Set(prices.map(([, { currency }]) => currency)).size > 1) problems.push("prices must have one currency");
  return Object.fromEntries(prices);
}

function readTiers(inputs: readonly TierInput[], problems: string[], { missingKeys, transport }: ChainOptions): Tier[] {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    problems.push("a chain needs at least one tier");
    return [];
  }
  const tiers: Tier[] = [];
  const keyless: string[] = [];
  for (const [index, input] of inputs.entries()) {
    const where = `tier ${index + 1}`;
    const tier = readTier(input, where, problems, transport);
    if (tier === undefined) continue;
    if (tiers.some((other) => other.name === tier.name)) {
      problems.push(`${where} has the name ${tier.name} of an earlier tier: give it a \`name\``);
    }
    for (const target of tier.targets) {
      for (const { type, message } of target.problems) {
        const list = missingKeys === "skip" && type === "no-key" ? keyless : problems;
        list.push(`${where} (${target.vendor}/${target.model}): ${message}`);
      }
    }
    tiers.push(tier);
  }
  if (tiers.every(({ targets }) => targets.every(isKeyless))) problems.push(...keyless);
  return tiers;
}

function readTier(
  input: TierInput,
  where: string,
  problems: string[],
  transport: Transport | undefined,
): Tier | undefined {
  // The chain's transport is for targets that have none of their own.
  const targets = readTargets(input).map((target) =>
    transport !== undefined && isTarget(target) ? (target.withTransport?.(transport) ?? target) : target,
  );
  const [first] = targets;
  if (!isTarget(first) || !targets.every(isTarget)) {
    const but = targets.some((target) => FUNCTION.test(target)) ? ", but a function (call it with a model)" : "";
    problems.push(
      `${where} has no target${but}: give what an adapter's factory returns, { target } or { targets: [ … ] }`,
    );
    return undefined;
  }
  const options: TierOptions = isTarget(input) ? {} : { ...input };
  problems.push(...checkShape(options, TIER, `${where}: `, `${where} has an unknown option`));
  const { name = nameOf(first), degraded = false, balance = "first", order = "declared", requestOverrides } = options;
  if (balance === "spread" && order !== "declared") problems.push(`${where}: balance 'spread' needs order 'declared'`);
  const { timeoutMs = DEFAULTS.timeoutMs } = options;
  return {
    name,
    targets,
    timeoutMs: typeof timeoutMs === "function" ? timeoutMs : () => timeoutMs,
    silentReasoningMs: options.silentReasoningMs ?? DEFAULTS.silentReasoningMs,
    livenessMs: options.livenessMs ?? DEFAULTS.livenessMs,
    progressMs: options.progressMs ?? DEFAULTS.progressMs,
    workingMs: options.workingMs ?? DEFAULTS.workingMs,
    degraded,
    balance,
    order,
    requestOverrides: readOverrides(requestOverrides, targets, where, problems),
    hedgeAfterMs: options.hedgeAfterMs,
  };
}

function readOverrides(
  given: RequestOverrides | undefined,
  targets: readonly Target[],
  where: string,
  problems: string[],
): RequestOverrides | undefined {
  if (given === undefined || typeof given === "function") return given;
  const { overrides, problems: wrong } = readRequestPart(
    given,
    targets.map(({ vendor }) => vendor),
  );
  for (const problem of wrong) problems.push(`${where}: requestOverrides: ${problem}`);
  return overrides;
}

/** What stands where targets should. */
function readTargets(input: unknown): readonly unknown[] {
  if (!isJsonObject(input) || isTarget(input)) return [input];
  const { target, targets = [target] } = input;
  return Array.isArray(targets) ? [...targets] : [];
}

const TARGET: Shape = {
  vendor: TEXT,
  model: TEXT,
  endpoint: TEXT,
  scopes: OBJECT,
  capabilities: OBJECT,
  problems: LIST,
  plan: FUNCTION,
  stream: FUNCTION,
};

function isTarget(value: unknown): value is Target {
  return isJsonObject(value) && Object.entries(TARGET).every(([name, rule]) => rule.test(value[name]));
}

/** Whether no key was found for it: then it is never asked. */
export function isKeyless({ problems }: Target): boolean {
  return problems.some(({ type }) => type === "no-key");
}

function nameOf(target: Target): string {
  return `${target.vendor}/${target.model}`;
}

type TierOptions = Partial<Exclude<TierInput, Target>>;

function isClock(value: unknown): value is Clock {
  return having("", "now", "wallNow", "setTimeout", "clearTimeout").test(value);
}
