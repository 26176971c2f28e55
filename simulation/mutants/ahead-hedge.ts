import type { Mutant } from "./mutant.ts";

/** Two attempts beside each other. */
export const HEDGE_MUTANTS: readonly Mutant[] = (
  [
    {
      name: "loser-runs-on",
      breaks: "Two vendors write the same answer to its end, and both are paid.",
      file: "engine/ahead/race.ts",
      search: "if (other !== attempt) this.#lose(other);",
      replace: "if (other !== attempt && this.#isToldOff) this.#lose(other);",
    },
    {
      name: "loser-is-well",
      breaks: "A target that hangs looks well because another was faster.",
      file: "engine/call/ending.ts",
      search: "this.#parts.setup.health.stopped(attempt.turn.candidate.target, attempt.turn.permit);",
      replace: "this.#parts.setup.health.answered(attempt.turn.candidate.target, attempt.turn.permit);",
    },
    {
      name: "hedged-in-half-the-time",
      breaks: "Healthy answers are hedged.",
      file: "engine/ahead/race.ts",
      search: "dueAt: attempt.startedAt + wait.afterMs",
      replace: "dueAt: attempt.startedAt + wait.afterMs / 2",
    },
    {
      name: "hedges-without-budget",
      breaks: "A slow vendor doubles the load on the next one.",
      file: "engine/ahead/hedging.ts",
      search: 'return this.#hedges.total(now) < most ? undefined : "budget";',
      replace: "return most > 0 ? undefined : undefined;",
    },
    {
      name: "hedges-are-not-spent",
      breaks: "The budget is never used up.",
      file: "engine/ahead/race.ts",
      search: "    this.#hedging.spend();\n",
      replace: "",
    },
    {
      name: "hedges-while-probing",
      breaks: "All calls that wait for the first tier to recover ask two vendors.",
      file: "engine/ahead/hedging.ts",
      search: '=== "half-open"))',
      replace: '=== "half-open") && this.#first.length > 9)',
    },
    {
      name: "acts-twice",
      breaks: "A tool on the vendor's side runs twice.",
      file: "engine/ahead/race.ts",
      search: "&& plan.acts !== true &&",
      replace: "&&",
    },
    {
      name: "tool-is-under-way",
      breaks: "A search that has begun is paid for twice.",
      file: "engine/ahead/race.ts",
      search: "if (attempt.sideEffects || attempt.ended !== undefined) return;",
      replace: "if (attempt.ended !== undefined) return;",
    },
    {
      name: "probe-is-hedged",
      breaks: "A slow but well vendor can never close its breaker.",
      file: "engine/ahead/race.ts",
      search: "permit.venture === undefined && joint === undefined && isHarmless(plan)",
      replace: "isHarmless(plan) && permit.startedAt >= 0",
    },
    {
      name: "hedge-goes-to-the-sick",
      breaks: "The call that would have found out about a sick target is stopped before it has.",
      file: "engine/ahead/race.ts",
      search: " || !this.#hedging.isWell(candidate)",
      replace: "",
    },
    {
      name: "hedge-takes-the-last-attempt",
      breaks: "When the preferred answer breaks, nobody is left who may be asked.",
      file: "engine/ahead/race.ts",
      search: "attempt.name.attempt + left >= setup.maxAttempts",
      replace: "attempt.name.attempt >= setup.maxAttempts",
    },
    {
      name: "loser-is-gone",
      breaks: "A call fails although the target that was merely slow could still answer it.",
      file: "engine/ahead/race.ts",
      search: "    selection.putBack(candidate);\n",
      replace: "",
    },
    {
      name: "failure-beside-moves-on",
      breaks: "A call asks a third target because one of two has failed.",
      file: "engine/call/call.ts",
      search: "    if (hasOther) return undefined;\n",
      replace: "",
    },
    {
      name: "loser-stays-busy",
      breaks: "A sibling that lost a race is passed over by the calls behind it.",
      file: "engine/ahead/race.ts",
      search: "    this.#host.candidates.leave(candidate);\n",
      replace: "",
    },
    {
      name: "budget-is-told-again",
      breaks: "One call says twice that it is not hedged.",
      file: "engine/ahead/race.ts",
      search: "    this.#isToldOff = true;\n",
      replace: "",
    },
  ] as const
).map((mutant) => ({ ...mutant, profile: "hedge" }));
