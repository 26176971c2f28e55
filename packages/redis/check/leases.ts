/**
 * `pnpm leases`: five processes take leases of a server that fails. Two that certainly were valid at the same time are a
 * violation, except across a loss of the data.
 *
 * --fault none|kill-server|stop-server|flush|kill-process|stop-process|partition|reset  --episodes N  --processes N  --bug NAME  --engine
 */
import { fork, type ChildProcess } from "node:child_process";
import { connected, ENGINES, startServer } from "../test/server.ts";
import { monotonicMs, pause, readSettings } from "./settings.ts";
import { startProxy, type Proxy } from "./proxy.ts";

const EPISODE_MS = 1_000;

interface Grant {
  readonly id: string;
  readonly key: string;
  readonly process: number;
  /** It was granted between these two. */
  readonly sent: number;
  readonly got: number;
  until: number;
}

const settings = readSettings({ fault: "none", episodes: "20", bug: "", processes: "5", engine: ENGINES[0] ?? "" });
if (settings.engine === "") {
  process.stdout.write("SKIPPED: no server is here.\n");
  process.exit(0);
}

const PROCESSES = Number(settings.processes);
let server = await startServer(settings.engine);
const { port } = server;
const grants = new Map<string, Grant>();
/** When the data was lost: between the two times. */
const losses: (readonly [from: number, to: number])[] = [];
const outages: number[] = [];
/** Processes that were started. */
const up: number[] = [];

const proxies: Proxy[] = [];
const children: ChildProcess[] = [];
for (let index = 0; index < PROCESSES; index++) {
  const proxy = await startProxy(() => port);
  proxies.push(proxy);
  children.push(begin(index, proxy));
}

function begin(index: number, proxy: Proxy): ChildProcess {
  const program = new URL("lease-process.ts", import.meta.url);
  const child = fork(program, [String(proxy.port), settings.bug], {
    execArgv: ["-C", "@understudy/source"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let rest = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) note(index, JSON.parse(line));
  });
  return child;
}

function note(index: number, entry: Readonly<Record<string, string | number>>): void {
  if (entry["type"] === "up") {
    up.push(index);
    return;
  }
  const id = String(entry["id"]);
  if (entry["type"] === "grant") {
    grants.set(id, {
      id,
      key: String(entry["key"]),
      process: index,
      sent: Number(entry["sent"]),
      got: Number(entry["got"]),
      until: Number(entry["until"]),
    });
    return;
  }
  const grant = grants.get(id);
  if (grant !== undefined) grant.until = Math.min(grant.until, Number(entry["at"]));
}

async function fault(): Promise<void> {
  const victim = Math.floor(Math.random() * PROCESSES);
  const [child, proxy] = [children[victim], proxies[victim]];
  const from = monotonicMs();
  switch (settings.fault) {
    case "none":
      return;
    case "kill-server":
      await server.kill();
      await pause(200 * Math.random());
      server = await startServer(settings.engine, [], port);
      losses.push([from, monotonicMs()]);
      break;
    case "stop-server":
      server.process.kill("SIGSTOP");
      await pause(200 + 1_200 * Math.random());
      server.process.kill("SIGCONT");
      break;
    case "flush": {
      const client = await connected(server.url);
      await client.flushAll();
      losses.push([from, monotonicMs()]);
      client.destroy();
      break;
    }
    case "kill-process":
      child?.kill("SIGKILL");
      if (proxy === undefined) break;
      children[victim] = begin(victim, proxy);
      // A machine under load takes its time to start one.
      for (const before = up.length; up.length === before && monotonicMs() - from < 5_000;) await pause(20);
      break;
    case "stop-process":
      child?.kill("SIGSTOP");
      await pause(100 + 600 * Math.random());
      child?.kill("SIGCONT");
      break;
    case "partition":
      proxy?.hold(true);
      await pause(100 + 800 * Math.random());
      proxy?.hold(false);
      break;
    case "reset":
      proxy?.reset();
      break;
    default:
      throw new Error(`There is no fault ${settings.fault}.`);
  }
  outages.push(monotonicMs() - from);
}

for (let waited = 0; grants.size === 0 && waited < 200; waited++) await pause(50);
for (let episode = 0; episode < Number(settings.episodes); episode++) {
  await pause(EPISODE_MS * (0.3 + 0.4 * Math.random()));
  await fault();
}
await pause(300);
for (const child of children) child.kill("SIGKILL");
for (const proxy of proxies) proxy.close();
await server.kill();

const all = [...grants.values()].toSorted((a, b) => a.got - b.got);
let violations = 0;
let longestGapMs = 0;
for (const [index, one] of all.entries()) {
  longestGapMs = Math.max(longestGapMs, one.got - (all[index - 1]?.got ?? one.got));
  for (const other of all.slice(index + 1)) {
    if (other.got >= one.until) {
      // Sorted by their begin: with leases of one length none behind can overlap by more than this.
      if (other.got > one.got + 1_000) break;
      continue;
    }
    if (one.key !== other.key || other.got >= other.until) continue;
    const isAcrossLoss = losses.some(([from, to]) => one.sent <= to && other.got >= from);
    if (!isAcrossLoss) violations++;
  }
}
const outageMs = Math.round(Math.max(0, ...outages));
const isFound = settings.bug !== "" && violations > 0;
const isGood = settings.bug === "" ? violations === 0 && longestGapMs <= outageMs + 1_000 && all.length > 0 : isFound;
process.stdout.write(
  `${settings.engine} ${settings.fault}${settings.bug && ` with ${settings.bug}`}: ${settings.episodes} episodes, ` +
    `${all.length} leases, ${violations} overlap, longest ${Math.round(longestGapMs)} ms without a grant ` +
    `(longest fault ${outageMs} ms) ${isGood ? "as expected" : "NOT AS EXPECTED"}\n`,
);
process.exit(isGood ? 0 : 1);
