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
  const chainOver = (store: RedisStore): Chain => createChain([at(first, "a"), at(second, "b")], { store });

  const found = makeStore();
  assert.ok(await found.ready());
  assert.equal((await chainOver(found).generate("Why is the sky blue?")).text, TEXT);
  const told = makeStore();
  assert.ok(await told.ready());
  const { text, trace } = await chainOver(told).generate("Why is the sky blue?");

  assert.equal(text, TEXT);
  assert.equal(trace.attempts.length, 1);
  assert.deepEqual([first.requests.length, second.requests.length], [1, 2]);
  found.close();
  told.close();
  await Promise.all([first.close(), second.close()]);
}

function at({ url }: Vendor, apiKey: string): ReturnType<typeof deepseek> {
  return deepseek("deepseek-flash", { apiKey, baseURL: url });
}
