import { setImmediate, setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

// Made when it is first used: it is none of what a part leaves.
void process.stdout;

/** Bytes of the heap that something still holds, in MiB. */
export async function heldMiB(): Promise<number> {
  if (typeof collect !== "function") throw new TypeError("This runtime collects no garbage on demand.");
  // What ends with a collection (registries, weak references) frees more in the next.
  for (let round = 0; round < 3; round++) {
    collect();
    // oxlint-disable-next-line no-await-in-loop -- their callbacks run in a turn of their own
    await setImmediate();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** What keeps the event loop alive, by kind. */
export type Resources = ReadonlyMap<string, number>;

export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What is there now and was not at the start; waits up to `patienceMs` for what ends by itself, such as idle connections. */
export async function leftOver(start: Resources, patienceMs: number): Promise<string> {
  for (let waited = 0; ; waited += 50) {
    // oxlint-disable-next-line no-await-in-loop -- looked at again and again
    await setImmediate();
    const now = resources();
    const more = [...now].filter(([kind, count]) => count > (start.get(kind) ?? 0));
    if (more.length === 0) return "nothing";
    if (waited >= patienceMs)
      return more.map(([kind, count]) => `${count - (start.get(kind) ?? 0)} ${kind}`).join(", ");
    // oxlint-disable-next-line no-await-in-loop
    await setTimeout(50);
  }
}
