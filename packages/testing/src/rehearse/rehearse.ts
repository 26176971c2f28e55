import { createChain, type Request, type TargetSelector } from "@understudy/core";
import { adviceOf } from "./advice.ts";
import { readBlueprint, type Blueprint, type ChainDefinition } from "./definition.ts";
import type { DrillPlan, DrillResult, Scenario, Strike } from "./drill-result.ts";
import { FAULT_NAMES, isFaultName, type FaultName } from "./faults.ts";
import { Meter } from "./meter.ts";
import { markCalls, numbersOf, usualOf, type Usual } from "./numbers.ts";
import { HEALTHY, type Healthy } from "./play.ts";
import { runScenario, type Blow, type RawCall, type Stage } from "./run-scenario.ts";
import { chosenStrike, usualStrikes } from "./strikes.ts";
import { verdictOf } from "./verdict.ts";

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
  /** Called before each scenario, with how many are done and how many there are. Default: nothing is told. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
  /** Builds the chains, where there are several copies of core. Default: that of this package. */
  readonly createChain?: typeof createChain | undefined;
}

/** Every call is kept with its trace, for the report. */
const MOST_CALLS = 5_000;

const QUESTION: Request = { messages: [{ role: "user", content: "Why is the sky blue?" }] };

/**
 * Rehearses outages on a chain in virtual time: a call every second, before, during and after each. Without key, network or
 * cost, and the same result for the same seed. What is rehearsed are the chain's decisions, with its own limits, policy and
 * capabilities; stores and callbacks are left out. Throws what `createChain` throws, and `TypeError` for wrong options.
 */
export async function rehearse(definition: ChainDefinition, options: RehearseOptions = {}): Promise<DrillResult> {
  const { stage, faults, strikes } = readScript(definition, options);
  const { seed, mode, everyMs, live } = stage;
  const { targets } = stage.blueprint;
  const all = faults.length * strikes.length;
  options.onProgress?.(0, all);
  const well = await runScenario(stage, undefined);
  const usual = usualOf(well);
  const asked = new Set(well.flatMap(({ trace }) => trace.attempts.map(({ tier }) => tier)));
  const scenarios: Scenario[] = [];
  for (const strike of strikes) {
    for (const fault of faults) {
      const blow = { fault, strike };
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on one clock each
      const made = isIdle(strike, stage, asked) ? well : await runScenario(stage, blow);
      scenarios.push(scenarioOf(made, { stage, usual, blow }));
      options.onProgress?.(scenarios.length, all);
    }
  }
  const counted = scenarios.filter(({ isSurvivable }) => isSurvivable);
  const sum = (of: "failed" | "seams" | "degraded"): number =>
    counted.reduce((total, { numbers }) => total + numbers[of], 0);
  return {
    seed,
    mode,
    everyMs,
    targets,
    healthy: scenarioOf(well, { stage, usual }),
    scenarios: worstFirst(scenarios),
    failed: sum("failed"),
    seams: sum("seams"),
    degraded: sum("degraded"),
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

/** Nobody asks those targets while the others are well: nothing can come of it. */
function isIdle({ targets }: Strike, { blueprint }: Stage, asked: ReadonlySet<string>): boolean {
  return targets.every((index) => !asked.has(blueprint.targets[index]?.tier ?? ""));
}

/** What is played: one stage, each fault for each strike. */
interface Script {
  readonly stage: Stage;
  readonly faults: readonly FaultName[];
  readonly strikes: readonly Strike[];
}

function readScript(definition: ChainDefinition, options: RehearseOptions): Script {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- plain JavaScript calls with anything
  if (typeof options !== "object" || options === null)
    throw new TypeError("The options of a rehearsal must be an object.");
  const { seed = 1, mode = "stream", everyMs = 1_000, live = false } = options;
  const { forMs = live ? 20_000 : 60_000 } = options;
  const request = plainRequest(options.request);
  const blueprint = readBlueprint(definition, { request, create: options.createChain ?? createChain, live });
  const { targets } = blueprint;
  const faults = readFaults(options.faults);
  if (![everyMs, forMs].every((ms) => ms > 0 && Number.isFinite(ms)) || !Number.isSafeInteger(seed)) {
    throw new TypeError("everyMs and forMs must be milliseconds above 0, and seed a whole number.");
  }
  const [before, after] = live ? [Math.min(5_000, forMs), Math.min(15_000, 3 * forMs)] : [20_000, 60_000];
  const outage = { fromMs: before, toMs: before + forMs };
  const calls = Math.ceil((outage.toMs + after) / everyMs);
  if (calls > MOST_CALLS) {
    throw new TypeError(
      `${calls} calls in a scenario are too many to keep: at most ${MOST_CALLS}, so make them less often or the outage shorter.`,
    );
  }
  const healthy = { ...HEALTHY, ...options.healthy };
  const meter = live ? { live: new Meter() } : {};
  return {
    stage: { blueprint, request, mode, seed, healthy, everyMs, calls, outage, ...meter },
    faults,
    strikes: options.strike === undefined ? strikesOf(targets, live) : [chosenStrike(targets, options.strike)],
  };
}

/** Where everyone is struck nobody real is asked: that can be had for nothing. */
function strikesOf(targets: Blueprint["targets"], live: boolean): readonly Strike[] {
  return usualStrikes(targets).filter(({ kind }) => !live || kind !== "everyone");
}

function scenarioOf(
  made: readonly RawCall[],
  { stage, usual, blow }: { readonly stage: Stage; readonly usual: Usual; readonly blow?: Blow },
): Scenario {
  const { blueprint, outage } = stage;
  const { targets } = blueprint;
  const calls = markCalls(made, usual);
  const numbers = numbersOf(calls, usual, blow && { strike: blow.strike, targets, ...outage });
  return {
    ...(blow === undefined ? {} : { fault: blow.fault, strike: blow.strike, outage }),
    isSurvivable: blow?.strike.kind !== "everyone",
    targets,
    calls,
    numbers,
    verdict: verdictOf(calls, numbers, usual, blow),
    advice: blow === undefined ? [] : adviceOf({ blueprint, blow, calls, numbers }),
  };
}

/** What users feel most comes first; what is equal keeps its order. */
function worstFirst(scenarios: readonly Scenario[]): readonly Scenario[] {
  return scenarios.toSorted((a, b) => {
    const [left, right] = [severity(a), severity(b)];
    const index = left.findIndex((value, at) => value !== right[at]);
    return index === -1 ? 0 : (right[index] ?? 0) - (left[index] ?? 0);
  });
}

function severity({ isSurvivable, numbers }: Scenario): readonly number[] {
  const { failed, seams, late, firstWords, degraded, askedInVain } = numbers;
  return [isSurvivable ? 1 : 0, failed, seams, late, firstWords?.max ?? 0, degraded, askedInVain];
}

function readFaults(faults: readonly FaultName[] = FAULT_NAMES): readonly FaultName[] {
  const unknown = faults.filter((name: unknown) => !isFaultName(name));
  if (unknown.length === 0 && faults.length > 0) return faults;
  throw new TypeError(`Unknown fault ${unknown.join(", ")}. There are: ${FAULT_NAMES.join(", ")}.`);
}

/** Scripts cannot answer in the form of any schema. */
function plainRequest(given: string | Request | undefined): Request {
  if (given === undefined) return QUESTION;
  if (typeof given === "string") return { messages: [{ role: "user", content: given }] };
  return given.output?.type === "json" ? { ...given, output: { type: "json" } } : given;
}
