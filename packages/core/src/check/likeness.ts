import type { CallRequests } from "../engine/next/requests.ts";
import type { Candidate } from "../engine/tier.ts";
import type { ReasoningEffort } from "../model/request.ts";
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
export function likeness(targets: readonly Facts[], requests: CallRequests | undefined): readonly Finding[] {
  const [first, ...others] = targets;
  if (first === undefined) return [];
  return [...others.flatMap((other) => compare(first, other, requests)), ...targets.flatMap(unknownLimits)];
}

function compare(first: Facts, other: Facts, requests: CallRequests | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  const { tier, name, candidate } = other;
  // Whoever marks a tier knows that it is not the same.
  const level = candidate.tier.degraded ? "info" : "warning";
  const about = { tiers: [tier] };
  const mark = candidate.tier.degraded
    ? "nothing, as the tier is marked: show your users what `answer.degraded` says"
    : "mark the tier `degraded`, so that you can tell your users, or give a model like the first one";
  if (first.size !== undefined && other.size !== undefined && isBelow(other.size, first.size)) {
    // One vendor's balanced model is as good as another's flagship: only of its own it says which is less.
    const isLess = other.size === "small" || other.vendor === first.vendor;
    findings.push({
      ...about,
      type: "smaller-model",
      level: other.size === "small" ? level : "info",
      from: first.size,
      to: other.size,
      message: `${name} is a ${other.size} model, the first one (${first.model}) a ${first.size} one`,
      fix: isLess
        ? mark
        : "nothing for most work, and no answer is `degraded` by it; for the hardest, give another flagship",
    });
  }
  if (other.reasoning === "never" && first.reasoning !== undefined && first.reasoning !== "never") {
    const message = `${name} does not reason, the first one (${first.model}) ${first.reasoning === "always" ? "does" : "can"}`;
    findings.push({ ...about, type: "no-reasoning", level, message, fix: mark });
  } else if (reasons(first, requests) === true && reasons(other, requests) === false) {
    findings.push({
      ...about,
      type: "no-reasoning",
      level: "info",
      message: `${name} does not reason unless it is asked to, the first one (${first.model}) does`,
      fix: "set `reasoning.effort` in the request, or in the tier's `requestOverrides`, so that both do or neither",
    });
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
  const isNone = unknown.length === Object.keys(facts).length;
  return [
    {
      type: "unknown-limits",
      // Then it is in no table of the adapter, and often not the id that was meant.
      level: isNone ? "warning" : "info",
      tiers: [tier],
      unknown,
      message: isNone
        ? `${name} is not known to its adapter: limits and end of life are unknown, so nothing is compared`
        : `${name}: ${unknown.join(", ")} ${unknown.length === 1 ? "is" : "are"} unknown, so nothing is compared`,
      fix: "compare its spelling with the list in the adapter's entry `/models`, or state what you know in the target's option `capabilities`",
    },
  ];
}

/** Whether it reasons for this request, or for one that says nothing of it; undefined where that is not known. */
function reasons({ candidate, reasoning, reasonsByDefault }: Facts, requests?: CallRequests): boolean | undefined {
  const effort = effortOf(candidate, requests);
  if (reasoning === "optional") return effort === undefined ? reasonsByDefault : effort !== "none";
  return reasoning === undefined ? undefined : reasoning === "always";
}

function effortOf(candidate: Candidate, requests: CallRequests | undefined): ReasoningEffort | undefined {
  try {
    const fit = requests?.forTarget(candidate);
    return fit?.ok === true ? fit.request.reasoning.effort : undefined;
  } catch {
    // A function of the caller's; what it throws is a finding of its own.
    return undefined;
  }
}

function isBelow(size: (typeof SIZES)[number], than: (typeof SIZES)[number]): boolean {
  return SIZES.indexOf(size) < SIZES.indexOf(than);
}
