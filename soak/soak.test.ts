import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const RUN = fileURLToPath(new URL("run.ts", import.meta.url));
/** Processes run the sources on Node 24 and later. */
const runsSources = Number(process.versions.node.split(".", 1)[0]) >= 24;
if (!runsSources) process.stderr.write("\nSKIPPED on this Node: the soak runs the sources on Node 24 and later.\n");

const PARTS: readonly (readonly [promise: string, part: string, ...args: readonly string[]])[] = [
  ["calls in process leave no timer, listener, open answer or growing heap", "in-process", "--calls", "1500"],
  ["calls over sockets leave no connection, timer or listener", "sockets", "--socket-calls", "240", "--at-once", "60"],
  ["a Redis that dies fails no call, and leaves no connection", "redis", "--redis-seconds", "2"],
  ["a process that was stopped judges no target, and its streams end whole", "stopped", "--stopped-ms", "2500"],
];

/** Side by side: most of their time they wait. */
const runs = new Map(runsSources ? PARTS.map(([, part, ...args]) => [part, run(part, args)]) : []);

async function run(part: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ["-C", "@understudy/source", RUN, part, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return `${stdout}${stderr}exit ${child.exitCode}`;
}

test.runIf(runsSources).for(PARTS)("%s", { timeout: 60_000 }, async ([, part]) => {
  const output = (await runs.get(part)) ?? "";

  process.stderr.write(output.includes("SKIPPED") ? `\n${output}\n` : "");
  expect(output).toMatch(new RegExp(`^${part}\\n`));
  expect(output).toMatch(/exit 0$/);
});
