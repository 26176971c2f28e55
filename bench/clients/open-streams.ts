/** Holds many slow streams open and says what they occupy, and how promptly the process still turns to its work. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";

export interface OpenStreamsConversation extends Conversation {
  readonly command: {
    readonly wire: WireName;
    readonly baseURL: string;
    /** So many more. */
    readonly streams: number;
    /** Watches the process for so long when they are open. */
    readonly watchMs: number;
  };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: Held | undefined;
}

/** Bytes and timers of the streams that were opened with this command. */
export interface Held {
  readonly bytes: number;
  readonly timers: number;
  readonly watched: Watched;
}

interface Watched {
  /** Of the event loop's turns, in milliseconds, the timer's own millisecond included. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Share of one core. */
  readonly load: number;
}

/** More than that would fill a server's queue of connections. */
const OPENED_AT_ONCE = 250;

const [, , name = "", mode] = process.argv;

/** Also timers that do not keep the process alive, which `process.getActiveResourcesInfo()` leaves out. */
const liveTimers = new Set<unknown>();

function countTimers(): void {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const counted = (callback: (...values: unknown[]) => void, ...rest: unknown[]): NodeJS.Timeout => {
    const timer: NodeJS.Timeout = Reflect.apply(set, globalThis, [
      (...values: unknown[]) => {
        liveTimers.delete(timer);
        callback(...values);
      },
      ...rest,
    ]);
    liveTimers.add(timer);
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: counted,
    clearTimeout: (timer: NodeJS.Timeout | undefined) => {
      liveTimers.delete(timer);
      clear(timer);
    },
  });
}

// The count is taken in a process of its own: keeping it occupies memory.
if (mode === "timers") countTimers();
const { loadDriver } = await import("../drivers/index.ts");
const driver = await loadDriver(name);

async function occupied(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function watch(ms: number): Promise<Watched> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  delay.enable();
  await sleep(ms);
  delay.disable();
  const { user, system } = process.cpuUsage(before);
  return {
    delayP99Ms: delay.percentile(99) / 1e6,
    delayMaxMs: delay.max / 1e6,
    load: (user + system) / 1_000 / ms,
  };
}

/** Code, caches and the first connection belong to the process and not to a stream. */
let unweighed = 5;

await answerParent<OpenStreamsConversation>(async ({ wire, baseURL, streams, watchMs }) => {
  const call = await driver.stream?.(wire, baseURL);
  if (call === undefined) return undefined;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // The stream itself never ends; it is ended with this process.
      call(() => resolve()).catch(reject);
    });
  for (; unweighed > 0; unweighed -= 1) await open();
  const before = await occupied();
  const timersBefore = liveTimers.size;
  let left = streams;
  const openOthers = async (): Promise<void> => {
    while (left-- > 0) await open();
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openOthers));
  const timers = liveTimers.size - timersBefore;
  const watched = await watch(watchMs);
  return { bytes: (await occupied()) - before, timers, watched };
});
