import { SIZES, type Ability, type Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { count } from "./length.ts";

/** Above this part of the first window it counts as the same: one vendor's million is another's 2^20. */
const SAME_WINDOW = 0.9;
/** Below this part of the first window, requests that the first tier takes are likely not to fit. */
const MUCH_SMALLER = 0.25;
/** What most applications notice at once; the other abilities matter to those that use them. */
const NOTICED: readonly Ability[] = ["tools", "images", "jsonOutput"];

/** What an answer of a later target would be like, against the first target of the first tier. */
export function likeness(targets: readonly Facts[]): readonly Finding[] {
  const [first, ...others] = targets;
  if (first === undefined) return [];
  return [...others.flatMap((other) => compare(first, other)), ...targets.flatMap(unknownLimits)];
}

function compare(first: Facts, other: Facts): readonly Finding[] {
  const findings: Finding[] = [];
  const { tier, name, candidate } = other;
  // Whoever marks a tier knows that it is not the same.
  const level = candidate.tier.degraded ? "info" : "warning";
  const about = { tiers: [tier] };
  const mark = candidate.tier.degraded
    ? "nothing, as the tier is marked: show your users what `answer.degraded` says"
    : "mark the tier `degraded`, so that you can tell your users, or give a model like the first one";
  if (first.size !== undefined && other.size !== undefined && isBelow(other.size, first.size)) {
    findings.push({
      ...about,
      type: "smaller-model",
      level: other.size === "small" ? level : "info",
      from: first.size,
      to: other.size,
      message: `${name} is a ${other.size} model, the first one (${first.model}) a ${first.size} one`,
      fix: mark,
    });
  }
  if (other.reasoning === "never" && first.reasoning !== undefined && first.reasoning !== "never") {
    const message = `${name} does not reason, the first one (${first.model}) ${first.reasoning === "always" ? "does" : "can"}`;
    findings.push({ ...about, type: "no-reasoning", level, message, fix: mark });
  }
  if (first.reasoning === "never" && other.reasoning === "always") {
    findings.push({
      ...about,
      type: "always-reasons",
      level,
      message: `${name} always reasons, the first one (${first.model}) never: it answers later, and reasoning counts as output`,
      fix: "leave room in `maxOutputTokens` and time in the tier's limits, or give a model that can be asked not to reason",
    });
  }
  if (first.window !== undefined && other.window !== undefined && other.window < first.window * SAME_WINDOW) {
    findings.push({
      ...about,
      type: "smaller-window",
      level: other.window < first.window * MUCH_SMALLER ? "warning" : "info",
      from: first.window,
      to: other.window,
      message: `${name} takes ${count(other.window)} tokens, the first one (${first.model}) ${count(first.window)}`,
      fix: "put a model with a window like the first one's behind it, or keep requests short enough for both",
    });
  }
  const abilities = [...first.has].filter((ability) => other.lacks.has(ability));
  if (abilities.length > 0) {
    findings.push({
      ...about,
      type: "lost-abilities",
      level: abilities.some((ability) => NOTICED.includes(ability)) ? "warning" : "info",
      abilities,
      message: `${name} does not take ${abilities.join(", ")}, which the first one (${first.model}) takes`,
      fix: "requests that need it pass this tier over: put one that takes it behind the first",
    });
  }
  return findings;
}

function unknownLimits({ tier, name, size, reasoning, window, maxOutput }: Facts): readonly Finding[] {
  const facts = { contextWindow: window, maxOutputTokens: maxOutput, size, reasoning };
  const unknown = Object.entries(facts).flatMap(([fact, value]) => (value === undefined ? [fact] : []));
  if (unknown.length === 0) return [];
  return [
    {
      type: "unknown-limits",
      level: "info",
      tiers: [tier],
      unknown,
      message: `${name}: ${unknown.join(", ")} ${unknown.length === 1 ? "is" : "are"} unknown, so nothing is compared`,
      fix: "state what you know in the target's option `capabilities`",
    },
  ];
}

function isBelow(size: (typeof SIZES)[number], than: (typeof SIZES)[number]): boolean {
  return SIZES.indexOf(size) < SIZES.indexOf(than);
}
