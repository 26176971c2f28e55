import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./repository.ts";

type Entry = string | Readonly<Record<string, string>>;

/** The part of a manifest that a release depends on. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly bugs?: string;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly exports?: Readonly<Record<string, Entry>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Where a package may have files; anything else got in by mistake. */
const PLACES = /^(?:dist\/|src\/|package\.json$|README\.md$|LICENSE$|api\.txt$|CHANGELOG\.md$)/;
const REQUIRED = ["README.md", "LICENSE", "api.txt"];

export function readManifest(folder: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return manifest;
}

/** What is wrong with a package as it would be on npm; `name` is its folder's, without the scope. */
export function packageProblems(folder: string, name: string): readonly string[] {
  const manifest = readManifest(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !file.startsWith("node_modules/"));
  return [
    ...manifestProblems(manifest, name),
    ...REQUIRED.filter((file) => !files.includes(file)).map((file) => `${file} is not in it`),
    ...files.filter((file) => !PLACES.test(file)).map((file) => `${file} does not belong into it`),
    ...files.filter((file) => file.includes(".test.")).map((file) => `${file} is a test`),
    ...exportProblems(folder, manifest),
    ...relativeLinks(folder).map((link) => `README.md has the link ${link}, which leads nowhere on npm`),
  ];
}

/** What npm refuses, or shows wrongly. */
export function manifestProblems(manifest: Manifest, name: string): readonly string[] {
  const expected: Partial<Manifest> = {
    name: `@understudy/${name}`,
    license: "MIT",
    homepage: `${REPOSITORY}/tree/main/packages/${name}#readme`,
    bugs: `${REPOSITORY}/issues`,
    // Without it npm refuses a package with provenance.
    repository: { type: "git", url: `git+${REPOSITORY}.git`, directory: `packages/${name}` },
    publishConfig: { access: "public", provenance: true },
  };
  const actual: Readonly<Record<string, unknown>> = { ...manifest };
  const wrong = Object.entries(expected)
    .filter(([field, value]) => JSON.stringify(actual[field]) !== JSON.stringify(value))
    .map(([field, value]) => `\`${field}\` is ${JSON.stringify(actual[field])}, not ${JSON.stringify(value)}`);
  const local = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter(([, range]) => /^(?:workspace|file|link|catalog):/.test(range))
    .map(([dependency, range]) => `${dependency} is wanted as ${range}, which only this repository has`);
  return [...wrong, ...local];
}

function exportProblems(folder: string, { exports = {} }: Manifest): readonly string[] {
  const paths = Object.entries(exports).flatMap(([entry, value]) =>
    (typeof value === "string" ? [value] : Object.values(value)).map((path) => [entry, path] as const),
  );
  if (paths.length === 0) return ["it exports nothing"];
  return paths
    .filter(([, path]) => !existsSync(join(folder, path)))
    .map(([entry, path]) => `${entry} leads to ${path}, which is not in it`);
}

/** Links of a README to files beside it. */
export function relativeLinks(folder: string): readonly string[] {
  const path = join(folder, "README.md");
  if (!existsSync(path)) return [];
  return [...readFileSync(path, "utf8").matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, link = ""]) => link);
}
