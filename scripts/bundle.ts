/**
 * Bundles the package in the working folder: one file for each entry point in its manifest, what they share in files
 * of its own, everything of others left out. Loading a package of fifty small files takes three times as long.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "vite";

/** For a condition each, or a file for all of them. */
type Entry = { readonly [condition: string]: Entry } | string;

interface Manifest {
  readonly exports: Readonly<Record<string, Entry>>;
  /** What differs between runtimes: read when an application is loaded or bundled, so nothing of it is bundled here. */
  readonly imports?: Readonly<Record<string, Entry>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
}

const root = process.cwd();
const {
  exports,
  imports = {},
  bin = {},
  dependencies,
  peerDependencies,
}: Manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** The name of a built file, without its ending, and the source it is made of. */
const entries = [...Object.values(exports), ...Object.values(imports)]
  .flatMap(sourcesOf)
  .map((source) => [source.replace("./src/", "").replace(/\.ts$/, ""), resolve(source)] as const);

function sourcesOf(entry: Entry): readonly string[] {
  if (typeof entry === "string") return [];
  const { "@understudy/source": source, ...others } = entry;
  return [...(typeof source === "string" ? [source] : []), ...Object.values(others).flatMap(sourcesOf)];
}

/** Programs are built from the sources of the same name. */
const programs = Object.values(bin).map((path) => {
  const name = path.replace("./dist/", "").replace(/\.js$/, "");
  return [name, resolve(`src/${name}.ts`)] as const;
});

const others = Object.keys({ ...dependencies, ...peerDependencies });

function isOthers(id: string): boolean {
  return (
    id.startsWith("node:") || id.startsWith("#") || others.some((name) => id === name || id.startsWith(`${name}/`))
  );
}

await build({
  configFile: false,
  root,
  logLevel: "warn",
  build: {
    target: "es2023",
    minify: false,
    sourcemap: true,
    outDir: "dist",
    lib: {
      entry: Object.fromEntries([...entries, ...programs]),
      formats: ["es"],
      fileName: (_format, name) => `${name}.js`,
    },
    rolldownOptions: {
      external: isOthers,
      output: {
        chunkFileNames: "shared/[name].js",
        // What several entries share, in one file: each file more is most of a millisecond more in a cold start.
        codeSplitting: { groups: [{ name: "common", test: /\/src\/(?:model|handoff)\/|system-clock/ }] },
      },
    },
  },
});
