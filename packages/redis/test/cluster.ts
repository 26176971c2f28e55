import { createClient } from "redis";
import { startServer, type Server } from "./server.ts";

/** Three primaries on loopback. */
export async function startCluster(
  binary: string,
): Promise<{ readonly url: string; readonly port: number; readonly end: () => Promise<void> }> {
  const options = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000"];
  const nodes: Server[] = await Promise.all([0, 1, 2].map(() => startServer(binary, options)));
  const clients = await Promise.all(nodes.map(async ({ url }) => createClient({ url }).connect()));
  const [first, ...others] = nodes;
  if (first === undefined) throw new Error("There are three nodes.");
  const slots = [0, 5_461, 10_923, 16_384];
  await Promise.all(
    clients.map((client, index) => {
      const [from = 0, to = 0] = slots.slice(index);
      return client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", String(from), String(to - 1)]);
    }),
  );
  for (const { port } of others) {
    await clients[0]?.sendCommand(["CLUSTER", "MEET", "127.0.0.1", String(port)]);
  }
  for (let tries = 0; tries < 400; tries++) {
    const states = await Promise.all(clients.map((client) => client.sendCommand<string>(["CLUSTER", "INFO"])));
    if (states.every((state) => /cluster_state:ok[^]*cluster_known_nodes:3/.test(state))) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const client of clients) client.destroy();
  return {
    url: first.url,
    port: first.port,
    end: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}
