/** Calls over loopback sockets, to vendors in another process, through the real adapters. */
import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Complaints } from "../complaints.ts";
import { Counts, listed } from "../counts.ts";
import { Figures } from "../figures.ts";
import { Random } from "../random.ts";
import { heldMiB, leftOver, resources } from "../rest.ts";
import { limitsFor, marksOf } from "../size.ts";
import { Timers } from "../timers.ts";
import { SOCKET_CALLERS } from "./callers.ts";
import { makeSocketChains, warm } from "./chains.ts";
import { LoopDelay } from "./loop-delay.ts";
import { startVendors, type SoakServer } from "./server.ts";

/** Idle connections are kept for less. */
const IDLE_MS = 6_000;
/** Below that, what the event loop is late by is others' work. */
const CALM = 0.8;

export async function soakSockets(calls: number, atOnce: number, seed: number): Promise<Figures> {
  const figures = new Figures();
  using complaints = new Complaints();
  const server = await startVendors(seed);
  const start = resources();
  using timers = new Timers();
  const random = new Random(seed);
  const chains = makeSocketChains(server.urls);
  const { signal } = new AbortController();
  const ends = new Counts();
  const wrong: string[] = [];
  let begun = 0;

  async function work(until: number): Promise<void> {
    // Not all in one turn: that would measure how long a turn of so many calls takes.
    await sleep(random.between(0, 1_500));
    while (begun < until) {
      const chain = chains[++begun % chains.length] ?? chains[0];
      const { pieces, call } = random.draw(SOCKET_CALLERS);
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      const end = await call({ chain, random, signal }, Math.round(random.between(...pieces)));
      ends.add(end.type);
      if (end.type === "wrong") wrong.push(end.why);
    }
  }

  await warm(chains);
  const heaps: number[] = [];
  const delay = new LoopDelay();
  let [ms, closingMs, resourcesLeft] = [0, 0, ""];
  for (const mark of marksOf(calls)) {
    const at = performance.now();
    // oxlint-disable no-await-in-loop -- one share after the other
    await delay.during(() => Promise.all(Array.from({ length: atOnce }, () => work(mark))));
    ms += performance.now() - at;
    closingMs = Math.max(closingMs, await closing(server));
    // Connections that are kept for later hold much.
    resourcesLeft = await leftOver(start, IDLE_MS);
    heaps.push(await heldMiB());
    // oxlint-enable no-await-in-loop
  }
  const idleP99 = await delay.idleP99();
  const limits = limitsFor(calls);
  const { answers, requests, left, faults } = await server.report();
  const socketsLeft = await socketsOf(server);

  figures.exactly("calls", ends.total, calls);
  figures.state("at once", atOnce);
  figures.state("seconds", ms / 1_000);
  figures.state("calls per second", Math.round((calls / ms) * 1_000));
  figures.state("requests", requests);
  figures.state(
    "faults of the vendors",
    Object.values(faults).reduce((sum, one) => sum + one, 0),
  );
  figures.state("answers that were not waited for", left);
  for (const end of ["answered", "failed", "aborted", "left", "stopped"]) figures.state(end, ends.of(end));
  figures.atMost("failed, %", (ends.of("failed") / calls) * 100, limits.failedPercent);
  figures.exactly("ends that nothing explains", listed(wrong), "none");
  figures.exactly("answers still being written", answers, 0);
  figures.atMost("longest until the server saw that, ms", closingMs, limits.closingMs);
  figures.exactly("sockets of the server", socketsLeft, 0);
  figures.exactly("resources left, sockets among them", resourcesLeft, "nothing");
  figures.exactly("listeners on the shared signal", getEventListeners(signal, "abort").length, 0);
  figures.exactly("timers", timers.running, 0);
  figures.exactly("complaints of the runtime", complaints.all, "none");
  figures.heap(heaps, limits.growthMiB);
  figures.state("delay of the event loop, p50, ms", delay.p50);
  figures.state("the same of an idle thread, p99, ms", idleP99);
  figures.state("time to work that the machine gave it, %", delay.cpuShare * 100);
  const isCalm = delay.cpuShare >= CALM;
  figures.atMost("delay of the event loop, p99, ms", delay.p99, isCalm ? limits.delayMs + idleP99 : Infinity);
  await server.stop();
  return figures;
}

/** How long the server still writes answers, in milliseconds. */
async function closing(server: SoakServer): Promise<number> {
  const from = performance.now();
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- looked at again and again
    const { answers } = await server.report();
    const ms = performance.now() - from;
    if (answers === 0 || ms > IDLE_MS) return ms;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(5);
  }
}

/** Connections that the server still has, once idle ones are over. */
async function socketsOf(server: SoakServer): Promise<number> {
  for (let waited = 0; ; waited += 100) {
    // oxlint-disable-next-line no-await-in-loop -- looked at again and again
    const { sockets } = await server.report();
    if (sockets === 0 || waited >= IDLE_MS) return sockets;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(100);
  }
}
