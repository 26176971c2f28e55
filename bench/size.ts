/**
 * `pnpm size`: what each package adds to an application, minified and compressed, beside its vendor's SDK. Fails when
 * one is larger than it may be. Reads the source, so nothing needs to be built before.
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

interface Subject {
  readonly name: string;
  readonly entry: string;
  /** `undefined`: shown, not limited. */
  readonly limitKilobytes?: number;
}

const subjects: readonly Subject[] = [
  { name: "@understudy/core", entry: "core/src/index.ts", limitKilobytes: 30 },
  { name: "@understudy/core/adapter", entry: "core/src/adapter/index.ts" },
  { name: "@understudy/anthropic", entry: "anthropic/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/openai", entry: "openai/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/gemini", entry: "gemini/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/deepseek", entry: "deepseek/src/index.ts", limitKilobytes: 12 },
];

/** What an application that uses the package has anyway: core, and the vendor's SDK. */
const external = [/^@understudy\//, /^openai(\/|$)/, /^@anthropic-ai\//, /^@google\//];

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@understudy/source"] },
    build: {
      write: false,
      target: "es2023",
      lib: { entry: fileURLToPath(new URL(`../packages/${entry}`, import.meta.url)), formats: ["es"] },
      // In library mode Vite leaves white space to the application's own bundler; here it is part of the question.
      rolldownOptions: { external, output: { minify: true } },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((part) => ("output" in part ? part.output : []));
  const code = outputs.map((part: Rolldown.OutputChunk | Rolldown.OutputAsset) => ("code" in part ? part.code : ""));
  // Annotations are for the application's bundler, which takes them out.
  return code.join("").replaceAll("/* @__PURE__ */ ", "");
}

let isTooLarge = false;
for (const { name, entry, limitKilobytes: limit } of subjects) {
  const kilobytes = gzipSync(await bundle(entry), { level: 9 }).length / 1_000;
  const headroom = limit === undefined ? undefined : limit - kilobytes;
  isTooLarge ||= headroom !== undefined && headroom < 0;
  const goal = headroom === undefined ? "" : `of ${limit} kB, ${headroom.toFixed(2)} kB left`;
  console.log(
    `${name.padEnd(26)} ${kilobytes.toFixed(2).padStart(6)} kB ${goal}${(headroom ?? 0) < 0 ? " TOO LARGE" : ""}`,
  );
}
if (isTooLarge) process.exitCode = 1;
