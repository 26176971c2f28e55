/** Calls of a chain that shares its health through a server that dies, beside those of a chain that shares nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "@understudy/core";
import { redisStore } from "@understudy/redis";
import { percentile } from "../../packages/redis/check/settings.ts";
import { connected, ENGINES, startServer, type Server } from "../../packages/redis/test/server.ts";
import { Complaints } from "../complaints.ts";
import { Figures } from "../figures.ts";
import { leftOver, resources } from "../rest.ts";
import { Timers } from "../timers.ts";
import { flappingChain } from "./flapping.ts";
import { trouble } from "./trouble.ts";

const AT_ONCE = 4;
/** What a store may hold up a call for, and what it may cost where it does not. */
const MOST_ADDED_MS = 25;
const MOST_ADDED_MEDIAN_MS = 1;
const SHORTEST_TROUBLE_MS = 250;
/** A store that was left alone is asked again by then, and a connection made. */
const BACK_WITHIN_MS = 10_000;

interface Run {
  readonly times: readonly number[];
  readonly failed: number;
}

async function callUntil(chain: Chain, isOver: () => boolean): Promise<Run> {
  const times: number[] = [];
  let failed = 0;
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const at = performance.now();
      // oxlint-disable no-await-in-loop -- one call after the other
      await chain.generate("Hello").catch(() => failed++);
      times.push(performance.now() - at);
      await sleep(5);
      // oxlint-enable no-await-in-loop
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { times, failed };
}

/** Undefined where there is no server to be killed. */
export async function soakRedis(seconds: number): Promise<Figures | undefined> {
  const [engine] = ENGINES;
  if (engine === undefined) return undefined;
  const figures = new Figures();
  using complaints = new Complaints();
  const first = await startServer(engine);
  const start = resources();
  using timers = new Timers();
  let [breakers, probes] = [0, 0];
  const store = redisStore({ url: first.url, namespace: "soak", pollMs: 250 });
  const chain = flappingChain({
    store,
    onEvent: (event) => {
      if (event.type === "breaker") breakers++;
      if (event.type === "attempt-start" && event.venture === "probe") probes++;
    },
  });
  const lone = flappingChain({});
  await store.ready(250);

  let isOver = false;
  // Side by side, so that a busy machine is as busy for both.
  const runs = Promise.all([callUntil(chain, () => isOver), callUntil(lone, () => isOver)]);
  const eachMs = Math.max(SHORTEST_TROUBLE_MS, (seconds * 1_000) / 30);
  const { server, count } = await trouble(first, { eachMs, forMs: seconds * 1_000 });
  isOver = true;
  const [shared, alone] = await runs;
  for (let waited = 0; waited < BACK_WITHIN_MS && !store.stats().isReachable; waited += 50) await sleep(50);
  const { isReachable, commands, errors } = store.stats();
  await Promise.all([chain.close(), lone.close()]);
  store.close();
  const connections = await connectionsOf(server);
  const left = await leftOver(start, 1_000);

  figures.state("server", engine);
  figures.atLeast("times it was killed, paused or stopped", count, 3);
  figures.state("calls, sharing", shared.times.length);
  figures.state("calls, alone", alone.times.length);
  figures.exactly("failed", shared.failed + alone.failed, 0);
  figures.atLeast("changes of breakers", breakers, 1);
  figures.state("probes", probes);
  figures.atLeast("commands that the store got through", commands, 1);
  figures.atLeast("commands that failed", errors, 1);
  figures.exactly("reached again at the end", String(isReachable), "true");
  for (const share of [0.5, 0.99, 1]) {
    const [mine, theirs] = [percentile(shared.times, share), percentile(alone.times, share)];
    const name = share === 1 ? "longest" : `p${share * 100}`;
    figures.state(`${name} alone, ms`, theirs);
    if (share === 1) figures.state(`${name} sharing, ms`, mine);
    else figures.atMost(`${name} sharing, ms`, mine, theirs + (share === 0.5 ? MOST_ADDED_MEDIAN_MS : MOST_ADDED_MS));
  }
  figures.exactly("connections at the server", connections, 0);
  figures.exactly("resources left, sockets among them", left, "nothing");
  figures.exactly("timers", timers.running, 0);
  figures.exactly("complaints of the runtime", complaints.all, "none");
  await server.kill();
  return figures;
}

/** Beside the one that asks. */
async function connectionsOf(server: Server): Promise<number> {
  // A server sees a connection end in its next turn.
  await sleep(100);
  const client = await connected(server.url);
  const list = await client.sendCommand(["CLIENT", "LIST"]);
  client.destroy();
  return String(list).trim().split("\n").length - 1;
}
