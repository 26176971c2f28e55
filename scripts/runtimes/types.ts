import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./program.ts";
import type { Workshop } from "./workshop.ts";

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

/** Type-checks the user's program under every setting. */
export async function typeProblems(tools: string, folder: string, start: Workshop["start"]): Promise<Report> {
  const report: Record<string, unknown> = {};
  const manifest: { readonly version: string; readonly bin: { readonly tsc: string } } = JSON.parse(
    readFileSync(join(tools, "node_modules/typescript/package.json"), "utf8"),
  );
  const compiler = join(tools, "node_modules/typescript", manifest.bin.tsc);
  writeFileSync(join(folder, "requiring.cts"), REQUIRING);
  for (const [module, moduleResolution] of MODULES) {
    for (const browser of WITH_DOM.has(module) ? [false, true] : [false]) {
      const compilerOptions = {
        target: "es2023",
        lib: ["es2024", "esnext.disposable", ...(browser ? ["dom", "dom.iterable"] : [])],
        module,
        moduleResolution,
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      const files = ["program.ts", "web.ts", ...(REQUIRES.has(module) ? ["requiring.cts"] : [])];
      const config = join(folder, "tsconfig.try.json");
      writeFileSync(config, JSON.stringify({ compilerOptions, files }));
      const name = `${module}${browser ? " with dom" : ""}`;
      // oxlint-disable-next-line no-await-in-loop -- two cores
      report[name] = await start(process.execPath, [compiler, "-p", config, "--pretty", "false"]).then(
        () => "clean",
        (error: unknown) => (error instanceof Error && "stdout" in error ? String(error.stdout) : String(error)),
      );
    }
  }
  return report;
}
