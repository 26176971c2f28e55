import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../packed/compile.ts";
import type { Project } from "../packed/project.ts";
import { entriesOf } from "../release/entries.ts";
import type { Report } from "./program.ts";

/** `module` and `moduleResolution`, as applications set them. */
const MODULES: readonly (readonly [module: string, resolution: string])[] = [
  ["nodenext", "nodenext"],
  ["node20", "node16"],
  ["node16", "node16"],
  ["esnext", "bundler"],
  ["preserve", "bundler"],
];
/** Those that are tried with the types of the browser, too. */
const WITH_DOM = new Set(["nodenext", "esnext"]);
/** `require` of these packages in a CommonJS file needs one of these. */
const REQUIRES = new Set(["nodenext", "node20"]);
const REQUIRING = `import core = require("@understudy/core");
import { anthropic } from "@understudy/anthropic";
export const chain: core.Chain = core.createChain([anthropic("claude-sonnet-5-5", { apiKey: "any" })]);
`;

/** The types of `@ai-sdk/provider` want `@types/json-schema`, which is not among its dependencies. */
const NOT_BROUGHT = `declare module "json-schema" {
  export type JSONSchema7 = object;
  export type JSONSchema7Definition = JSONSchema7 | boolean;
}
`;

/** Type-checks the user's program, and one that has every entry of every package, under every setting. */
export async function typeProblems(tools: string, project: Project): Promise<Report> {
  const { folder } = project;
  const report: Record<string, unknown> = {};
  const manifest: { readonly version: string; readonly bin: { readonly tsc: string } } = JSON.parse(
    readFileSync(join(tools, "node_modules/typescript/package.json"), "utf8"),
  );
  const compiler = join(tools, "node_modules/typescript", manifest.bin.tsc);
  const entries = project.packages.flatMap((name) => entriesOf(project, name));
  writeFileSync(join(folder, "requiring.cts"), REQUIRING);
  writeFileSync(
    join(folder, "entries.ts"),
    entries.map((entry, at) => `export * as e${at} from "${entry}";\n`).join(""),
  );
  writeFileSync(join(folder, "json-schema.d.ts"), NOT_BROUGHT);
  for (const [module, moduleResolution] of MODULES) {
    for (const browser of WITH_DOM.has(module) ? [false, true] : [false]) {
      const compilerOptions = {
        lib: ["es2024", "esnext.disposable", ...(browser ? ["dom", "dom.iterable"] : [])],
        module,
        moduleResolution,
        types: ["node"],
        noEmit: true,
      };
      const files = [
        "program.ts",
        "web.ts",
        "entries.ts",
        "json-schema.d.ts",
        ...(REQUIRES.has(module) ? ["requiring.cts"] : []),
      ];
      // oxlint-disable-next-line no-await-in-loop -- two cores
      const said = await compile(folder, "try", { compilerOptions, files }, compiler);
      report[`${module}${browser ? " with dom" : ""}`] = said === "" ? "clean" : said;
    }
  }
  return report;
}
