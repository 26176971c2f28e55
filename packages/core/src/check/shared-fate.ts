import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { oneLine } from "./foreign.ts";

type Shared = Extract<Finding, { type: "shared-fate" }>["shared"];

/** From what hurts most to what hurts least; only the first that applies is told. */
const KINDS: readonly (readonly [shared: Shared, of: (facts: Facts) => string | undefined, what: string])[] = [
  ["key", ({ key }) => key, "if it is refused or limited"],
  ["quota", ({ quota }) => quota, "when it is used up"],
  ["endpoint", ({ endpoint }) => (isHost(endpoint) ? endpoint : undefined), "when it is down"],
  ["vendor", ({ vendor }) => vendor, "when it is down"],
];

/** A target that no call comes to, as the chain was told to do without missing keys. */
export function withoutKey({ tier, name, noKey }: Facts): readonly Finding[] {
  if (noKey === undefined) return [];
  return [
    {
      type: "no-key",
      level: "warning",
      tiers: [tier],
      message: `${name} has no key: every call passes it over`,
      fix: `give it one and make a new chain: ${oneLine(noKey)}`,
    },
  ];
}

/** What takes several tiers, or several targets of one tier, at once. `isPart`: other targets of the chain have no key. */
export function sharedFate(targets: readonly Facts[], isPart: boolean): readonly Finding[] {
  const tiers = groups(targets, ({ candidate }) => candidate.tier);
  const findings: Finding[] = [...sameTargets(targets), ...tiers.flatMap(siblings), ...acrossTiers(tiers)];
  const [only, ...more] = tiers;
  const vendors = new Set(targets.map(({ vendor }) => vendor));
  const [vendor = ""] = vendors;
  if (only !== undefined && more.length === 0) {
    findings.push({
      type: "single-tier",
      level: "warning",
      tiers: namesOf(only),
      message: `${isPart ? `only tier ${only[0]?.tier ?? ""} has a key` : "the chain has one tier"}: no other model takes over when ${isPart ? "it" : "this one"} fails`,
      fix: "add a tier of another vendor",
    });
  } else if (vendors.size === 1) {
    findings.push({
      type: "one-vendor",
      level: "warning",
      tiers: namesOf(targets),
      vendor,
      message: `every tier${isPart ? " with a key" : ""} is of ${vendor}: an outage there leaves no one to answer`,
      fix: "add a tier of another vendor",
    });
  }
  return findings;
}

function identity({ vendor, model, endpoint, key, name }: Facts): string {
  return JSON.stringify([vendor, model, endpoint, key ?? name]);
}

function sameTargets(targets: readonly Facts[]): readonly Finding[] {
  return groups(targets, identity)
    .filter((group) => group.length > 1)
    .map((group) => ({
      type: "same-target",
      level: "warning",
      tiers: namesOf(group),
      message: `${listOf(group)} are one target: same model, endpoint and key`,
      fix: "leave one of them out, or give it another key, region or vendor",
    }));
}

/** Siblings have the same model by definition; what they share beside that takes all of them. */
function siblings(tier: readonly Facts[]): readonly Finding[] {
  if (tier.length < 2) return [];
  const [first] = tier;
  return KINDS.slice(0, 3).flatMap(([shared, of, when], index) => {
    const isToldAlready = KINDS.slice(0, index).some(([, ofStronger]) => isCommon(tier, ofStronger));
    const areOne = shared === "key" && isCommon(tier, identity);
    if (isToldAlready || areOne || !isCommon(tier, of) || first === undefined) return [];
    const level = shared === "endpoint" ? "info" : "warning";
    const message = `the targets of tier ${first.tier} share one ${shared}: they fail together ${when}`;
    return [{ type: "shared-fate", level, shared, tiers: [first.tier], message, fix: fixFor(shared) }];
  });
}

function acrossTiers(tiers: readonly (readonly Facts[])[]): readonly Finding[] {
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const [shared, of, when] of KINDS) {
    for (const group of groups(tiers.flat(), of)) {
      const names = namesOf(group);
      const pair = JSON.stringify(names);
      // Where every tier is of one vendor, that is said once.
      const isAll = shared === "vendor" && names.length === tiers.length;
      if (names.length < 2 || told.has(pair) || isAll) continue;
      told.add(pair);
      const [{ vendor, endpoint } = { vendor: "", endpoint: "" }] = group;
      const which = shared === "vendor" ? ` ${vendor}` : shared === "endpoint" ? ` ${endpoint}` : "";
      const message = `tiers ${names.join(" and ")} share the ${shared}${which}: they fail together ${when}`;
      findings.push({ type: "shared-fate", level: "warning", shared, tiers: names, message, fix: fixFor(shared) });
    }
  }
  return findings;
}

function fixFor(shared: Shared): string {
  if (shared === "key") return "give each its own key, or put another vendor between or behind them";
  if (shared === "quota") return "give them keys of different quotas, or put another vendor between or behind them";
  return shared === "endpoint"
    ? "give one of them another region or cloud, or put another vendor between or behind them"
    : "put a tier of another vendor between or behind them";
}

function isCommon(tier: readonly Facts[], of: (facts: Facts) => string | undefined): boolean {
  const [first] = tier;
  const value = first && of(first);
  return value !== undefined && tier.every((facts) => of(facts) === value);
}

/** Of a client that does not say where it asks, nothing is known. */
function isHost(endpoint: string): boolean {
  return endpoint !== "client" && endpoint !== "";
}

/** Those that have the same value, in order; those without one are in no group. */
function groups(targets: readonly Facts[], of: (facts: Facts) => unknown): readonly (readonly Facts[])[] {
  const byValue = new Map<unknown, Facts[]>();
  for (const facts of targets) {
    const value = of(facts);
    if (value !== undefined) byValue.set(value, [...(byValue.get(value) ?? []), facts]);
  }
  return [...byValue.values()];
}

function namesOf(targets: readonly Facts[]): readonly string[] {
  return [...new Set(targets.map(({ tier }) => tier))];
}

function listOf(targets: readonly Facts[]): string {
  return targets.map(({ name }) => name).join(" and ");
}
