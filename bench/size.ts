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
  readonly targetKilobytes?: number;
  /** Where the target is missed: it may not get worse than this. */
  readonly ceilingKilobytes?: number;
}

const subjects: readonly Subject[] = [
  { name: "@understudy/core", entry: "core/src/index.ts", targetKilobytes: 15, ceilingKilobytes: 22 },
  { name: "@understudy/core/adapter", entry: "core/src/adapter/index.ts" },
  { name: "@understudy/anthropic", entry: "anthropic/src/index.ts", targetKilobytes: 10 },
  { name: "@understudy/openai", entry: "openai/src/index.ts", targetKilobytes: 10 },
  { name: "@understudy/gemini", entry: "gemini/src/index.ts", targetKilobytes: 10 },
  { name: "@understudy/deepseek", entry: "deepseek/src/index.ts", targetKilobytes: 10 },
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
  return outputs.map((part: Rolldown.OutputChunk | Rolldown.OutputAsset) => ("code" in part ? part.code : "")).join("");
}

let isTooLarge = false;
for (const { name, entry, targetKilobytes: target, ceilingKilobytes: ceiling = target } of subjects) {
  const kilobytes = gzipSync(await bundle(entry), { level: 9 }).length / 1_000;
  const isOver = ceiling !== undefined && kilobytes > ceiling;
  isTooLarge ||= isOver;
  const verdict = isOver
    ? " TOO LARGE"
    : target !== undefined && kilobytes > target
      ? ` missed, at most ${ceiling}`
      : "";
  const goal = target === undefined ? "" : `of ${String(target).padStart(2)} kB`;
  console.log(`${name.padEnd(26)} ${kilobytes.toFixed(2).padStart(6)} kB ${goal}${verdict}`);
}
if (isTooLarge) process.exitCode = 1;
