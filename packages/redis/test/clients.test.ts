import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Cluster, Redis } from "ioredis";
import { Redis as Valkey } from "iovalkey";
import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisClient } from "../src/clients.ts";
import { redisStore, type RedisStore } from "../src/index.ts";
import { startCluster } from "./cluster.ts";
import { connected, ENGINES, runsSources, startServer, type Server } from "./server.ts";

const bad = (key: string, weight: number) => ({ type: "bad", key, weight, isOpen: false, openMs: 10_000 }) as const;

/** Opens a route, and asks whether everybody knows. */
async function opens(one: RedisStore, key: string): Promise<unknown> {
  await one.publish(bad(key, 4));
  await one.publish(bad(key, 1));
  return one.acquireProbe(key, 1_000);
}

describe.each(ENGINES)("%s is spoken to through", (binary) => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(binary);
  });
  afterAll(async () => server.kill());

  test("a connection of the store's own, which keeps no process alive and is closed with it", async () => {
    const errors: unknown[] = [];
    const store = redisStore({ url: server.url, namespace: "own", onError: (error) => errors.push(error) });

    expect(await store.ready(5_000)).toBe(true);
    expect(await opens(store, "own")).toMatchObject({ granted: false, retryInMs: expect.closeTo(10_000, -3) });
    expect(store.stats()).toMatchObject({ isReachable: true, errors: expect.any(Number), late: 0 });
    store.close();
    await expect(store.publish({ type: "ok", key: "own" })).rejects.toThrow("closed");
  });

  test("node-redis", async () => {
    const client = await connected(server.url);
    expect(await opens(redisStore({ client, namespace: "node" }), "a")).toMatchObject({ granted: false });
    client.destroy();
  });

  test.each([
    ["ioredis", (port: number): RedisClient & { disconnect(): void } => new Redis(port)],
    ["iovalkey", (port: number): RedisClient & { disconnect(): void } => new Valkey(port)],
  ])("%s, although it has a `sendCommand` of another kind", async (name, make) => {
    const client = make(server.port);
    const store = redisStore({ client, namespace: name });

    expect(await store.ready(5_000)).toBe(true);
    expect(await opens(store, "a")).toMatchObject({ granted: false });
    client.disconnect();
  });

  test("clients of other kinds at the same time, which hear each other", async () => {
    const client = new Redis(server.port);
    const [one, other] = [redisStore({ client }), redisStore({ url: server.url })];
    expect(await Promise.all([one.ready(5_000), other.ready(5_000)])).toEqual([true, true]);

    await opens(one, "shared");

    expect(await other.acquireProbe("shared", 1_000)).toMatchObject({ granted: false });
    expect(await redisStore({ client, namespace: "apart" }).acquireProbe("shared", 1_000)).toEqual({ granted: true });
    other.close();
    client.disconnect();
  });
});

test.skipIf(!runsSources).each(["none", ...ENGINES])(
  "a program whose server is %s ends although its store was not closed",
  async (binary) => {
    const server = binary === "none" ? undefined : await startServer(binary);
    const program = fileURLToPath(new URL("left-open.ts", import.meta.url));
    const child = fork(program, [server?.url ?? "redis://127.0.0.1:1"], { execArgv: ["-C", "@understudy/source"] });
    const [code] = await once(child, "exit", { signal: AbortSignal.timeout(15_000) }).finally(() =>
      child.kill("SIGKILL"),
    );
    await server?.kill();

    expect(code).toBe(0);
  },
);

describe("what is no client", () => {
  test.each([
    [{}, "give exactly one of `url`, `client` and `command`"],
    [{ url: "redis://localhost", command: async () => [] }, "give exactly one of `url`, `client` and `command`"],
    [{ url: "http://localhost" }, "`url` must begin with redis:// or rediss:// and name a host"],
    [{ url: "redis://" }, "`url` must begin with redis:// or rediss:// and name a host"],
    [{ url: "localhost:6379" }, "`url` must begin with redis:// or rediss:// and name a host"],
    [{ client: {} }, "`client` must be a client of node-redis, ioredis or iovalkey"],
    [{ client: createClient }, "`client` must be a client of node-redis, ioredis or iovalkey"],
    [{ command: 1 }, "`command` must be a function"],
    [{ url: "redis://localhost", namespace: "a b" }, "`namespace` must have 1 to 64 letters"],
    [{ url: "redis://localhost", pollMs: 10 }, "`pollMs` must be a number, at least 250"],
    [{ url: "redis://localhost", limitMs: 1_000 }, "`limitMs` must be a number from 1 to 250"],
    [{ url: "redis://localhost", name: "prod" }, 'there is no option "name"'],
    [undefined, "redisStore needs an object of options"],
  ])("%o is refused with what to do", (options, message) => {
    // @ts-expect-error -- as JavaScript may
    expect(() => redisStore(options)).toThrow(message);
  });

  test("a wrong URL is refused without its password", () => {
    expect(() => redisStore({ url: "redis:/user:secret@host:port" })).toThrow(/^(?!.*secret)/);
  });

  test("one that is closed or connecting is asked nothing, and holds nothing up", async () => {
    const client = createClient({ url: "redis://127.0.0.1:1" });
    const store = redisStore({ client });

    await expect(store.publish(bad("a", 1))).rejects.toThrow("The Redis client is not connected.");
    await expect(store.acquireProbe("a", 1)).rejects.toThrow("The Redis client is not connected.");
    expect(await store.ready(20)).toBe(false);
  });
});

test.each(ENGINES)("a cluster of three nodes of %s is spoken to through both of its clients", async (binary) => {
  const cluster = await startCluster(binary);
  try {
    const node = createCluster({ rootNodes: [{ url: cluster.url }] });
    await node.connect();
    const io = new Cluster([{ host: "127.0.0.1", port: cluster.port }]);
    const stores = ["one", "two", "three", "four"].flatMap((namespace) => [
      redisStore({ client: node, namespace }),
      redisStore({ client: io, namespace }),
    ]);

    expect(await Promise.all(stores.map((store) => store.ready(5_000)))).toEqual(stores.map(() => true));
    for (const [index, store] of stores.entries()) {
      // The first of each pair opens, the second one knows.
      const answer = index % 2 === 0 ? await opens(store, "a") : await store.acquireProbe("a", 1_000);
      expect(answer).toMatchObject({ granted: false });
    }
    node.destroy();
    io.disconnect();
  } finally {
    await cluster.end();
  }
});
