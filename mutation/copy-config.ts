/** For the copy: Vitest runs there as a child of the command. */
import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { readJob } from "./job.ts";

const root = join(import.meta.dirname, "..");
const job = readJob();
const places = new Map(job.files.map((file, index) => [join(root, file), index]));

const placeOf = ({ moduleId }: TestSpecification): number => places.get(moduleId) ?? Infinity;

class InOrder extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((one, other) => placeOf(one) - placeOf(other)));
  }
}

const config: ViteUserConfig = defineConfig({
  root,
  ssr: {
    resolve: { conditions: ["@understudy/source", ...defaultServerConditions.filter((one) => one !== "module")] },
  },
  test: {
    include: [...job.files],
    setupFiles: [join(import.meta.dirname, "preload.ts")],
    runner: join(import.meta.dirname, "test-runner.ts"),
    bail: job.mode === "alone" ? 1 : 0,
    sequence: { sequencer: InOrder },
    testTimeout: job.timeoutMs,
    // Sources run as they are: nothing is asked of another thread while time that is not real goes on.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    silent: true,
    reporters: job.mode === "mutants" ? [{}] : ["dot"],
  },
});

export default config;
