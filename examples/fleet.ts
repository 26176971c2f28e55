/**
 * Two processes and an outage: the second one does not pay for what the first one has learned, and one probe finds out for
 * both that the vendor is back. Starts a Redis or Valkey of its own, on loopback and without persistence.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { redisStore } from "@understudy/redis";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { startRedis } from "./servers/redis.ts";

const [role, redisUrl = "", claudeUrl = "", gptUrl = ""] = process.argv.slice(2);
await (role === undefined ? direct() : serve());

/** What each process of an application does. */
async function serve(): Promise<void> {
  const store = redisStore({ url: redisUrl, namespace: "example" });
  const chain = createChain(
    [
      anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claudeUrl }),
      openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gptUrl }),
    ],
    {
      store,
      onEvent: (event) => {
        if (event.type === "breaker") process.send?.(`  ${role}: breaker ${event.from} → ${event.to}`);
      },
    },
  );
  process.on("message", async () => {
    const { tier, trace } = await chain.generate("Why is the sky blue?");
    process.send?.(`${role}: ${tier}, ${trace.attempts.length} asked`);
    process.send?.("done");
  });
  process.on("disconnect", () => process.exit());
  process.send?.((await store.ready(5_000)) ? "ready" : "not ready");
}

/** Starts the processes, and lets the vendor fail. */
async function direct(): Promise<void> {
  const redis = await startRedis();
  if (redis === undefined) {
    console.log("This example needs redis-server or valkey-server: it is skipped.");
    return;
  }
  const [claude, gpt] = await Promise.all([startAnthropic(), startOpenAI()]);
  const processes = await Promise.all(["one", "two"].map((name) => begin([name, redis.url, claude.url, gpt.url])));
  const [one, two] = processes;

  console.log("Claude is down. Process one finds out, with the help of two:");
  claude.script(Array.from({ length: 100 }, () => ({ fault: { type: "error", error: "server-error" } })));
  await two?.call();
  for (let calls = 0; calls < 4; calls++) await one?.call();
  await one?.call();
  // The others look for news about once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  console.log("Now both know, and ask GPT at once:");
  await one?.call();
  await two?.call();
  console.log(`Claude was asked ${claude.requests.length} times.`);

  for (const { child } of processes) child.kill("SIGKILL");
  redis.end();
  await Promise.all([claude.close(), gpt.close()]);
}

async function begin(args: readonly string[]) {
  const child = fork(new URL(import.meta.url), args);
  let answered = Promise.withResolvers<void>();
  child.on("message", (text) => {
    if (text === "done") answered.resolve();
    else if (text !== "ready") console.log(text);
  });
  await once(child, "message");
  const call = async (): Promise<void> => {
    answered = Promise.withResolvers<void>();
    child.send("call");
    await answered.promise;
  };
  return { child, call };
}
