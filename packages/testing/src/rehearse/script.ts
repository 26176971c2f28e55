import { createChain, type Request } from "@understudy/core";
import { readBlueprint, type Blueprint, type ChainDefinition } from "./definition.ts";
import type { Strike } from "./drill-result.ts";
import { FAULT_NAMES, isFaultName, type FaultName } from "./faults.ts";
import { Meter } from "./meter.ts";
import { HEALTHY } from "./play.ts";
import type { RehearseOptions } from "./rehearse.ts";
import type { Stage } from "./run-scenario.ts";
import { chosenStrike, usualStrikes } from "./strikes.ts";

/** What is played: one stage, each fault for each strike. */
export interface Script {
  readonly stage: Stage;
  readonly faults: readonly FaultName[];
  readonly strikes: readonly Strike[];
  /** Whether it is played again with each mechanism that looks ahead. */
  readonly ahead: boolean;
}

/** Every call is kept with its trace, for the report. */
const MOST_CALLS = 5_000;

const QUESTION: Request = { messages: [{ role: "user", content: "Why is the sky blue?" }] };

/** Throws what `createChain` throws, and `TypeError` for wrong options. */
export function readScript(definition: ChainDefinition, options: RehearseOptions): Script {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- plain JavaScript calls with anything
  if (typeof options !== "object" || options === null)
    throw new TypeError("The options of a rehearsal must be an object.");
  const { seed = 1, mode = "stream", everyMs = 1_000, live = false, ahead = false } = options;
  if (live && ahead) {
    throw new TypeError("A live rehearsal is played once: leave out `ahead`, which plays everything again and again.");
  }
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
    ahead,
  };
}

/** Where everyone is struck nobody real is asked: that can be had for nothing. */
function strikesOf(targets: Blueprint["targets"], live: boolean): readonly Strike[] {
  return usualStrikes(targets).filter(({ kind }) => !live || kind !== "everyone");
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
