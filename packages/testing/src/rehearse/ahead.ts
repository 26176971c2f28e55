import type { Tier } from "@understudy/core";
import { withTiers, type Blueprint } from "./definition.ts";
import type { AheadNumbers, AheadRow, DrillNumbers, Scenario, Strike } from "./drill-result.ts";
import type { FaultName } from "./faults.ts";
import { waits } from "./numbers.ts";
import { playScript, type Played } from "./scenarios.ts";
import type { Script } from "./script.ts";

/** Something that looks ahead, which a chain has or has not. */
interface Mechanism {
  /** As it is written in code. */
  readonly option: string;
  readonly isOn: (blueprint: Blueprint) => boolean;
  /** Undefined where the chain has no use for it. */
  readonly turn: (blueprint: Blueprint, on: boolean) => Blueprint | undefined;
}

const MECHANISMS: readonly Mechanism[] = [
  {
    option: 'hedgeAfterMs: "p95"',
    isOn: ({ tiers }) => tiers.some(({ hedgeAfterMs }) => hedgeAfterMs !== undefined),
    turn: (blueprint, on) => {
      const hedgeAfterMs = on ? ("p95" as const) : undefined;
      return withTiers(
        blueprint,
        blueprint.tiers.map((tier) => ({ ...tier, hedgeAfterMs })),
      );
    },
  },
  {
    option: 'afterRelease: "continue"',
    isOn: ({ options }) => options.afterRelease === "continue",
    turn: (blueprint, on) => withOptions(blueprint, { afterRelease: on ? "continue" : "restart" }),
  },
  {
    option: "pins: true",
    isOn: ({ options }) => options.pins === true,
    turn: (blueprint, pins) => withOptions(blueprint, { pins }),
  },
  {
    option: "steering: true",
    isOn: ({ options }) => options.steering === true,
    turn: (blueprint, steering) => withOptions(blueprint, { steering }),
  },
  ordered("fastest"),
  ordered("cheapest"),
];

function ordered(order: "fastest" | "cheapest"): Mechanism {
  return {
    option: `order: "${order}"`,
    isOn: ({ tiers }) => tiers.some((tier) => tier.order === order),
    turn: (blueprint, on) => {
      const { tiers, options } = blueprint;
      if (order === "cheapest" && options.prices === undefined) return undefined;
      if (!on)
        return withTiers(
          blueprint,
          tiers.map((tier) => ({ ...tier, order: "declared" })),
        );
      const joined = joinedTiers(tiers);
      return joined === undefined ? undefined : withTiers(blueprint, [{ ...joined[0], order }, ...joined[1]]);
    },
  };
}

/** The first tiers as one, as far as they are equally good and get the same request. Undefined where that is one model. */
function joinedTiers(tiers: readonly Tier[]): readonly [Tier, readonly Tier[]] | undefined {
  const end = tiers.findIndex(
    ({ degraded, requestOverrides, order }) => degraded || requestOverrides !== undefined || order !== "declared",
  );
  const first = end === -1 ? tiers : tiers.slice(0, end);
  const [head] = first;
  if (head === undefined || first.length < 2) return undefined;
  const targets = first.flatMap((tier) => tier.targets);
  return [{ ...head, targets, balance: "first" }, tiers.slice(first.length)];
}

function withOptions(blueprint: Blueprint, options: Partial<Blueprint["options"]>): Blueprint {
  return { ...blueprint, options: { ...blueprint.options, ...options } };
}

/** The chain as it is, with each mechanism that it lacks, without each that it has, and with all that it lacks. */
interface Variant {
  readonly change: string;
  readonly blueprint: Blueprint;
}

function variantsOf(blueprint: Blueprint): readonly Variant[] {
  const without = MECHANISMS.filter(({ isOn }) => isOn(blueprint)).flatMap(({ option, turn }) =>
    // It may have another value than the one that is tried here.
    variantOf(`without ${option.slice(0, option.indexOf(":"))}`, turn(blueprint, false)),
  );
  const lacking = MECHANISMS.filter(({ isOn }) => !isOn(blueprint));
  const added = lacking.flatMap(({ option, turn }) => variantOf(option, turn(blueprint, true)));
  if (added.length < 2) return [...without, ...added];
  const all = lacking.reduce((changed, { turn }) => turn(changed, true) ?? changed, blueprint);
  return [...without, ...added, { change: "all of these", blueprint: all }];
}

function variantOf(change: string, blueprint: Blueprint | undefined): readonly Variant[] {
  return blueprint === undefined ? [] : [{ change, blueprint }];
}

/** How many scenarios are played for it, beside those of the chain as it is. */
export function countAhead({ stage, strikes, faults }: Script): number {
  return variantsOf(stage.blueprint).length * survivable(strikes).length * faults.length;
}

/** Where everyone is struck nothing can be saved, and no sum counts it. */
function survivable(strikes: readonly Strike[]): readonly Strike[] {
  return strikes.filter(({ kind }) => kind !== "everyone");
}

/** Plays the script again with each mechanism. The first row is the chain as it is. */
export async function playAhead(script: Script, asItIs: Played, onDone: () => void): Promise<readonly AheadRow[]> {
  const rows = [rowOf("as it is", asItIs)];
  const strikes = survivable(script.strikes);
  for (const { change, blueprint } of variantsOf(script.stage.blueprint)) {
    const stage = { ...script.stage, blueprint };
    // oxlint-disable-next-line no-await-in-loop -- one after the other, on one clock each
    rows.push(rowOf(change, await playScript({ ...script, strikes, stage }, onDone)));
  }
  return rows;
}

function rowOf(change: string, { scenarios, healthy }: Played): AheadRow {
  const counted = scenarios.filter(({ isSurvivable }) => isSurvivable);
  const faults = Map.groupBy(counted, ({ fault }) => fault);
  const byFault = [...faults].flatMap(([fault, played]): readonly (readonly [FaultName, AheadNumbers])[] =>
    fault === undefined ? [] : [[fault, totalOf(played)]],
  );
  return { change, healthy: totalOf([healthy]), total: totalOf(counted), faults: Object.fromEntries(byFault) };
}

function totalOf(scenarios: readonly Scenario[]): AheadNumbers {
  const sum = (of: (numbers: DrillNumbers) => number): number =>
    scenarios.reduce((total, { numbers }) => total + of(numbers), 0);
  const firstWords = waits(scenarios.flatMap(({ calls }) => calls));
  return {
    calls: sum(({ calls }) => calls),
    failed: sum(({ failed }) => failed),
    seams: sum(({ seams }) => seams),
    late: sum(({ late }) => late),
    ...(firstWords !== undefined && { p95: firstWords.p95 }),
    attempts: sum(({ attempts }) => attempts),
    tokens: sum(({ tokens }) => tokens),
    moved: sum(({ moved }) => moved),
    ...(scenarios.some(({ numbers }) => numbers.cost !== undefined) && { cost: sum(({ cost = 0 }) => cost) }),
  };
}
