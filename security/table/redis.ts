import { connected, ENGINES, startServer, type NodeRedis } from "../../packages/redis/test/server.ts";

/** A server for all worlds, each with its own namespace. */
export interface RedisServer {
  readonly client: NodeRedis;
  /** Every key of a pattern with what it holds. */
  readonly dump: (pattern: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Undefined where neither Redis nor Valkey is installed. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const [binary] = ENGINES;
  if (binary === undefined) return undefined;
  // Whoever else asks for a free port at this moment may get the same one.
  const server = await startServer(binary).catch(() => startServer(binary));
  const client = await connected(server.url);
  return {
    client,
    dump: async (pattern) => {
      const keys = await client.keys(pattern);
      const values = await Promise.all(keys.map((key) => valueOf(client, key)));
      return JSON.stringify(keys.map((key, index) => [key, values[index]]));
    },
    close: async () => {
      client.destroy();
      await server.kill();
    },
  };
}

async function valueOf(client: NodeRedis, key: string): Promise<unknown> {
  const type = await client.type(key);
  if (type === "hash") return { ...(await client.hGetAll(key)) };
  if (type === "list") return client.lRange(key, 0, -1);
  if (type === "set") return client.sMembers(key);
  if (type === "zset") return client.zRange(key, 0, -1);
  if (type === "stream") return client.xRange(key, "-", "+");
  return client.get(key);
}
