import { once } from "node:events";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

const RESOLUTION_MS = 5;

/** A thread that does nothing but measure how late the machine lets it run. */
const IDLE = `
const { parentPort } = require("node:worker_threads");
const delay = require("node:perf_hooks").monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
delay.enable();
parentPort.once("message", () => parentPort.postMessage(delay.percentile(99)));
`;

/** In milliseconds: how much longer a sample waited than it had asked for. */
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

/** How late the event loop comes to what is due, beside how late the machine lets a thread run that has no work. */
export class LoopDelay {
  readonly #own: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #idle: Worker = new Worker(IDLE, { eval: true });
  #busyMs = 0;
  #cpuMs = 0;

  get p50(): number {
    return late(this.#own.percentile(50));
  }

  get p99(): number {
    return late(this.#own.percentile(99));
  }

  /** How much of the time in which it had work this thread could work. With much less than 1 the machine is too busy to judge. */
  get cpuShare(): number {
    return this.#cpuMs / this.#busyMs;
  }

  /** Measures this thread while it works. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const [busy, cpu] = [performance.eventLoopUtilization(), process.threadCpuUsage()];
    this.#own.enable();
    try {
      return await work();
    } finally {
      this.#own.disable();
      const { user, system } = process.threadCpuUsage(cpu);
      this.#cpuMs += (user + system) / 1_000;
      this.#busyMs += performance.eventLoopUtilization(busy).active;
    }
  }

  /** Ends the measuring, and gives the 99th percentile of the idle thread. */
  async idleP99(): Promise<number> {
    const answer = once(this.#idle, "message");
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    this.#idle.postMessage("enough");
    const [nanoseconds] = await answer;
    await this.#idle.terminate();
    return late(Number(nanoseconds));
  }
}
