/**
 * `pnpm fleet`: processes with a store call a vendor through its outage while the server fails, and the same without a
 * store. No call fails, and none is slower.
 *
 * --fault none|kill|stop|hole|slow|flush|absent  --processes N  --outage SECONDS  --rate CALLS  --engine
 */
import { fork, type ChildProcess } from "node:child_process";
import { startDeepSeek } from "@understudy/testing";
import { connected, ENGINES, freePort, startServer, type Server } from "../test/server.ts";
import { startProxy } from "./proxy.ts";
import { monotonicMs, pause, percentile, readSettings } from "./settings.ts";

const settings = readSettings({ fault: "none", processes: "4", outage: "26", rate: "10", engine: ENGINES[0] ?? "" });
const PROCESSES = Number(settings.processes);
const OUTAGE_MS = Number(settings.outage) * 1_000;

interface Entry {
  readonly type: string;
  readonly process: number;
  readonly at: number;
  readonly ms?: number;
  readonly tier?: string;
  readonly to?: string;
  readonly isPlain?: boolean;
  readonly commands?: number;
}

interface Outcome {
  readonly calls: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  /** Attempts at the primary while it was down. */
  readonly paid: number;
  readonly probes: number;
  /** Between the first and the last process that was back, in milliseconds. */
  readonly apartMs: number;
  readonly commandsPerSecond: number;
}

async function run(storePort: number | undefined, fault: () => Promise<void>): Promise<Outcome> {
  const [primary, backup] = await Promise.all([startDeepSeek(), startDeepSeek()]);
  const entries: Entry[] = [];
  const begunAt = monotonicMs();
  const children = Array.from({ length: PROCESSES }, (_, index) =>
    begin(index, entries, primary.url, backup.url, storePort),
  );
  while (entries.filter(({ type }) => type === "ready").length < PROCESSES) await pause(20);
  await pause(2_000);
  const before = primary.requests.length;
  const from = monotonicMs();
  const down = { fault: { type: "error", error: "server-error" } } as const;
  primary.script(Array.from({ length: 100_000 }, () => down));
  const faults = fault();
  await pause(OUTAGE_MS);
  const paid = primary.requests.length - before;
  primary.script([]);
  const back = monotonicMs();
  await faults;
  // The longest opening that the outage may have led to.
  const isBack = (index: number): boolean => closedAt(entries, index, back) !== undefined;
  for (let waited = 0; waited < 900 && !children.every((_, index) => isBack(index)); waited++) await pause(100);
  await pause(500);
  for (const child of children) child.send("stats");
  await pause(300);
  for (const child of children) child.kill("SIGKILL");
  await Promise.all([primary.close(), backup.close()]);
  const calls = entries.filter(({ type }) => type === "call");
  const times = calls.filter(({ isPlain, at }) => isPlain && at > from && at < back).map(({ ms = 0 }) => ms);
  const ends = children.map((_, index) => closedAt(entries, index, back) ?? Infinity);
  const seconds = (monotonicMs() - begunAt) / 1_000;
  const commands = entries.reduce((sum, one) => sum + (one.commands ?? 0), 0);
  return {
    calls: calls.length,
    failed: entries.filter(({ type }) => type === "failed").length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    paid,
    probes: entries.filter(({ type, at }) => type === "probe" && at > from).length,
    apartMs: Math.max(...ends) - Math.min(...ends),
    commandsPerSecond: commands / seconds / PROCESSES,
  };
}

function closedAt(entries: readonly Entry[], index: number, after: number): number | undefined {
  return entries.find((one) => one.process === index && one.type === "breaker" && one.to === "closed" && one.at > after)
    ?.at;
}

function begin(index: number, entries: Entry[], primary: string, backup: string, storePort?: number): ChildProcess {
  const args = [primary, backup, storePort === undefined ? "" : String(storePort), settings.rate];
  const child = fork(new URL("fleet-process.ts", import.meta.url), args, {
    execArgv: ["-C", "@understudy/source"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let rest = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) entries.push({ ...JSON.parse(line), process: index });
  });
  return child;
}

function show(what: string, { calls, failed, p50, p99, paid, probes, apartMs, commandsPerSecond }: Outcome): void {
  process.stdout.write(
    `${what.padEnd(24)} ${calls} calls, ${failed} failed, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ` +
      `${paid} attempts at the dead vendor, ${probes} probes, closed within ${Math.round(apartMs)} ms, ` +
      `${commandsPerSecond.toFixed(2)} commands/s\n`,
  );
}

if (settings.engine === "") {
  process.stdout.write("SKIPPED: no server is here.\n");
  process.exit(0);
}

let server: Server | undefined = settings.fault === "absent" ? undefined : await startServer(settings.engine);
const port = server?.port ?? (await freePort());
const proxy = await startProxy(() => port);
/** From second 2 to 16, or as much of it as the outage is long. */
const [first, last] = [OUTAGE_MS * (2 / 26), OUTAGE_MS * (14 / 26)];

async function failing(): Promise<void> {
  await pause(first);
  switch (settings.fault) {
    case "none":
    case "absent":
      return;
    case "kill":
      await server?.kill();
      await pause(last);
      server = await startServer(settings.engine, [], port);
      return;
    case "stop":
      server?.process.kill("SIGSTOP");
      await pause(last);
      server?.process.kill("SIGCONT");
      return;
    case "hole":
      proxy.hold(true);
      await pause(last);
      proxy.hold(false);
      return;
    case "slow":
      proxy.delay(50);
      await pause(last);
      proxy.delay(0);
      return;
    case "flush": {
      if (server === undefined) return;
      const client = await connected(server.url);
      for (let passed = 0; passed < last; passed += 500) {
        await client.flushAll();
        await pause(500);
      }
      client.destroy();
      return;
    }
    default:
      throw new Error(`There is no fault ${settings.fault}.`);
  }
}

// At the same time, so that a busy machine is as busy for both.
const [alone, shared] = await Promise.all([run(undefined, async () => undefined), run(proxy.port, failing)]);
show("without a store", alone);
show(`${settings.engine}, ${settings.fault}`, shared);
proxy.close();
await server?.kill();

const problems = [
  shared.failed === 0 ? "" : "calls failed",
  shared.p50 <= alone.p50 + 1 ? "" : "p50 is more than 1 ms above",
  shared.p99 <= alone.p99 + 25 ? "" : "p99 is more than 25 ms above",
  settings.fault !== "none" || shared.apartMs <= 1_500 ? "" : "the processes closed more than 1.5 s apart",
  settings.fault !== "none" || shared.probes <= alone.probes ? "" : "more probes than without a store",
].filter((problem) => problem !== "");
process.stdout.write(problems.length === 0 ? "as expected\n" : `NOT AS EXPECTED: ${problems.join(", ")}\n`);
process.exit(problems.length === 0 ? 0 : 1);
