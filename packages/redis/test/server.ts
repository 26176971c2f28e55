import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type RedisClientType, type RedisDefaultModules } from "redis";

/** One server on loopback, without persistence, ended by its process id. */
export interface Server {
  readonly binary: string;
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>;
}

/** The servers that are there: the one that UNDERSTUDY_REDIS names, else Redis and Valkey. */
export const ENGINES: readonly string[] = (
  process.env["UNDERSTUDY_REDIS"]?.split(",") ?? ["redis-server", "valkey-server"]
).filter((binary) => spawnSync(binary, ["--version"]).status === 0);

if (ENGINES.length === 0) {
  process.stderr.write(
    "\nSKIPPED: neither redis-server nor valkey-server is here. Tests against real servers do not run.\n",
  );
}

export type NodeRedis = RedisClientType<RedisDefaultModules>;

/** Child processes run the sources on Node 24 and later. */
export const runsSources: boolean = Number(process.versions.node.split(".", 1)[0]) >= 24;
if (!runsSources)
  process.stderr.write("\nSKIPPED on this Node: child processes run the sources on Node 24 and later.\n");

/** A client of node-redis that is connected, and for which a server that ends is no reason to fail. */
export async function connected(url: string): Promise<NodeRedis> {
  const client: NodeRedis = createClient({ url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

export async function startServer(binary: string, options: readonly string[] = [], given?: number): Promise<Server> {
  const port = given ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "understudy-redis-"));
  const plain = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", folder];
  const child = spawn(binary, ["--port", String(port), ...plain, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      log.push(chunk.toString());
      if (/Ready to accept connections/.test(log.join(""))) resolve();
    });
    child.on("exit", () => reject(new Error(`${binary} did not start:\n${log.join("")}`)));
  });
  // Whatever ends this process ends the server too.
  const end = (): void => void child.kill("SIGKILL");
  process.on("exit", end);
  return {
    binary,
    port,
    url: `redis://127.0.0.1:${port}`,
    process: child,
    kill: async () => {
      process.off("exit", end);
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
