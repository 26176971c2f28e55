import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const ROOT = join(import.meta.dirname, "../..");
const HOOK = join(import.meta.dirname, "use-bundle.ts");

/** How Node is started to use a bundle. */
export interface Bundle {
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Puts all packages, from source, and the SDKs below them into a few files: a short program spends most of its time on
 * loading hundreds. The name is that of the folder: two may be made at once.
 */
export async function bundlePackages(name: string): Promise<Bundle> {
  // At the same place each time: the compile cache goes by it.
  const folder = join(ROOT, "node_modules/.cache/bundles", name);
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    // `module` is for bundlers: Node itself loads something else.
    resolve: { mainFields: ["main"] },
    // Conditions outside of `ssr` are for browsers only: the packages would come from their last build.
    ssr: { noExternal: true, resolve: { conditions: ["@understudy/source", "node", "import", "default"] } },
    build: {
      ssr: true,
      target: "es2023",
      minify: false,
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(readdirSync(join(ROOT, "packages")).flatMap(entriesOf)),
        output: { entryFileNames: "[name].js", chunkFileNames: "shared/[name]-[hash].js" },
      },
    },
  });
  return { parameters: ["--import", HOOK], env: { UNDERSTUDY_BUNDLE: folder } };
}

/** What can be imported from a package, without the scope, and its source. */
function entriesOf(name: string): readonly (readonly [string, string])[] {
  const folder = join(ROOT, "packages", name);
  const { exports }: { readonly exports: Exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(exports).flatMap(([path, entry]) => {
    const source = typeof entry === "string" ? undefined : entry["@understudy/source"];
    return source === undefined ? [] : [[join(name, path), resolve(folder, source)] as const];
  });
}
