/**
 * `pnpm release:dry`: a whole release, on a copy of this repository and to a registry on this machine. Sets the versions,
 * builds, publishes, installs by name in an empty project, looks into each package, imports and requires each entry, and
 * runs a program and the command line.
 */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "./packed/project.ts";
import { commandProblems, installByName, programProblems } from "./release/by-name.ts";
import { entriesOf, entryProblems } from "./release/entries.ts";
import { packageProblems, readManifest } from "./release/inspect.ts";
import { publishProblems } from "./release/publish.ts";
import { startRegistry } from "./release/registry.ts";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);

const copy = await copyRepository();
const problems: string[] = [];
try {
  const changesets = readdirSync(join(copy, ".changeset")).filter((name) => name.endsWith(".md"));
  await run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], { cwd: copy });
  if (changesets.length > 0) await run("pnpm", ["changeset", "version"], { cwd: copy });
  const names = await build(copy);
  const { version } = readManifest(join(copy, "packages", names[0] ?? ""));
  problems.push(...versionProblems(names, changesets.length > 0));

  const registry = await startRegistry();
  try {
    problems.push(...(await publishProblems(copy, registry, names, version)));
    const project = await installByName(registry, names);
    try {
      for (const name of names) {
        const folder = join(project.folder, "node_modules/@understudy", name);
        problems.push(...packageProblems(folder, name).map((problem) => `${name}: ${problem}`));
      }
      const entries = names.flatMap((name) => entriesOf(project, name));
      problems.push(...(await entryProblems(project, entries)));
      problems.push(...(await programProblems(project)), ...(await commandProblems(project, version)));
      console.log(`${names.length} packages, ${entries.length} entries, ${changesets.length} changesets: ${version}`);
    } finally {
      project.remove();
    }
  } finally {
    await registry.close();
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
for (const problem of problems) console.log(`NOT READY: ${problem}`);
console.log(problems.length === 0 ? "Ready to be released" : `${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

/** The files of the repository as they are now, committed: versions and their changelogs are made from commits. */
async function copyRepository(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-release-"));
  const listed = await run("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: ROOT });
  const files = listed.stdout.split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file)));
  for (const file of files) cpSync(join(ROOT, file), join(folder, file));
  const git = (...parameters: readonly string[]) =>
    run("git", ["-c", "user.name=release", "-c", "user.email=release@localhost", ...parameters], { cwd: folder });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", "--all");
  await git("commit", "--quiet", "--no-verify", "--message", "As it is");
  return folder;
}

/** All packages have one version, higher than before and with an entry in its changelog when there are changes. */
function versionProblems(names: readonly string[], areChanges: boolean): readonly string[] {
  const versions = new Set(names.map((name) => readManifest(join(copy, "packages", name)).version));
  const before = readManifest(join(ROOT, "packages", names[0] ?? "")).version;
  const found: string[] = [];
  if (versions.size !== 1) found.push(`the packages have different versions: ${[...versions].join(", ")}`);
  if (!areChanges) return found;
  if (versions.has(before)) found.push(`the version is still ${before}, although there are changesets`);
  for (const name of names) {
    const path = join(copy, "packages", name, "CHANGELOG.md");
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (![...versions].every((version) => text.includes(`## ${version}`))) {
      found.push(`${name}: the changelog says nothing of the new version`);
    }
  }
  return found;
}
