import { testHealthStore } from "@understudy/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sendThrough, type SendCommand } from "../src/clients.ts";
import { connected, ENGINES, startServer, type NodeRedis, type Server } from "./server.ts";
import { redisWorld } from "./world.ts";

describe.each(ENGINES)("%s", (binary) => {
  let server: Server;
  let client: NodeRedis;
  const send: SendCommand = async (key, args) => {
    const through = sendThrough(client);
    if (through === undefined) throw new Error("It is a client.");
    return through(key, args);
  };

  beforeAll(async () => {
    server = await startServer(binary);
    client = await connected(server.url);
  });
  afterAll(async () => {
    client.destroy();
    await server.kill();
  });

  testHealthStore({ describe, test }, { name: binary, isOneProcess: false, open: async () => redisWorld(send) });
});
