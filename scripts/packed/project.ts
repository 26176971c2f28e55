import { execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const run = promisify(execFile);
/** npm takes settings from the environment that pnpm made for itself; a user's shell has none of them. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm|pnpm)_/i.test(name)));

/** A module resolution, or a `page`: what knows the types of the browser and not those of Node. */
type Kind = "nodenext" | "bundler" | "page";

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

/** Builds, packs and installs the packages of this repository, or of a copy of it. */
export async function installPacked(root: string = ROOT): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "understudy-packed-"));
  const packages = readdirSync(join(root, "packages")).toSorted();
  for (const name of packages) removeStaleBuild(join(root, "packages", name));
  await run(join(BIN, "turbo"), ["run", "build", "--filter", "./packages/*", "--output-logs=errors-only"], {
    cwd: root,
  });
  await run("pnpm", ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder], { cwd: root });
  writeManifest(folder, packages);
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], {
    cwd: folder,
    env: ENVIRONMENT,
  });
  for (const name of ["program.ts", "web.ts", "page.ts", "loaded.mjs"])
    copyFileSync(join(import.meta.dirname, name), join(folder, name));
  const checks = new Map<string, Promise<string>>();
  return {
    folder,
    packages,
    check: (kind) => {
      const checked = checks.get(kind) ?? check(folder, kind);
      checks.set(kind, checked);
      return checked;
    },
    node: async (...parameters) => (await run(process.execPath, parameters, { cwd: folder, env: ENVIRONMENT })).stdout,
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

function writeManifest(folder: string, packages: readonly string[]): void {
  const tarballs = readdirSync(folder);
  const { devDependencies } = readJson(join(ROOT, "package.json"));
  const files = packages.map((name) => [
    `@understudy/${name}`,
    `file:${tarballs.find((file) => file.startsWith(`understudy-${name}-`)) ?? "missing.tgz"}`,
  ]);
  const dependencies = { ...Object.fromEntries(files), "@types/node": devDependencies["@types/node"] };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
}

async function check(folder: string, kind: Kind): Promise<string> {
  const resolution = kind === "page" ? "bundler" : kind;
  const module = resolution === "nodenext" ? "nodenext" : "esnext";
  const compilerOptions = {
    target: "es2023",
    // An application with a page has the types of the browser, too, which declare some of the same names.
    lib: ["es2024", "esnext.disposable", ...(resolution === "bundler" ? ["dom", "dom.iterable"] : [])],
    module,
    moduleResolution: resolution,
    types: kind === "page" ? [] : ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    outDir: kind,
  };
  mkdirSync(join(folder, kind), { recursive: true });
  const config = join(folder, `tsconfig.${kind}.json`);
  const files = kind === "page" ? ["page.ts"] : ["program.ts", "web.ts"];
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  try {
    await run(process.execPath, [TSC, "-p", config, "--pretty", "false"], { cwd: folder });
    return "";
  } catch (error) {
    return error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
}

function readJson(path: string): { readonly devDependencies: Readonly<Record<string, string>> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifest
  return JSON.parse(readFileSync(path, "utf8")) as { readonly devDependencies: Readonly<Record<string, string>> };
}
