import type { createChain, Request, TargetSelector } from "@understudy/core";
import { countAhead, playAhead } from "./ahead.ts";
import type { ChainDefinition } from "./definition.ts";
import type { DrillPlan, DrillResult } from "./drill-result.ts";
import type { FaultName } from "./faults.ts";
import type { Healthy } from "./play.ts";
import { isIdle, playScript, worstFirst } from "./scenarios.ts";
import { readScript } from "./script.ts";

/** How a chain is rehearsed; every option may be left out. Times are in milliseconds. */
export interface RehearseOptions {
  /** What happens. Default: every fault that there is. */
  readonly faults?: readonly FaultName[] | undefined;
  /**
   * To whom. Default, one after the other: every target of the first tier, every vendor, the first tiers together, everyone.
   */
  readonly strike?: TargetSelector | "all" | undefined;
  /** How long the outage lasts. Default 60,000, live 20,000. It begins after 20 s and is watched for 60 s after its end. */
  readonly forMs?: number | undefined;
  /** Time between two calls. Default 1,000. */
  readonly everyMs?: number | undefined;
  /** How the calls are made. Default `stream`. */
  readonly mode?: "stream" | "generate" | undefined;
  /** Of all chance. Default 1. */
  readonly seed?: number | undefined;
  /** What is asked. Of a form of the answer only `json` counts, without its schema. Default: a short question. */
  readonly request?: string | Request | undefined;
  /** How well targets answer. Default: first words after 600 ms, 2,400 ms of text, 1,000 tokens in, 300 out. */
  readonly healthy?: Partial<Omit<Healthy, "deltas">> | undefined;
  /**
   * Targets that are not struck answer for real: it costs money, needs their keys, and takes as long as it takes. Time
   * around the outage is cut to 5 s before and 15 s after it, and with a shorter outage to once and three times its length;
   * by default the outage lasts 20,000, and nobody strikes everyone. Default false.
   */
  readonly live?: boolean | undefined;
  /**
   * Plays the same outages again with each mechanism that looks ahead and that the chain lacks, and without each that it has,
   * to show what it would have saved. Not live. Default false.
   */
  readonly ahead?: boolean | undefined;
  /** Called before each scenario, with how many are done and how many there are. Default: nothing is told. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  /** Builds the chains, where there are several copies of core. Default: that of this package. */
  readonly createChain?: typeof createChain | undefined;
}

/**
 * Rehearses outages on a chain in virtual time: a call every second, before, during and after each. Without key, network or
 * cost, and the same result for the same seed. What is rehearsed are the chain's decisions, with its own limits, policy and
 * capabilities; stores and callbacks are left out. Throws what `createChain` throws, and `TypeError` for wrong options.
 */
export async function rehearse(definition: ChainDefinition, options: RehearseOptions = {}): Promise<DrillResult> {
  const script = readScript(definition, options);
  const { stage, faults, strikes } = script;
  const { seed, mode, everyMs, live, blueprint } = stage;
  const all = faults.length * strikes.length + (script.ahead ? countAhead(script) : 0);
  let done = 0;
  options.onProgress?.(done, all);
  const onDone = (): void => options.onProgress?.(++done, all);
  const played = await playScript(script, onDone);
  const ahead = script.ahead ? { ahead: await playAhead(script, played, onDone) } : {};
  const counted = played.scenarios.filter(({ isSurvivable }) => isSurvivable);
  const sum = (of: "failed" | "seams" | "degraded"): number =>
    counted.reduce((total, { numbers }) => total + numbers[of], 0);
  return {
    seed,
    mode,
    everyMs,
    targets: blueprint.targets,
    healthy: played.healthy,
    scenarios: worstFirst(played.scenarios),
    failed: sum("failed"),
    seams: sum("seams"),
    degraded: sum("degraded"),
    ...ahead,
    ...(live === undefined ? {} : { asked: live.cost }),
  };
}

/** What `rehearse` would take with the same options; nothing is played. Throws what `rehearse` throws before it begins. */
export function planRehearsal(definition: ChainDefinition, options: RehearseOptions = {}): DrillPlan {
  const { stage, faults, strikes } = readScript(definition, options);
  const { calls, everyMs, blueprint } = stage;
  const first = new Set(blueprint.targets.slice(0, 1).map(({ tier }) => tier));
  const played = strikes.filter((strike) => !isIdle(strike, stage, first)).length * faults.length;
  const runs = 1 + played;
  return { scenarios: faults.length * strikes.length, calls: runs * calls, durationMs: runs * calls * everyMs };
}
