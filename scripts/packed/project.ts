import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { compile } from "./compile.ts";
import { ENVIRONMENT } from "./environment.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
/** Far more than any program needs. */
const LIMIT_MS = 180_000;
const run = promisify(execFile);
/** A module resolution, or a `page`: what knows the types of the browser and not those of Node. */
type Kind = "nodenext" | "bundler" | "page";

/** By the name of a package, what npm takes it from: a range, a tag, or `file:` and a path. */
export type Wanted = Readonly<Record<string, string>>;

/** An empty project outside of the workspace, with the packed packages installed in it by npm. */
export interface Project {
  readonly folder: string;
  /** Names of the packages, without their scope. */
  readonly packages: readonly string[];
  /** Type-checks the program under a module resolution, once; what the compiler says, nothing when all is well. */
  check(kind: Kind): Promise<string>;
  /** Runs a module on this Node, without any condition. */
  node(...parameters: readonly string[]): Promise<string>;
  remove(): void;
}

/** Builds, packs and installs the packages of this repository. */
export async function installPacked(): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-packed-"));
  return installInto(folder, await pack(folder));
}

/** Builds the packages of this repository, or of a copy of it; their names, without their scope. */
export async function build(root: string = ROOT): Promise<readonly string[]> {
  const names = readdirSync(join(root, "packages")).toSorted();
  for (const name of names) removeStaleBuild(join(root, "packages", name));
  await run(join(BIN, "turbo"), ["run", "build", "--filter", "./packages/*", "--output-logs=errors-only"], {
    cwd: root,
  });
  return names;
}

/** Builds the packages of this repository and packs them into a folder; under its full name, where npm finds each. */
export async function pack(folder: string): Promise<Wanted> {
  const names = await build();
  await run("pnpm", ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder], { cwd: ROOT });
  const tarballs = readdirSync(folder);
  return Object.fromEntries(
    names.map((name) => {
      const tarball = tarballs.find((file) => file.startsWith(`understudy-${name}-`)) ?? "missing.tgz";
      return [`@understudy/${name}`, `file:${join(folder, tarball)}`];
    }),
  );
}

/**
 * Makes a project of an empty folder, or of one with settings for npm, and installs in it what is wanted. `overrides` are
 * those of npm's manifest.
 */
export async function installInto(folder: string, wanted: Wanted, overrides: Wanted = {}): Promise<Project> {
  const { devDependencies } = readJson(join(ROOT, "package.json"));
  const dependencies = { ...wanted, "@types/node": devDependencies["@types/node"] };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies, overrides }),
  );
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
    cwd: folder,
    env: ENVIRONMENT,
  });
  for (const name of ["program.ts", "web.ts", "page.ts", "loaded.mjs"])
    copyFileSync(join(import.meta.dirname, name), join(folder, name));
  const checks = new Map<string, Promise<string>>();
  return {
    folder,
    packages: Object.keys(wanted).map((name) => name.replace("@understudy/", "")),
    check: (kind) => {
      const checked = checks.get(kind) ?? check(folder, kind);
      checks.set(kind, checked);
      return checked;
    },
    node: async (...parameters) =>
      (await run(process.execPath, parameters, { cwd: folder, env: ENVIRONMENT, timeout: LIMIT_MS })).stdout,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The compiler leaves files behind whose sources are gone; they would be packed. */
function removeStaleBuild(folder: string): void {
  const dist = join(folder, "dist");
  if (!existsSync(dist)) return;
  const built = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const isStale = built.some((file) => !existsSync(join(folder, "src", file.replace(/js$/, "ts"))));
  if (isStale) rmSync(dist, { recursive: true });
}

async function check(folder: string, kind: Kind): Promise<string> {
  const resolution = kind === "page" ? "bundler" : kind;
  const compilerOptions = {
    // An application with a page has the types of the browser, too, which declare some of the same names.
    lib: ["es2024", "esnext.disposable", ...(resolution === "bundler" ? ["dom", "dom.iterable"] : [])],
    module: resolution === "nodenext" ? "nodenext" : "esnext",
    moduleResolution: resolution,
    types: kind === "page" ? [] : ["node"],
    outDir: kind,
  };
  const files = kind === "page" ? ["page.ts"] : ["program.ts", "web.ts"];
  return compile(folder, kind, { compilerOptions, files });
}

function readJson(path: string): { readonly devDependencies: Readonly<Record<string, string>> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifest
  return JSON.parse(readFileSync(path, "utf8")) as { readonly devDependencies: Readonly<Record<string, string>> };
}
