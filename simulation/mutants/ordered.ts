import type { Mutant } from "./mutant.ts";

const ordered = (file: string, name: string, breaks: string, search: string, replace: string): Mutant => ({
  name,
  breaks,
  file,
  search,
  replace,
  profile: "ordered",
});

/** Tiers in an order that is learnt or computed, and siblings that are weighed. */
export const ORDERED_MUTANTS: readonly Mutant[] = [
  ordered(
    "engine/ahead/paces.ts",
    "the-slowest-comes-first",
    "Every call waits for the slowest model.",
    "(this.#mean(one, now) ?? UNKNOWN_MS) - (this.#mean(other, now) ?? UNKNOWN_MS)",
    "(this.#mean(other, now) ?? UNKNOWN_MS) - (this.#mean(one, now) ?? UNKNOWN_MS)",
  ),
  ordered(
    "engine/ahead/paces.ts",
    "nobody-looks-after-the-others",
    "A model that became fast is never found.",
    "return this.#random() < EXPLORING ? oldest : undefined;",
    "return undefined;",
  ),
  ordered(
    "engine/ahead/paces.ts",
    "every-other-call-looks-after-the-others",
    "Half of the calls wait for a slow model.",
    "const EXPLORING = 0.05;",
    "const EXPLORING = 0.9;",
  ),
  ordered(
    "engine/ahead/paces.ts",
    "what-was-seen-never-fades",
    "A model that became slow stays first for as long as it was fast.",
    "const left = Math.exp((at - now) / FADES_AFTER_MS);",
    "const left = 1;",
  ),
  ordered(
    "engine/ahead/paces.ts",
    "the-unknown-wait-for-luck",
    "Chance decides whether a second model is ever tried.",
    "if (isFirstKnown && unknown !== undefined) return unknown;",
    "",
  ),
  ordered(
    "engine/ahead/call-course.ts",
    "answers-are-free",
    "A model with dear answers is taken for the cheapest.",
    "return costOf(price, { inputTokens: input, outputTokens: output });",
    "return costOf(price, { inputTokens: input });",
  ),
  ordered(
    "engine/ahead/call-course.ts",
    "unknown-prices-are-the-lowest",
    "A model without a price comes before all that have one.",
    "if (price === undefined) return Infinity;",
    "if (price === undefined) return 0;",
  ),
  ordered(
    "engine/ahead/call-course.ts",
    "siblings-are-all-alike",
    "A key with little left gets as many calls as one with much.",
    " / Math.max(quotas.share(one), Number.EPSILON)",
    "",
  ),
];
