import { createChain } from "@understudy/core";
import { scriptedTarget } from "@understudy/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendThrough, type SendCommand } from "../src/clients.ts";
import { connected, ENGINES, startServer, type NodeRedis, type Server } from "./server.ts";
import { redisWorld } from "./world.ts";

const MINUTE = 60_000;
const STEP_MS = 2_000;

describe.each(ENGINES)("%s", (binary) => {
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

  /** Processes with one key, of which each calls every two seconds; the key is refused. */
  async function run(size: number, minutes: number, isThere: (by: number, trials: readonly Trial[]) => boolean) {
    const through = sendThrough(client);
    if (through === undefined) throw new Error("It is a client.");
    const under = new Set<Promise<unknown>>();
    const send: SendCommand = (key, args) => {
      const reply = through(key, args);
      const over = reply.catch(() => undefined).finally(() => under.delete(over));
      under.add(over);
      return reply;
    };
    const world = redisWorld(send);
    const trials: Trial[] = [];
    const chains = Array.from({ length: size }, (_, by) => {
      const otherwise = { fails: "auth.invalid", status: 401 } as const;
      const first = scriptedTarget([], { vendor: "first", key: "shared", otherwise });
      const second = scriptedTarget([], { vendor: "second", otherwise: "Well." });
      return createChain([first, second], {
        store: world.join(),
        clock: world.clock,
        random: () => (by + 0.5) / size,
        onEvent: (event) => {
          if (event.type === "attempt-start" && event.venture === "trial")
            trials.push({ at: world.clock.wallNow(), by });
        },
      });
    });
    for (let passed = 0; passed < minutes * MINUTE; passed += STEP_MS) {
      // oxlint-disable no-await-in-loop -- time passes
      await Promise.all(chains.flatMap((chain, by) => (isThere(by, trials) ? [chain.generate("Hi")] : [])));
      while (under.size > 0) await Promise.all(under);
      await world.advance(STEP_MS);
      while (under.size > 0) await Promise.all(under);
      // oxlint-enable no-await-in-loop
    }
    await world.close();
    return trials;
  }

  test("R11.7 five processes make one trial a minute between them", async () => {
    const trials = await run(5, 5, () => true);

    expect(trials.length).toBeGreaterThanOrEqual(4);
    expect(trials.length).toBeLessThanOrEqual(5);
    expect(Math.min(...gapsOf(trials))).toBeGreaterThanOrEqual(MINUTE);
  });

  test("R11.7 and go on when the one that made them is gone", async () => {
    const trials = await run(3, 4, (by, made) => by !== made[0]?.by);

    expect(new Set(trials.map(({ by }) => by)).size).toBe(2);
    expect(Math.min(...gapsOf(trials))).toBeGreaterThanOrEqual(MINUTE);
    expect(Math.max(...gapsOf(trials))).toBeLessThan(90_000 + 2 * STEP_MS);
  });
});

interface Trial {
  readonly at: number;
  readonly by: number;
}

function gapsOf(trials: readonly Trial[]): number[] {
  return trials.slice(1).map(({ at }, index) => at - (trials[index]?.at ?? 0));
}
