/** Time to import a package in a fresh process, from its built files. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isBuilt } from "../process/built.ts";
import type { Section } from "../report/section.ts";
import { quartiles, rounded, spread } from "../report/statistics.ts";

const here = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

const subjects = [
  { name: "@understudy/core", after: [] },
  { name: "@understudy/anthropic", after: ["@understudy/core"] },
  { name: "@understudy/openai", after: ["@understudy/core"] },
  { name: "@understudy/gemini", after: ["@understudy/core"] },
  { name: "@understudy/deepseek", after: ["@understudy/core"] },
  { name: "@understudy/mistral", after: ["@understudy/core"] },
  { name: "@understudy/xai", after: ["@understudy/core"] },
  { name: "@understudy/bedrock", after: ["@understudy/core"] },
  { name: "openai", after: [] },
  { name: "@anthropic-ai/sdk", after: [] },
  { name: "@google/generative-ai", after: [] },
] as const;

async function importOnce(name: string, after: readonly string[]): Promise<number> {
  const preload = after.map((other) => `await import(${JSON.stringify(other)});`).join("");
  const program = `${preload} const startedAt = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - startedAt);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: here });
  return Number(stdout);
}

export async function measureImports(options: { readonly rounds: number }): Promise<Section> {
  const built = subjects.filter(({ name }) => isBuilt(name));
  const times = new Map<string, number[]>();
  // The first round fills the file cache and is not counted.
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const { name, after } of built) {
      const time = await importOnce(name, after);
      if (round > 0) times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  const missing = subjects.filter((subject) => !built.includes(subject)).map(({ name }) => name);
  return {
    name: "imports",
    title: "Import",
    rows: [...times].map(([name, values]) => {
      const time = spread(values);
      return { package: name, "ms, median": rounded(time.median), "quartiles ms": quartiles(time) };
    }),
    notes: [
      `${options.rounds} fresh processes each; an adapter after core is loaded, and before its first call.`,
      ...(missing.length > 0 ? [`Not built, so not measured (\`pnpm build\`): ${missing.join(", ")}.`] : []),
    ],
  };
}
