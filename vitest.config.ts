import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

/** `module` is for bundlers: what some packages have there, Node itself cannot load. */
const nodeConditions = defaultServerConditions.filter((condition) => condition !== "module");

/** Builds, packs and installs first. */
const PACKED = ["scripts/packed.test.ts"];
/** The kit on every other way to a vendor than the usual one. */
const KITS = ["packages/*/src/**/*-conformance.test.ts"];

export default defineConfig({
  // Packages are tested from source: no build before tests.
  ssr: { resolve: { conditions: ["@understudy/source", ...nodeConditions] } },
  test: {
    // An unhandled rejection anywhere fails the run: the library promises that there is none.
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Most of what a short child process does is to compile the same sources again.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compile") },
    // A thread starts in a third of the time of a process; no test changes what threads share.
    pool: "threads",
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "packages",
          include: ["packages/*/{src,test}/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...KITS],
          // Most of these files are done sooner than a worker of their own has loaded what they test.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "proofs",
          include: [
            "examples/**/*.test.ts",
            "scripts/**/*.test.ts",
            "hostile/**/*.test.ts",
            "security/**/*.test.ts",
            "handoff/*.test.ts",
            "sockets/*.test.ts",
            "recordings/**/*.test.ts",
            "simulation/**/*.test.ts",
            "soak/*.test.ts",
            "moving/*.test.ts",
            "compat/*.test.ts",
            "mutation/*.test.ts",
            "bench/counts/*.test.ts",
          ],
          exclude: [...configDefaults.exclude, ...PACKED],
        },
      },
      // Not in the check: `pnpm packed` and `pnpm kits`.
      { extends: true, test: { name: "packed", include: PACKED } },
      { extends: true, test: { name: "kits", include: KITS, isolate: false } },
    ],
  },
});
