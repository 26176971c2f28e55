/** Holds many slow streams open and says what they occupy. */
import { setTimeout as sleep } from "node:timers/promises";
import { answerParent } from "../process/child.ts";
import type { Conversation } from "../process/conversation.ts";
import type { WireName } from "../wires/wire.ts";

export interface OpenStreamsConversation extends Conversation {
  readonly command: { readonly wire: WireName; readonly baseURL: string; readonly streams: number };
  /** `undefined`: the driver does not speak this wire. */
  readonly result: { readonly bytes: number; readonly timers: number } | undefined;
}

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

await answerParent<OpenStreamsConversation>(async ({ wire, baseURL, streams }) => {
  const call = await driver.stream?.(wire, baseURL);
  if (call === undefined) return undefined;
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // The stream itself never ends; it is ended with this process.
      call(() => resolve()).catch(reject);
    });
  // Code, caches and the first connection belong to the process and not to a stream.
  for (let index = 0; index < 5; index += 1) await open();
  const before = await occupied();
  const timersBefore = liveTimers.size;
  await Promise.all(Array.from({ length: streams }, open));
  await sleep(1_500);
  return { bytes: (await occupied()) - before, timers: Math.max(0, liveTimers.size - timersBefore) };
});
