import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "vite";

/** What is made: everything in one file, or a file that calls `require` for the packages. */
type Kind = "modules" | "commonjs" | "require" | "worker";

interface Esbuild {
  build(options: object): Promise<unknown>;
}

interface Webpack {
  (options: object, done: (error: Error | null, stats?: WebpackStats) => void): void;
}

interface WebpackStats {
  hasErrors(): boolean;
  toString(options: object): string;
}

export async function bundleWithEsbuild(
  tools: string,
  folder: string,
  { kind }: { readonly kind: Kind },
): Promise<string> {
  const esbuild: Esbuild = createRequire(join(tools, "package.json"))("esbuild");
  const isModule = kind === "modules" || kind === "worker";
  const file = join(folder, `esbuild-${kind}.${isModule ? "mjs" : "cjs"}`);
  await esbuild.build({
    entryPoints: [join(folder, kind === "worker" ? "worker.mjs" : "main.mjs")],
    outfile: file,
    bundle: true,
    logLevel: "silent",
    target: "es2023",
    format: isModule ? "esm" : "cjs",
    // What wrangler does for Workers.
    platform: kind === "worker" ? "browser" : "node",
    ...(kind === "worker" ? { conditions: ["workerd", "worker", "browser"], external: ["node:*"] } : {}),
    ...(kind === "require" ? { packages: "external" } : {}),
  });
  return file;
}

export async function bundleWithVite(folder: string): Promise<string> {
  await build({
    configFile: false,
    root: folder,
    logLevel: "error",
    ssr: { noExternal: true },
    build: {
      ssr: join(folder, "main.mjs"),
      outDir: join(folder, "vite"),
      target: "es2023",
      rolldownOptions: { output: { entryFileNames: "main.mjs" } },
    },
  });
  return join(folder, "vite/main.mjs");
}

export async function bundleWithWebpack(tools: string, folder: string): Promise<string> {
  const webpack: Webpack = createRequire(join(tools, "package.json"))("webpack");
  const path = join(folder, "webpack");
  await new Promise<void>((resolve, reject) => {
    const options = {
      context: folder,
      mode: "production",
      // Takes most of the time, and is no matter of ours.
      optimization: { minimize: false },
      target: "node22",
      entry: "./main.mjs",
      output: { path, filename: "main.cjs" },
    };
    webpack(options, (error, stats) => {
      if (error !== null) reject(error);
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString({ preset: "errors-only" })));
      else resolve();
    });
  });
  return join(path, "main.cjs");
}
