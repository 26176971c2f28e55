import { setTimeout as sleep } from "node:timers/promises";
import { connected, startServer, type Server } from "../../packages/redis/test/server.ts";

/** What a server goes through for a while; the one that is there afterwards is returned. */
type Trouble = (server: Server, ms: number) => Promise<Server>;

async function kill(server: Server, ms: number): Promise<Server> {
  await server.kill();
  await sleep(ms);
  return startServer(server.binary, [], server.port);
}

/** It takes commands, and answers them later. */
async function pause(server: Server, ms: number): Promise<Server> {
  const client = await connected(server.url);
  await client.sendCommand(["CLIENT", "PAUSE", String(Math.round(ms)), "ALL"]);
  client.destroy();
  await sleep(ms);
  return server;
}

async function stop(server: Server, ms: number): Promise<Server> {
  server.process.kill("SIGSTOP");
  await sleep(ms);
  server.process.kill("SIGCONT");
  return server;
}

const ALL: readonly Trouble[] = [kill, pause, stop];

/** One after the other, with as long a rest behind each, as often as they fit into the time. */
export async function trouble(
  begun: Server,
  { eachMs, forMs }: { readonly eachMs: number; readonly forMs: number },
): Promise<{ readonly server: Server; readonly count: number }> {
  let server = begun;
  const count = Math.max(ALL.length, Math.floor(forMs / eachMs / 2));
  for (let index = 0; index < count; index++) {
    // oxlint-disable no-await-in-loop -- one after the other
    server = (await ALL[index % ALL.length]?.(server, eachMs)) ?? server;
    await sleep(eachMs);
    // oxlint-enable no-await-in-loop
  }
  return { server, count };
}
