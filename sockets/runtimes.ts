import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { install } from "../scripts/runtimes/workshop.ts";
import type { Line, Task } from "./player.ts";

/** What can play cells: its package, and how it reads the sources. */
interface Runner {
  readonly package: string;
  readonly binary: string;
  readonly flags: readonly string[];
  /** It has no other transport of its own. */
  readonly only?: "fetch" | undefined;
}

const NODE_FLAGS = ["-C", "@understudy/source"] as const;

const RUNTIMES: Readonly<Record<string, Runner>> = {
  "22": {
    package: "node@22.12.0",
    binary: "node",
    flags: [...NODE_FLAGS, "--experimental-strip-types", "--disable-warning=ExperimentalWarning"],
  },
  "24": { package: "node@24.21.0", binary: "node", flags: NODE_FLAGS },
  "26": { package: "node@26.10.0", binary: "node", flags: NODE_FLAGS },
  bun: { package: "bun@1.4.5", binary: "bun", flags: ["--conditions=@understudy/source"], only: "fetch" },
  deno: {
    package: "deno@2.9.6",
    binary: "deno",
    flags: ["run", "--allow-all", "--no-lock", "--conditions=@understudy/source"],
    only: "fetch",
  },
};

/** Plays a task on a runtime; what it told, and what it was that could not be read. */
export async function playOn(name: string, task: Task): Promise<readonly Line[]> {
  const runner = RUNTIMES[name];
  if (runner === undefined) throw new Error(`No runtime ${name}; there are ${Object.keys(RUNTIMES).join(", ")}`);
  const transports = runner.only === undefined ? task.transports : [runner.only];
  const parameters = [...runner.flags, join(import.meta.dirname, "player.ts"), JSON.stringify({ ...task, transports })];
  const child = spawn(await binaryOf(runner), parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  const lines: Line[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by `player.ts`
  for await (const line of createInterface(child.stdout)) lines.push(JSON.parse(line) as Line);
  const code = await exit;
  if (code !== 0) lines.push({ unhandled: `the player ended with ${String(code)}` });
  return lines;
}

async function binaryOf({ package: wanted, binary }: Runner): Promise<string> {
  if (wanted.startsWith(`node@${process.versions.node.split(".")[0]}.`)) return process.execPath;
  return join(await install([wanted]), "node_modules/.bin", binary);
}
