/**
 * `pnpm size`: what each package adds to an application, minified and compressed, beside its vendor's SDK. Fails when
 * one is larger than it may be. What is loaded only when it is asked for is shown apart. Reads the source, so nothing
 * needs to be built before.
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
  { name: "@understudy/core", entry: "core/src/index.ts", limitKilobytes: 31.6 },
  { name: "@understudy/core/client", entry: "core/src/client/index.ts", limitKilobytes: 1 },
  { name: "@understudy/core/trace", entry: "core/src/trace/index.ts", limitKilobytes: 2 },
  { name: "@understudy/core/adapter", entry: "core/src/adapter/index.ts" },
  { name: "@understudy/core/store", entry: "core/src/store/index.ts" },
  // Health and answers are two programs: the bundler leaves out the one that is not used.
  { name: "@understudy/redis", entry: "redis/src/redis-store.ts", limitKilobytes: 7.1 },
  { name: "@understudy/redis answers", entry: "redis/src/redis-answers.ts", limitKilobytes: 3.5 },
  { name: "@understudy/core/web", entry: "core/src/web/index.ts" },
  { name: "@understudy/otel", entry: "otel/src/index.ts", limitKilobytes: 6 },
  { name: "@understudy/live", entry: "live/src/index.ts", limitKilobytes: 6 },
  { name: "@understudy/anthropic", entry: "anthropic/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/openai", entry: "openai/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/gemini", entry: "gemini/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/deepseek", entry: "deepseek/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/mistral", entry: "mistral/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/xai", entry: "xai/src/index.ts", limitKilobytes: 12 },
  { name: "@understudy/bedrock", entry: "bedrock/src/index.ts", limitKilobytes: 12 },
  // An application has one of its two directions, and the bundler leaves the other out.
  { name: "@understudy/ai-sdk", entry: "ai-sdk/src/chain-model/index.ts", limitKilobytes: 8 },
  { name: "@understudy/ai-sdk aiSdk", entry: "ai-sdk/src/ai-sdk-target/index.ts", limitKilobytes: 8.5 },
  { name: "@understudy/ai-sdk/ui", entry: "ai-sdk/src/ui/index.ts", limitKilobytes: 3.8 },
];

/** What an application that uses the package has anyway: core, and the vendor's SDK. */
const external = [
  /^@understudy\//,
  /^openai(\/|$)/,
  /^@anthropic-ai\//,
  /^@google\//,
  /^@smithy\//,
  /^redis$/,
  /^@opentelemetry\//,
];

interface Bundle {
  /** What is loaded with the package. */
  readonly loaded: string;
  /** What is loaded when it is first used. */
  readonly onDemand: string;
}

async function bundle(entry: string): Promise<Bundle> {
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
  const chunks = outputs.filter((part): part is Rolldown.OutputChunk => part.type === "chunk");
  const names = new Set(chunks.filter((chunk) => chunk.isEntry).map(({ fileName }) => fileName));
  // A set grows while it is walked: what is imported by what is loaded is loaded too.
  for (const name of names) {
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported);
  }
  const codeOf = (isLoaded: boolean): string => {
    const code = chunks.filter(({ fileName }) => names.has(fileName) === isLoaded).map((chunk) => chunk.code);
    // Annotations are for the application's bundler, which takes them out.
    return code.join("").replaceAll("/* @__PURE__ */ ", "");
  };
  return { loaded: codeOf(true), onDemand: codeOf(false) };
}

function kilobytesOf(code: string): number {
  return gzipSync(code, { level: 9 }).length / 1_000;
}

let isTooLarge = false;
for (const { name, entry, limitKilobytes: limit } of subjects) {
  const { loaded, onDemand } = await bundle(entry);
  const kilobytes = kilobytesOf(loaded);
  const headroom = limit === undefined ? undefined : limit - kilobytes;
  isTooLarge ||= headroom !== undefined && headroom < 0;
  const goal = headroom === undefined ? "" : `of ${limit} kB, ${headroom.toFixed(2)} kB left`;
  const later = onDemand === "" ? "" : `, ${kilobytesOf(onDemand).toFixed(2)} kB on demand`;
  console.log(
    `${name.padEnd(26)} ${kilobytes.toFixed(2).padStart(6)} kB ${goal}${later}${(headroom ?? 0) < 0 ? " TOO LARGE" : ""}`,
  );
}
if (isTooLarge) process.exitCode = 1;
