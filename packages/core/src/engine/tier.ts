import { UnderstudyError } from "../model/error.ts";
import { isJsonObject } from "../model/json.ts";
import type { Request } from "../model/request.ts";
import type { Target } from "../model/target.ts";
import { unknownNames } from "../model/unknown-names.ts";
import { DEFAULTS, type ChainOptions, type RequestOverrides, type TierInput } from "./options.ts";

export interface Tier {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly timeoutMs: (request: Request) => number;
  readonly silentReasoningMs: number;
  readonly livenessMs: number;
  readonly progressMs: number;
  readonly workingMs: number;
  readonly degraded: boolean;
  readonly requestOverrides: RequestOverrides | undefined;
}

/** One target at its place in the chain. */
export interface Candidate {
  readonly tier: Tier;
  readonly target: Target;
}

const LIMIT_NAMES = ["silentReasoningMs", "livenessMs", "progressMs", "workingMs"] as const;
const TIER_NAMES = ["target", "targets", "name", "degraded", "requestOverrides", "timeoutMs", ...LIMIT_NAMES];
const CHAIN_NAMES = [
  "policy",
  "holdMs",
  "hold",
  "marker",
  "maxAttempts",
  "consumerIdleMs",
  "onEvent",
  "onInternalError",
  "store",
  "clock",
  "random",
];

/** Reads a chain's definition. Throws one `config` error that names everything that is wrong with it. */
export function readTiers(inputs: readonly TierInput[], options: ChainOptions): Tier[] {
  const problems = checkOptions(options);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    problems.push("a chain needs at least one tier: createChain([anthropic(…), openai(…)])");
  }
  const tiers: Tier[] = [];
  for (const [index, input] of (Array.isArray(inputs) ? inputs : []).entries()) {
    const where = `tier ${index + 1}`;
    const tier = readTier(input, where, problems);
    if (tier === undefined) continue;
    if (tiers.some((other) => other.name === tier.name)) {
      problems.push(`${where} has the name ${tier.name} of an earlier tier: give it a \`name\``);
    }
    for (const target of tier.targets) {
      for (const problem of target.problems) problems.push(`${where} (${target.vendor}/${target.model}): ${problem}`);
    }
    tiers.push(tier);
  }
  if (problems.length > 0) {
    throw new UnderstudyError({ code: "config", message: `The chain cannot be built: ${problems.join("; ")}.` });
  }
  return tiers;
}

function readTier(input: TierInput, where: string, problems: string[]): Tier | undefined {
  const targets = readTargets(input);
  const [first] = targets;
  if (first === undefined || !targets.every(isTarget)) {
    problems.push(`${where} has no target: give what an adapter's factory returns, { target } or { targets: [ … ] }`);
    return undefined;
  }
  if (isTarget(input)) return { ...readLimits({}, where, problems), name: nameOf(first), targets };
  problems.push(...unknownNames(input, TIER_NAMES, `${where} has an unknown option`));
  return { ...readLimits(input, where, problems), name: input.name ?? nameOf(first), targets };
}

function readTargets(input: TierInput): readonly Target[] {
  if (isTarget(input)) return [input];
  if (!isJsonObject(input)) return [];
  if ("targets" in input) return Array.isArray(input.targets) ? input.targets : [];
  return "target" in input && isTarget(input.target) ? [input.target] : [];
}

function isTarget(value: unknown): value is Target {
  if (!isJsonObject(value) || typeof value["stream"] !== "function" || typeof value["plan"] !== "function")
    return false;
  const { scopes, capabilities, problems } = value;
  return isJsonObject(scopes) && isJsonObject(capabilities) && Array.isArray(problems);
}

function nameOf(target: Target): string {
  return `${target.vendor}/${target.model}`;
}

type TierOptions = Partial<Exclude<TierInput, Target>>;

function readLimits(options: TierOptions, where: string, problems: string[]): Omit<Tier, "name" | "targets"> {
  const { timeoutMs } = options;
  if (typeof timeoutMs !== "function") checkDuration(timeoutMs, `${where}: timeoutMs`, problems);
  for (const name of LIMIT_NAMES) checkDuration(options[name], `${where}: ${name}`, problems);
  return {
    timeoutMs: typeof timeoutMs === "function" ? timeoutMs : () => timeoutMs ?? DEFAULTS.timeoutMs,
    silentReasoningMs: options.silentReasoningMs ?? DEFAULTS.silentReasoningMs,
    livenessMs: options.livenessMs ?? DEFAULTS.livenessMs,
    progressMs: options.progressMs ?? DEFAULTS.progressMs,
    workingMs: options.workingMs ?? DEFAULTS.workingMs,
    degraded: options.degraded ?? false,
    requestOverrides: options.requestOverrides,
  };
}

function checkOptions(options: ChainOptions): string[] {
  const problems = unknownNames(options, CHAIN_NAMES, "unknown chain option");
  checkDuration(options.holdMs, "holdMs", problems, 0);
  checkDuration(options.consumerIdleMs, "consumerIdleMs", problems);
  const { maxAttempts } = options;
  if (maxAttempts !== undefined && (!Number.isInteger(maxAttempts) || maxAttempts < 1)) {
    problems.push("maxAttempts must be a whole number of at least 1");
  }
  return problems;
}

export function checkDuration(value: unknown, where: string, problems: string[], least = 1): void {
  if (value === undefined || (typeof value === "number" && value >= least)) return;
  problems.push(`${where} must be a number of milliseconds, at least ${least}`);
}
