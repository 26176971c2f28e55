import type { Mutant } from "./mutant.ts";

/** What one mechanism does to another. */
export const TOGETHER_MUTANTS: readonly Mutant[] = (
  [
    {
      name: "hedge-leaves-the-pin",
      breaks: "A pin is said to be left while its target is the one that answers.",
      file: "engine/ahead/call-course.ts",
      search: "if (name.hedge !== true) this.#leavePin(candidate);",
      replace: "this.#leavePin(candidate);",
    },
    {
      name: "pin-is-lost-to-a-hedge-in-silence",
      breaks: "Nobody hears that a conversation left its target for a hedge.",
      file: "engine/ahead/call-course.ts",
      search: "if (other !== undefined) this.#leavePin(other.candidate);",
      replace: "",
    },
    {
      name: "lost-hedge-keeps-the-clock",
      breaks: "A tier that was asked as a hedge has little time left when it gets its turn.",
      file: "engine/next/candidates.ts",
      search: "    for (const other of this.#with) this.eligibility.stay(other);\n",
      replace: "",
    },
    {
      name: "hedge-passes-over-limits",
      breaks: "A hedge goes to a target of whose limit nothing is left.",
      file: "engine/ahead/race.ts",
      search: "    if (this.#host.course?.objection(candidate) !== undefined) return false;\n",
      replace: "",
    },
    {
      name: "joined-answer-is-hedged",
      breaks: "An answer that goes on is asked for a second time beside it.",
      file: "engine/ahead/race.ts",
      search: "permit.venture === undefined && joint === undefined && isHarmless(plan)",
      replace: "permit.venture === undefined && isHarmless(plan)",
    },
  ] as const
).map((mutant) => ({ ...mutant, profile: "ahead" }));
