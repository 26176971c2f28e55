import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../packed/environment.ts";
import type { Registry } from "./registry.ts";

const run = promisify(execFile);
/** By these, tools know that they are on a CI service, and which. */
const SERVICE = /^(?:CI$|GITHUB_|GITLAB_|ACTIONS_|SIGSTORE_)/;
const OFF_CI = Object.fromEntries(Object.entries(ENVIRONMENT).filter(([name]) => !SERVICE.test(name)));

/**
 * Publishes the packages of a copy of this repository with the command of the workflow `release`, three times: with
 * provenance, which has to be refused where no CI service is; without; and once more, when nothing is left to do. What was
 * not as it has to be, there and in what the registry then tells of each.
 */
export async function publishProblems(
  copy: string,
  registry: Registry,
  names: readonly string[],
  version: string,
): Promise<readonly string[]> {
  writeFileSync(join(copy, ".npmrc"), registry.settings);
  const problems: string[] = [];
  const refused = await publish(copy);
  if (!refused.includes("PROVENANCE_UNSUPPORTED_PROVIDER")) problems.push(`published without provenance: ${refused}`);
  const published = await publish(copy, { PNPM_CONFIG_PROVENANCE: "false" });
  if (!published.includes("Successfully published")) problems.push(`not published: ${published}`);
  const again = await publish(copy);
  if (!again.includes("No unpublished projects")) problems.push(`published twice: ${again}`);
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of the names
    const found = await registeredProblems(copy, registry, name, version);
    problems.push(...found.map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

/** What the command printed, whether it failed or not. */
async function publish(copy: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { ...OFF_CI, ...more };
  const printed = await run("pnpm", ["changeset", "publish"], { cwd: copy, env }).catch((error: unknown) => error);
  const { stdout = "", stderr = "" }: { readonly stdout?: string; readonly stderr?: string } = Object(printed);
  return stdout + stderr;
}

async function registeredProblems(
  copy: string,
  registry: Registry,
  name: string,
  version: string,
): Promise<readonly string[]> {
  const told = await registry.published(name);
  if (told === undefined) return ["the registry has nothing of it"];
  const { "dist-tags": tags, versions, readme } = told;
  const problems: string[] = [];
  const expected = { latest: version };
  if (JSON.stringify(tags) !== JSON.stringify(expected)) problems.push(`its tags are ${JSON.stringify(tags)}`);
  if (Object.keys(versions).join() !== version) problems.push(`its versions are ${Object.keys(versions).join(", ")}`);
  const page = readFileSync(join(copy, "packages", name, "README.md"), "utf8");
  if (readme?.trim() !== page.trim()) problems.push("its page on npm is not its README.md");
  return problems;
}
