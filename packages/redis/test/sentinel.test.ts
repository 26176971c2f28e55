import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { createSentinel } from "redis";
import { describe, expect, test } from "vitest";
import { redisStore, type RedisStore } from "../src/index.ts";
import { connected, ENGINES, freePort, startServer } from "./server.ts";

const NAME = "fleet";

/** A Sentinel that looks after one primary, and decides alone. */
async function startSentinel(binary: string, primaryPort: number): Promise<{ port: number; end: () => Promise<void> }> {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), "understudy-sentinel-"))];
  const file = join(folder, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${NAME} 300`,
    `sentinel failover-timeout ${NAME} 2000`,
  ];
  writeFileSync(file, lines.join("\n"));
  const child: ChildProcess = spawn(binary, [file, "--sentinel"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const end = (): void => void child.kill("SIGKILL");
  process.on("exit", end);
  await new Promise<void>((resolve, reject) => {
    let log = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (/\+monitor master|\+monitor primary/.test(log)) resolve();
    });
    child.on("exit", () => reject(new Error(`The Sentinel did not start:\n${log}`)));
  });
  return {
    port,
    end: async () => {
      process.off("exit", end);
      end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until it holds; what fails on the way is tried again. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It did not come true within ten seconds.");
}

async function opens(store: RedisStore, key: string): Promise<void> {
  await store.publish({ type: "bad", key, weight: 4, isOpen: false, openMs: 60_000 });
  await store.publish({ type: "bad", key, weight: 1, isOpen: false, openMs: 60_000 });
}

// A handover takes eight seconds of the server's own clocks: one engine is enough to try the clients.
describe.each(ENGINES.slice(0, 1))("a Sentinel of %s", (binary) => {
  test("names the primary to both clients, and what the fleet knew is known after its failover", async () => {
    const primary = await startServer(binary, ["--repl-diskless-sync-delay", "0"]);
    const replica = await startServer(binary, ["--replicaof", "127.0.0.1", String(primary.port)]);
    const sentinel = await startSentinel(binary, primary.port);
    const found = { host: "127.0.0.1", port: sentinel.port };
    const node = createSentinel({ name: NAME, sentinelRootNodes: [found] });
    node.on("error", () => undefined);
    await node.connect();
    const io = new Redis({ name: NAME, sentinels: [found] });
    io.on("error", () => undefined);
    const stores = [redisStore({ client: node }), redisStore({ client: io })] as const;
    try {
      expect(await Promise.all(stores.map((store) => store.ready(5_000)))).toEqual([true, true]);
      await opens(stores[0], "before");
      expect(await stores[1].acquireProbe("before", 1_000)).toMatchObject({ granted: false });

      const [boss, direct] = await Promise.all([
        connected(`redis://127.0.0.1:${sentinel.port}`),
        connected(replica.url),
      ]);
      await until(async () => (await direct.sendCommand<unknown>(["DBSIZE"])) === 1);
      await until(async () => (await boss.sendCommand<unknown>(["SENTINEL", "FAILOVER", NAME])) === "OK");
      await until(async () => JSON.stringify(await direct.sendCommand(["ROLE"])).includes("master"));
      for (const client of [boss, direct]) client.destroy();
      await primary.kill();

      for (const store of stores) {
        let answer: unknown;
        await until(async () => {
          answer = await store.acquireProbe("before", 1_000);
          return true;
        });
        expect(answer).toMatchObject({ granted: false });
      }
    } finally {
      for (const store of stores) store.close();
      void node.destroy();
      io.disconnect();
      await sentinel.end();
      await replica.kill();
      await primary.kill();
    }
  });
});
