import { testHealthStore } from "@understudy/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendThrough } from "../src/clients.ts";
import { connected, ENGINES, startServer, type NodeRedis, type Server } from "./server.ts";
import { BUGS } from "./bugs.ts";
import { redisWorld } from "./world.ts";

/** One engine is enough: it is the kit that is tried. */
describe.each(ENGINES.slice(0, 1))("with %s the kit finds a script that", (binary) => {
  let server: Server;
  let client: NodeRedis;
  beforeAll(async () => {
    server = await startServer(binary);
    client = await connected(server.url);
  });
  afterAll(async () => {
    client.destroy();
    await server.kill();
  });

  test.each(Object.entries(BUGS).filter(([, { byKit }]) => byKit))("%s", async (_name, { search, replace }) => {
    const send = sendThrough(client);
    if (send === undefined) throw new Error("It is a client.");
    const tests: (() => Promise<void>)[] = [];
    testHealthStore(
      { describe: (_title, define) => define(), test: (_title, run) => tests.push(run) },
      {
        name: "spoilt",
        isOneProcess: false,
        open: async () => {
          const world = redisWorld(send);
          world.spoil((script) => script.replace(search, replace));
          return world;
        },
      },
    );
    let failed = 0;
    for (const run of tests) if (failed === 0) await run().catch(() => failed++);

    expect(failed).toBe(1);
  });
});
