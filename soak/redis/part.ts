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
/** A shorter run is too short for a probe, and its figures are those of a cold process. */
const LONG_S = 20;
/** What a store may hold up a call for in milliseconds, and what it may cost where it does not. */
const MOST_ADDED = { p50: 1, p99: 25 } as const;
const MOST_ADDED_SHORT = { p50: 100, p99: Infinity } as const;
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
      await sleep(10);
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
  figures.atLeast("probes", probes, seconds < LONG_S ? 0 : 1);
  figures.atLeast("commands that the store got through", commands, 1);
  figures.atLeast("commands that failed", errors, 1);
  figures.exactly("reached again at the end", String(isReachable), "true");
  const most = seconds < LONG_S ? MOST_ADDED_SHORT : MOST_ADDED;
  for (const [name, share] of [
    ["p50", 0.5],
    ["p99", 0.99],
  ] as const) {
    const theirs = percentile(alone.times, share);
    figures.state(`${name} alone, ms`, theirs);
    figures.atMost(`${name} sharing, ms`, percentile(shared.times, share), theirs + most[name]);
  }
  figures.state("longest alone, ms", percentile(alone.times, 1));
  figures.state("longest sharing, ms", percentile(shared.times, 1));
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
  const list: unknown = await client.sendCommand(["CLIENT", "LIST"]);
  client.destroy();
  return typeof list === "string" ? list.trim().split("\n").length - 1 : Number.NaN;
}
