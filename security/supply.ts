import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What an import loads of others, by entry: nothing, but for what a package is made of. */
const LOADS: Readonly<Record<string, readonly string[]>> = {
  "@understudy/core": [],
  "@understudy/core/adapter": [],
  "@understudy/core/client": [],
  "@understudy/core/lazy": [],
  "@understudy/core/node": [],
  "@understudy/core/store": [],
  "@understudy/core/trace": [],
  "@understudy/core/web": [],
  "@understudy/anthropic": [],
  "@understudy/bedrock": [],
  "@understudy/deepseek": [],
  "@understudy/gemini": [],
  "@understudy/live": [],
  "@understudy/mistral": [],
  "@understudy/openai": [],
  "@understudy/otel": ["@opentelemetry/api"],
  "@understudy/redis": [],
  "@understudy/xai": [],
};

/** Prints what of other packages is loaded with an entry, and what it has done to the process. */
const PROGRAM = `
import { registerHooks } from "node:module";
const others = new Set();
// Node itself keeps its fetch's settings under symbols, once something asks for them.
const names = () => [...Object.getOwnPropertyNames(globalThis), ...Reflect.ownKeys(Object.prototype)].length;
const before = names();
registerHooks({ load: (url, context, next) => {
  const name = /node_modules\\/(?!\\.pnpm)((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules\\/)/.exec(url)?.[1];
  if (name !== undefined && !name.startsWith("@understudy/")) others.add(name);
  return next(url, context);
} });
await import(process.argv[1]);
const changed = names() - before;
process.stdout.write(JSON.stringify({ others: [...others], changed, listeners: process.eventNames().length, open: process.getActiveResourcesInfo() }));
`;

interface Loaded {
  readonly others: readonly string[];
  readonly changed: number;
  readonly open: readonly string[];
}

/** Imports every entry in a process of its own that may not make code of text. Returns what is wrong. */
export async function supplyFaults(): Promise<readonly string[]> {
  const flags = [
    "-C",
    "@understudy/source",
    "--disable-warning=ExperimentalWarning",
    "--disallow-code-generation-from-strings",
  ];
  const run = promisify(execFile);
  const faults: string[] = [];
  for (const [entry, expected] of Object.entries(LOADS)) {
    // oxlint-disable-next-line no-await-in-loop -- a process at a time
    const { stdout, stderr } = await run(process.execPath, [...flags, "--input-type=module", "-e", PROGRAM, entry], {
      cwd: import.meta.dirname,
    });
    const { others, changed, open }: Loaded = JSON.parse(stdout);
    if (others.join() !== expected.join()) faults.push(`${entry} loads ${others.join(", ") || "nothing"}`);
    if (changed !== 0) faults.push(`${entry} changes ${changed} things of the process`);
    if (open.some((one) => one === "Timeout" || one.includes("TCP")))
      faults.push(`${entry} leaves ${open.join(", ")} open`);
    if (stderr !== "") faults.push(`${entry} prints ${stderr.slice(0, 100)}`);
  }
  return faults;
}
