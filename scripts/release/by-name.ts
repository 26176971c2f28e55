import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../packed/environment.ts";
import { installInto, type Project } from "../packed/project.ts";
import type { Registry } from "./registry.ts";

const run = promisify(execFile);
const GREETING = "Hello from the simulator.";
const CHAIN = `import { anthropic } from "@understudy/anthropic";
import { openai } from "@understudy/openai";

export default [anthropic("claude-sonnet-5-5", { apiKey: "any" }), openai("gpt-6.1-terra", { apiKey: "any" })];
`;

/** A project into which everything was installed by its name, from a registry. */
export async function installByName(registry: Registry, names: readonly string[]): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-by-name-"));
  writeFileSync(join(folder, ".npmrc"), registry.settings);
  return installInto(folder, Object.fromEntries(names.map((name) => [`@understudy/${name}`, "latest"])));
}

/** What the user's program does not do on what was installed by its name: it type-checks, and each vendor answers. */
export async function programProblems(project: Project): Promise<readonly string[]> {
  const types = await project.check("nodenext");
  if (types !== "") return [`the program does not type-check: ${types}`];
  const printed: { readonly texts: readonly string[] } = JSON.parse(await project.node("nodenext/program.js"));
  const wrong = printed.texts.filter((text) => text !== GREETING);
  return printed.texts.length > 0 && wrong.length === 0 ? [] : [`the program was answered ${wrong.join(", ")}`];
}

/** What the command line does not do where nobody has installed it and it is asked for with `npx`. */
export async function commandProblems(project: Project, version: string): Promise<readonly string[]> {
  const folder = join(project.folder, "drilled");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  writeFileSync(join(folder, "chain.ts"), CHAIN);
  copyFileSync(join(project.folder, ".npmrc"), join(folder, ".npmrc"));
  const cache = mkdtempSync(join(tmpdir(), "understudy-npx-"));
  // What npx has once installed it keeps, whichever registry it came from.
  const env = { ...ENVIRONMENT, npm_config_cache: cache, NO_COLOR: "1" };
  const npx = async (...parameters: readonly string[]): Promise<string> =>
    (await run("npx", ["--yes", "@understudy/cli", ...parameters], { cwd: folder, env })).stdout;
  try {
    const printed = (await npx("--version")).trim();
    const drilled = await npx("drill", "chain.ts");
    return [
      ...(printed === version ? [] : [`npx @understudy/cli --version prints ${printed}`]),
      ...(drilled.includes("claude-sonnet-5-5") ? [] : [`npx @understudy/cli drill prints ${drilled}`]),
    ];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}
