import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundleWithEsbuild, bundleWithVite, bundleWithWebpack } from "./bundlers.ts";
import type { Report } from "./program.ts";
import { typeProblems } from "./types.ts";
import { reportIn, type Workshop } from "./workshop.ts";

/** Something that the packages have to work on or with. */
export interface Subject {
  /** As it is chosen on the command line. */
  readonly name: string;
  /** What is installed for it, with exact versions. */
  readonly packages: readonly string[];
  /** Runs the program; a report like that of this Node, as far as there are results. */
  try(workshop: Workshop): Promise<Report>;
}

const main = "main.mjs";

export const SUBJECTS: readonly Subject[] = [
  onBinary("node22", ["node@22.12.0"], "node", [main]),
  onBinary("node26", ["node@26.10.0"], "node", [main]),
  onBinary("bun", ["bun@1.4.5"], "bun", [main]),
  onBinary("deno", ["deno@2.9.6"], "deno", ["run", "--allow-all", "--node-modules-dir=manual", "--no-lock", main]),
  inWorkerd("workerd", ""),
  inWorkerd("workerd-nodejs", "nodejs_compat"),
  {
    // The oldest Node: `require()` of these packages works from there on.
    name: "commonjs",
    packages: ["node@22.12.0", "esbuild@0.28.2"],
    try: async ({ tools, project, stage, start }) => {
      const file = await bundleWithEsbuild(tools, project.folder, { kind: "require" });
      return reportIn(await start(join(tools, "node_modules/.bin/node"), [file, JSON.stringify(stage)]));
    },
  },
  inJest("jest-modules", ["--experimental-vm-modules"], {}),
  inJest("jest-transform", [], {
    extensionsToTreatAsEsm: undefined,
    transformIgnorePatterns: [String.raw`/node_modules/(?!(\.pnpm|@understudy|eventsource-parser)/)`],
  }),
  bundled("esbuild", ["esbuild@0.28.2"], (tools, folder) => bundleWithEsbuild(tools, folder, { kind: "modules" })),
  bundled("esbuild-commonjs", ["esbuild@0.28.2"], (tools, folder) =>
    bundleWithEsbuild(tools, folder, { kind: "commonjs" }),
  ),
  bundled("webpack", ["webpack@5.113.0"], bundleWithWebpack),
  bundled("vite", [], (_tools, folder) => bundleWithVite(folder)),
  ...["5.9.3", "6.0.3", "7.0.2"].map((version) => withTypes(version)),
];

function onBinary(name: string, packages: readonly string[], binary: string, parameters: readonly string[]): Subject {
  return {
    name,
    packages,
    try: async ({ tools, stage, start }) =>
      reportIn(await start(join(tools, "node_modules/.bin", binary), [...parameters, JSON.stringify(stage)])),
  };
}

function inWorkerd(name: string, flags: string): Subject {
  return {
    name,
    packages: ["miniflare@4.20260730.0", "esbuild@0.28.2"],
    try: async ({ tools, project, stage, start }) => {
      const file = await bundleWithEsbuild(tools, project.folder, { kind: "worker" });
      const starting = ["start-worker.mjs", tools, file, flags, JSON.stringify(stage)];
      return reportIn(await start(process.execPath, starting));
    },
  };
}

function inJest(name: string, flags: readonly string[], config: object): Subject {
  return {
    name,
    packages: ["jest@30.5.2", "@babel/core@7.29.13", "@babel/preset-env@7.29.14"],
    try: async ({ tools, project, stage, start }) => {
      const find = createRequire(join(tools, "package.json"));
      const isTransformed = flags.length === 0;
      const presets = [[find.resolve("@babel/preset-env"), { targets: { node: "current" } }]];
      const settings = {
        rootDir: project.folder,
        testMatch: ["<rootDir>/jest-test.mjs"],
        moduleFileExtensions: ["js", "mjs", "json"],
        cacheDirectory: join(project.folder, "jest-cache", name),
        transform: isTransformed ? { "\\.m?js$": [find.resolve("babel-jest"), { presets, configFile: false }] } : {},
        ...config,
      };
      const path = join(project.folder, `${name}.json`);
      await start(process.execPath, [...flags, find.resolve("jest/bin/jest"), "--config", JSON.stringify(settings)], {
        UNDERSTUDY_STAGE: JSON.stringify(stage),
        UNDERSTUDY_REPORT: path,
      });
      return reportIn(readFileSync(path, "utf8"));
    },
  };
}

function bundled(
  name: string,
  packages: readonly string[],
  bundle: (tools: string, folder: string) => Promise<string>,
): Subject {
  return {
    name,
    packages,
    try: async ({ tools, project, stage, start }) => {
      const file = await bundle(tools, project.folder);
      return reportIn(await start(process.execPath, [file, JSON.stringify(stage)]));
    },
  };
}

function withTypes(version: string): Subject {
  return {
    name: `typescript-${version.split(".")[0] ?? ""}`,
    packages: [`typescript@${version}`],
    try: ({ tools, project }) => typeProblems(tools, project),
  };
}
