import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

const RESOLUTION_MS = 5;

/** A thread that does nothing but measure how late the machine lets it run. */
const IDLE = `
const { parentPort } = require("node:worker_threads");
const delay = require("node:perf_hooks").monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
delay.enable();
parentPort.once("message", () => parentPort.postMessage(delay.percentile(99)));
`;

export interface LoopDelay {
  /** Of this thread, in milliseconds: a sample waited so much longer than it asked for. */
  readonly p50: number;
  readonly p99: number;
  /** Of a thread without work at the same time: what the machine is to blame for. */
  readonly idleP99: number;
}

export async function measureLoopDelay(work: () => Promise<void>): Promise<LoopDelay> {
  const idle = new Worker(IDLE, { eval: true });
  await once(idle, "online");
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await work();
  delay.disable();
  const answer = once(idle, "message");
  idle.postMessage("enough");
  const [idleP99]: number[] = await answer;
  await idle.terminate();
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), idleP99: late(idleP99 ?? 0) };
}
