import type { Mutant } from "./mutant.ts";

const steered = (file: string, name: string, breaks: string, search: string, replace: string): Mutant => ({
  name,
  breaks,
  file,
  search,
  replace,
  profile: "steered",
});

/** Pins, what is left of limits, bounds of cost. */
export const COURSE_MUTANTS: readonly Mutant[] = [
  steered(
    "engine/ahead/call-course.ts",
    "pins-come-last",
    "A conversation goes on with a cold cache, although its target is well.",
    "return [pinned, ...ordered.filter((one) => one !== pinned)];",
    "return [...ordered.filter((one) => one !== pinned), pinned];",
  ),
  steered(
    "engine/ahead/call-course.ts",
    "pinned-twice",
    "A pinned target that failed is asked once more, in its own place.",
    "return [pinned, ...ordered.filter((one) => one !== pinned)];",
    "return [pinned, ...ordered];",
  ),
  steered(
    "engine/ahead/call-course.ts",
    "pins-are-left-in-silence",
    "Nobody is told that a conversation lost its cache.",
    "    this.#hasLeft = true;\n",
    "    this.#hasLeft = true;\n    if (this.#because !== undefined) return;\n",
  ),
  steered(
    "engine/ahead/call-course.ts",
    "kept-pins-are-left",
    "The trace says of a pin that was kept that it was left.",
    'isPinned(answered)) return { outcome: "kept" };',
    'isPinned(answered)) return { outcome: "left" };',
  ),
  steered(
    "engine/call/ending.ts",
    "degraded-answers-are-pinned",
    "A conversation stays with a degraded tier after the outage.",
    "const pin = degraded ? undefined : course?.pin(candidate);",
    "const pin = course?.pin(candidate);",
  ),
  steered(
    "engine/next/selection.ts",
    "objections-are-final",
    "A call fails although a target was only said to have little left.",
    "    this.#comeLate(candidate);\n    return objection;",
    "    this.#late.add(candidate);\n    return objection;",
  ),
  steered(
    "engine/next/selection.ts",
    "objections-with-nobody-else",
    "The only target that may be asked is passed over first.",
    "if (objection === undefined || !this.hasNext) return undefined;",
    "if (objection === undefined) return undefined;",
  ),
  steered(
    "engine/ahead/quotas.ts",
    "what-was-asked-since-is-free",
    "A burst runs into the limit: only the vendor's own number counts.",
    "one.number > known.number));",
    "one.number > Infinity));",
  ),
  steered(
    "engine/ahead/quotas.ts",
    "limits-are-never-full-again",
    "A target whose limit is full again is passed over.",
    "const isFull = now >= known.resetAt;",
    "const isFull = now >= known.resetAt + 30_000;",
  ),
  steered(
    "engine/ahead/quotas.ts",
    "late-statements-forget",
    "A slow answer states what was left before many others, which then count for nothing.",
    "one.number >= oldest || all.some",
    "one.endedAt === undefined || all.some",
  ),
  steered(
    "engine/ahead/quotas.ts",
    "every-key-has-its-own-limit",
    "Keys that share a quota are asked as if each had one.",
    "const scope = `${target.scopes.quota} ${target.model}`;",
    "const scope = `${target.scopes.key} ${target.endpoint} ${target.model}`;",
  ),
  steered(
    "engine/ahead/call-course.ts",
    "repeats-are-free",
    "Repeats do not count against a limit.",
    "const asked = held ?? this.#learnt.quotas?.ask(candidate, this.#need(candidate));",
    "const asked = held;",
  ),
  steered(
    "engine/next/eligibility.ts",
    "the-bound-of-cost-is-forgotten",
    "A call asks what costs more than it may.",
    "return course?.refusal(candidate) ?? healthObstacle(health.standing(target));",
    "return healthObstacle(health.standing(target));",
  ),
  steered(
    "engine/ahead/costs.ts",
    "failures-cost-nothing",
    "A call that failed over looks cheaper than it was.",
    "if (price !== undefined && usage !== undefined) amount",
    'if (price !== undefined && usage !== undefined && record.outcome === "answered") amount',
  ),
  steered(
    "engine/ahead/costs.ts",
    "costs-are-always-exact",
    "A lower bound is taken for the whole cost.",
    'exact &&= price !== undefined && record.outcome === "answered" && isWhole(usage);',
    "exact &&= price !== undefined;",
  ),
];
