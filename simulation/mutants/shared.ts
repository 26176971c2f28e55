import type { Mutant } from "./mutant.ts";

/** Hard blocks between processes that share a store. */
export const SHARED_MUTANTS: readonly Mutant[] = [
  {
    name: "everybody-tries",
    breaks: "Each process asks for itself, once a minute, whether a key works again.",
    file: "engine/health/fleet.ts",
    search: "    if (!isHard) return;\n",
    replace: "    if (isHard || !isHard) return;\n",
    profile: "shared",
  },
  {
    name: "trials-are-told-when-they-end",
    breaks: "While a vendor is down as well, each process tries a refused key for itself.",
    file: "engine/health/chain-health.ts",
    search: "      this.#fleet?.tries(standing.scope);\n",
    replace: "",
    profile: "shared",
  },
  {
    name: "whoever-found-nothing-tries-again",
    breaks: "One process whose network is broken keeps all others from finding that a key was mended.",
    file: "engine/health/fleet.ts",
    search: "LAST_TRIES_MS = OTHERS_TRY_MS + OTHERS_SPREAD_MS",
    replace: "LAST_TRIES_MS = 60_000",
    profile: "shared",
  },
  {
    name: "own-trials-are-anothers",
    breaks: "Nobody is the one to try next: in large fleets many do at once.",
    file: "engine/health/fleet.ts",
    search: "if (news.by !== this.#me) ",
    replace: "",
    profile: "shared",
  },
];
