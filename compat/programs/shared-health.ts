/** Two chains with a store of their own each: what one has found out of a vendor, the other has to know. */
import assert from "node:assert/strict";
import { createChain, type Chain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import type { RedisStore } from "@understudy/redis";
import { startDeepSeek, type Vendor } from "@understudy/testing";
import { TEXT } from "./two-calls.ts";

export async function sharesHealth(makeStore: () => RedisStore): Promise<void> {
  const [first, second] = await Promise.all([startDeepSeek(), startDeepSeek()]);
  first.script([{ fault: { type: "error", error: "out-of-quota" } }]);
  const chainOver = (store: RedisStore): Chain =>
    createChain([at(first, "a"), { target: at(second, "b"), name: "second" }], { store });

  const found = await ready(makeStore());
  assert.equal((await chainOver(found).generate("Why is the sky blue?")).text, TEXT);
  const told = await ready(makeStore());
  const { text, trace } = await chainOver(told).generate("Why is the sky blue?");

  assert.equal(text, TEXT);
  assert.equal(trace.attempts.length, 1);
  assert.deepEqual([first.requests.length, second.requests.length], [1, 2]);
  found.close();
  told.close();
  await Promise.all([first.close(), second.close()]);
}

/** The first connection of a process loads the client. */
async function ready(store: RedisStore): Promise<RedisStore> {
  for (let waits = 0; !(await store.ready()); waits++) assert.ok(waits < 40, "The server is not reached.");
  return store;
}

function at({ url }: Vendor, apiKey: string): ReturnType<typeof deepseek> {
  return deepseek("deepseek-flash", { apiKey, baseURL: url });
}
