import { inspect } from "node:util";
import { createChain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";
import { expect, test } from "vitest";
import { redisStore } from "../src/index.ts";
import { connected, ENGINES, startServer } from "./server.ts";

const CANARY = "canary-3f9a";

test.each(ENGINES)("no key, prompt, answer or header of a call is ever seen by %s", async (binary) => {
  const [server, vendor] = await Promise.all([startServer(binary), startDeepSeek()]);
  const [client, monitor] = await Promise.all([connected(server.url), connected(server.url)]);
  const seen: string[] = [];
  await monitor.monitor((line) => seen.push(line));
  const errors: unknown[] = [];
  const store = redisStore({ client, namespace: "canary", onError: (error) => errors.push(error) });
  const target = deepseek("deepseek-flash", {
    baseURL: vendor.url,
    apiKey: `key-${CANARY}`,
    headers: { "x-tenant": `header-${CANARY}` },
  });
  const chain = createChain([target], { store, onInternalError: (error) => errors.push(error) });
  const names = ["overloaded", "overloaded", "rate-limited", "bad-key"] as const;

  vendor.script([{ answer: { text: `answer-${CANARY}` } }]);
  await chain.generate(`prompt-${CANARY}`);
  expect(store.stats().commands).toBeLessThanOrEqual(2);
  for (const error of names) {
    vendor.script([{ fault: { type: "error", error } }]);
    await chain.generate(`prompt-${CANARY}`).catch((caught: unknown) => errors.push(caught));
    chain.enable({ vendor: "deepseek" });
  }
  await store.ready();
  const data = await client.hGetAll("understudy:1:{canary}");

  expect(Object.keys(data).length).toBeGreaterThan(2);
  expect(seen.join("\n")).toContain("EVAL");
  for (const shown of [seen, data, store, store.stats(), errors]) {
    expect(inspect(shown, { depth: 20, showHidden: true })).not.toContain(CANARY);
  }
  store.close();
  client.destroy();
  monitor.destroy();
  await Promise.all([vendor.close(), server.kill()]);
});
