/**
 * `pnpm trials`: processes with a store call a vendor that refuses their key. Between them they find out once a minute whether
 * it is mended, also when the one that did so last is killed.
 *
 * --minutes N  --processes N  --rate CALLS  --kill SECONDS  --engine
 */
import { fork, type ChildProcess } from "node:child_process";
import { startDeepSeek } from "@understudy/testing";
import { ENGINES, startServer } from "../test/server.ts";
import { monotonicMs, pause, readSettings } from "./settings.ts";

const settings = readSettings({ minutes: "10", processes: "5", rate: "5", kill: "0", engine: ENGINES[0] ?? "" });
const PROCESSES = Number(settings.processes);
const LAST_MS = Number(settings.minutes) * 60_000;
const MINUTE = 60_000;

interface Trial {
  readonly at: number;
  readonly process: number;
}

if (settings.engine === "") {
  process.stdout.write("SKIPPED: no server is here.\n");
  process.exit(0);
}

const server = await startServer(settings.engine);
const [primary, backup] = await Promise.all([startDeepSeek(), startDeepSeek()]);
const refused = { fault: { type: "error", error: "bad-key" } } as const;
primary.script(Array.from({ length: 100_000 }, () => refused));
const trials: Trial[] = [];
const failed: string[] = [];

function begin(index: number): ChildProcess {
  const args = [primary.url, backup.url, String(server.port), settings.rate];
  const child = fork(new URL("fleet-process.ts", import.meta.url), args, {
    execArgv: ["-C", "@understudy/source"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let rest = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const entry: { readonly type: string; readonly at: number; readonly why?: string } = JSON.parse(line);
      if (entry.type === "trial") trials.push({ at: entry.at, process: index });
      if (entry.type === "failed") failed.push(entry.why ?? "");
    }
  });
  return child;
}

const children = Array.from({ length: PROCESSES }, (_, index) => begin(index));
const startedAt = monotonicMs();
if (settings.kill !== "0") {
  await pause(Number(settings.kill) * 1_000);
  const owner = trials.at(-1)?.process ?? 0;
  children[owner]?.kill("SIGKILL");
  process.stdout.write(`process ${owner}, which made the last trial, was killed after ${settings.kill} s\n`);
}
await pause(LAST_MS - (monotonicMs() - startedAt));
for (const child of children) child.kill("SIGKILL");
await Promise.all([primary.close(), backup.close()]);
await server.kill();

const gaps = trials.slice(1).map(({ at }, index) => at - (trials[index]?.at ?? 0));
/** Between the first requests and the first trial there is a minute. */
const most = Number(settings.minutes);
const found = primary.requests.length - trials.length;
process.stdout.write(
  `${PROCESSES} processes, ${settings.minutes} minutes, ${settings.engine}: ${found} requests found the key refused, ` +
    `${trials.length} trials, at least ${(Math.min(...gaps) / 1_000).toFixed(1)} s apart, ${failed.length} calls failed\n` +
    `${trials.map(({ at, process: by }) => `${((at - startedAt) / 1_000).toFixed(1)} s by ${by}`).join(", ")}\n`,
);
const isExpected = trials.length <= most && failed.length === 0 && !gaps.some((gap) => gap < MINUTE - 1_000);
for (const why of new Set(failed)) process.stdout.write(`${why}\n`);
process.stdout.write(isExpected ? "as expected\n" : "NOT AS EXPECTED\n");
process.exit(isExpected ? 0 : 1);
