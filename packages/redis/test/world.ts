import type { StoreWorld } from "@understudy/testing";
import type { SendCommand } from "../src/clients.ts";
import { redisStore, type RedisStore, type RedisStoreOptions } from "../src/index.ts";
import { SCRIPT } from "../src/script.ts";
import { HandClock } from "./hand-clock.ts";

const READS_TIME = "math.floor(tonumber(time[2]) / 1000)";
if (!SCRIPT.includes(READS_TIME)) throw new Error("The script reads the time in another way now.");

let worlds = 0;

const unspoilt = (script: string): string => script;

/** Data of its own on a server, whose time can be moved although the server's clock cannot. */
export interface RedisWorld extends StoreWorld {
  readonly namespace: string;
  readonly clock: HandClock;
  readonly join: (options?: Partial<RedisStoreOptions>) => RedisStore;
  /** What the tests do with the script before it is sent. */
  readonly spoil: (change: (script: string) => string) => void;
}

export function redisWorld(send: SendCommand): RedisWorld {
  const namespace = `world-${process.pid}-${++worlds}`;
  const clock = new HandClock();
  const stores: RedisStore[] = [];
  let aheadMs = 0;
  let change = unspoilt;
  const command: SendCommand = (key, args) =>
    send(
      key,
      args.map((arg) => (arg === SCRIPT ? change(SCRIPT.replace(READS_TIME, `${READS_TIME} + ${aheadMs}`)) : arg)),
    );
  return {
    namespace,
    clock,
    join: (options) => {
      const store = redisStore({ command, namespace, clock, ...options });
      stores.push(store);
      return store;
    },
    advance: async (milliseconds) => {
      aheadMs += milliseconds;
      clock.advance(milliseconds);
    },
    settle: async () => {
      clock.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    close: async () => {
      for (const store of stores) store.close();
    },
    spoil: (wanted) => void (change = wanted),
  };
}
