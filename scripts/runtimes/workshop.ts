import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../packed/environment.ts";
import type { Project } from "../packed/project.ts";
import type { Report, StageAddress } from "./program.ts";

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/runtimes");
/** Far more than any of them needs. */
const LIMIT_MS = 180_000;
const LARGEST_OUTPUT = 64 * 1_024 * 1_024;
const run = promisify(execFile);

type Start = (
  command: string,
  parameters: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

/** What a subject is tried with. */
export interface Workshop {
  /** The packed packages, installed, with the program beside them. */
  readonly project: Project;
  readonly stage: StageAddress;
  /** Where the subject's own packages are installed. */
  readonly tools: string;
  /** Runs a command in the project; what it printed. */
  readonly start: Start;
}

/**
 * Installs packages from the registry, each set once, and says where; rejects when that is not possible here. `overrides`
 * are those of npm's manifest.
 */
export async function install(packages: readonly string[], overrides: object = {}): Promise<string> {
  const folder = join(CACHE, packages.join("+").replaceAll(/[^\w.@+-]/g, "-"));
  const done = join(folder, "installed");
  if (existsSync(done)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, overrides }));
  // With their scripts: that is how some of them bring their binary.
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", ...packages], {
    cwd: folder,
    env: ENVIRONMENT,
    timeout: LIMIT_MS,
  });
  writeFileSync(done, "");
  return folder;
}

export function starter(cwd: string): Start {
  return async (command, parameters, env = {}) => {
    const options = { cwd, env: { ...ENVIRONMENT, ...env }, timeout: LIMIT_MS, maxBuffer: LARGEST_OUTPUT };
    return (await run(command, parameters, options)).stdout;
  };
}

/** The report is the last line; some runtimes print more. */
export function reportIn(printed: string): Report {
  const report: Report = JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "");
  return report;
}
