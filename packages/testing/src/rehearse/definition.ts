import {
  createChain,
  type Chain,
  type ChainOptions,
  type Request,
  type Target,
  type Tier,
  type TierInput,
} from "@understudy/core";
import type { DrillTarget } from "./drill-result.ts";

/** A chain, or what `createChain` takes. */
export type ChainDefinition =
  | Chain
  | readonly TierInput[]
  | {
      /** As for `createChain`. */
      readonly tiers: readonly TierInput[];
      /** As for `createChain`. Default: none. */
      readonly options?: ChainOptions | undefined;
    };

/** A chain that can be built again with other targets. */
export interface Blueprint {
  readonly tiers: readonly Tier[];
  readonly options: ChainOptions;
  readonly request: Request;
  readonly targets: readonly DrillTarget[];
  /** What `createChain` builds. */
  readonly create: typeof createChain;
}

/** How a definition is read. */
export interface Reading {
  readonly request: Request;
  readonly create: typeof createChain;
  /** Real requests are going to be sent: every key has to be there. */
  readonly live: boolean;
}

/** Reads a definition. Keys may be missing where nothing is going to be sent. Throws what `createChain` throws. */
export function readBlueprint(definition: ChainDefinition, { request, create, live }: Reading): Blueprint {
  const { tiers, options = {} } = partsOf(definition);
  // Whoever watches the real chain must not hear of outages that there are not.
  const { onEvent: _, onInternalError: __, store: ___, clock: ____, random: _____, ...kept } = options;
  const isRead = live || !Array.isArray(tiers);
  const described = create(isRead ? tiers : tiers.map((input) => withTargets(input, withoutProblems)), kept).describe();
  return { tiers: described.tiers, options: kept, request, targets: targetsOf(described.tiers, request), create };
}

/** The same chain with other tiers. */
export function withTiers(blueprint: Blueprint, tiers: readonly Tier[]): Blueprint {
  return { ...blueprint, tiers, targets: targetsOf(tiers, blueprint.request) };
}

function partsOf(definition: ChainDefinition): {
  readonly tiers: readonly TierInput[];
  readonly options?: ChainOptions | undefined;
} {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- files and plain JavaScript hold anything: `createChain` says so best
  if (typeof definition !== "object" || definition === null) return { tiers: definition };
  if ("describe" in definition) return definition.describe();
  return "tiers" in definition ? definition : { tiers: definition };
}

/** The same tier with other targets. What is no tier at all stays: `createChain` says so best. */
export function withTargets(input: TierInput, change: (target: Target) => Target): TierInput {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- types forbid it, files hold it
  if (typeof input !== "object" || input === null) return input;
  if ("targets" in input)
    return Array.isArray(input.targets) ? { ...input, targets: input.targets.map(change) } : input;
  return "target" in input ? { ...input, target: change(input.target) } : change(input);
}

/** The same target without its problems, that does something else when it is asked. What is no target stays. */
export function withStream(target: Target, stream: Target["stream"]): Target {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- types forbid it, files hold it
  if (typeof target?.stream !== "function") return target;
  const { vendor, model, endpoint, scopes, capabilities } = target;
  const losses = target.losses?.bind(target);
  return {
    vendor,
    model,
    endpoint,
    scopes,
    capabilities,
    problems: [],
    plan: (request) => target.plan(request),
    ...(losses === undefined ? {} : { losses }),
    stream,
  };
}

function withoutProblems(target: Target): Target {
  return withStream(target, (request, context) => target.stream(request, context));
}

function targetsOf(tiers: readonly Tier[], request: Request): readonly DrillTarget[] {
  return tiers.flatMap((tier) =>
    tier.targets.map(({ vendor, model }, index): DrillTarget => {
      const sibling = tier.targets.length > 1 ? index + 1 : undefined;
      return {
        name: sibling === undefined ? tier.name : `${tier.name} #${sibling}`,
        tier: tier.name,
        vendor,
        model,
        ...(sibling === undefined ? {} : { sibling }),
        degraded: tier.degraded,
        timeoutMs: limitOf(tier, request),
        silentReasoningMs: tier.silentReasoningMs,
        progressMs: tier.progressMs,
      };
    }),
  );
}

function limitOf(tier: Tier, request: Request): number | undefined {
  try {
    const limit: unknown = tier.timeoutMs(request);
    return typeof limit === "number" ? limit : undefined;
  } catch {
    // The calls are going to say so.
    return undefined;
  }
}
