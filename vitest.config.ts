import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** `module` is for bundlers: what some packages have there, Node itself cannot load. */
const nodeConditions = defaultServerConditions.filter((condition) => condition !== "module");

export default defineConfig({
  // Packages are tested from source: no build before tests.
  ssr: { resolve: { conditions: ["@understudy/source", ...nodeConditions] } },
  test: {
    include: [
      "packages/*/{src,test}/**/*.test.ts",
      "examples/**/*.test.ts",
      "scripts/**/*.test.ts",
      "hostile/**/*.test.ts",
      "recordings/**/*.test.ts",
      "simulation/**/*.test.ts",
      "bench/counts/*.test.ts",
    ],
    // An unhandled rejection anywhere fails the run: the library promises that there is none.
    dangerouslyIgnoreUnhandledErrors: false,
    testTimeout: 20_000,
  },
});
