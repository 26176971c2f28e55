/**
 * Functions that live for one request: alone, each asks the dead primary; with a shared store they learn together, and
 * `ready()` lets a new one know before its first call. Starts a Redis or Valkey of its own, on loopback.
 */
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { redisStore, type RedisStore } from "@understudy/redis";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { startRedis } from "./servers/redis.ts";

const REQUESTS = 12;

const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);

/** What a platform makes anew for a request: in an application, the top of the module. */
function makeInstance(store?: RedisStore): (request: Request) => Promise<Response> {
  const chain = createChain(
    [
      anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
      openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
    ],
    store && { store },
  );
  return async (request) => {
    // False where the fleet's state is not known by then: the call goes on without it.
    await store?.ready(1_000);
    const { text } = await chain.generate(await request.text(), { signal: request.signal });
    return new Response(text);
  };
}

async function play(redisUrl?: string): Promise<void> {
  const before = claude.requests.length;
  for (let count = 0; count < REQUESTS; count++) {
    const store = redisUrl === undefined ? undefined : redisStore({ url: redisUrl });
    const handler = makeInstance(store);
    const response = await handler(new Request("http://localhost/", { method: "POST", body: "Why is the sky blue?" }));
    if (!response.ok) throw new Error("Every request is answered.");
    store?.close();
  }
  const asked = claude.requests.length - before;
  console.log(`  ${REQUESTS} requests answered; Claude, which is down, was asked ${asked} times`);
}

claude.script(Array.from({ length: 100 }, () => ({ fault: { type: "error", error: "server-error" } })));
console.log("Each instance alone:");
await play();
const redis = await startRedis();
if (redis === undefined) {
  console.log("The other half of this example needs redis-server or valkey-server: it is skipped.");
} else {
  console.log("With what the others know:");
  await play(redis.url);
  redis.end();
}
await Promise.all([claude.close(), gpt.close()]);
