import type { TargetSelector } from "@understudy/core";
import type { DrillTarget, Strike } from "./drill-result.ts";

/** Each target of the first tier, each vendor, the first tiers together, everyone; what is the same is struck once. */
export function usualStrikes(targets: readonly DrillTarget[]): readonly Strike[] {
  const all = targets.map((_, index) => index);
  const tiers = [...new Set(targets.map(({ tier }) => tier))];
  const vendors = [...new Set(targets.map(({ vendor }) => vendor))];
  const of = (isMeant: (target: DrillTarget) => boolean): readonly number[] =>
    targets.flatMap((target, index) => (isMeant(target) ? [index] : []));
  const strikes: readonly Strike[] = [
    ...of(({ tier }) => tier === tiers[0]).map((index): Strike => ({
      kind: "target",
      name: targets[index]?.name ?? "",
      targets: [index],
    })),
    ...vendors.map((vendor): Strike => ({ kind: "vendor", name: vendor, targets: of((one) => one.vendor === vendor) })),
    ...tiers.slice(0, -1).map((_, index): Strike => {
      const first = tiers.slice(0, index + 1);
      const name = index === 0 ? `tier 1` : `tiers 1 to ${index + 1}`;
      return { kind: "tiers", name, targets: of(({ tier }) => first.includes(tier)) };
    }),
    { kind: "everyone", name: "everyone", targets: all },
  ];
  const seen = new Set<string>();
  return strikes.filter(({ targets: struck }) => {
    const key = struck.join();
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** The targets that have all of the given properties. Throws when there is none. */
export function chosenStrike(targets: readonly DrillTarget[], selector: TargetSelector | "all"): Strike {
  const wanted = selector === "all" ? [] : Object.entries(selector).filter(([, value]) => value !== undefined);
  const struck = targets.flatMap((target, index) =>
    wanted.every(([name, value]) => Reflect.get(target, name) === value) ? [index] : [],
  );
  if (struck.length === 0 || (selector !== "all" && wanted.length === 0)) {
    throw new TypeError(`The strike matches no target. There are: ${targets.map(({ name }) => name).join(", ")}.`);
  }
  const name = struck.length === 1 ? targets[struck[0] ?? 0]?.name : wanted.map(([, value]) => String(value)).join(" ");
  return { kind: "chosen", name: name === undefined || name === "" ? "everyone" : name, targets: struck };
}
