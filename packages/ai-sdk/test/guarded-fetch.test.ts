import { createDeepSeek } from "@ai-sdk/deepseek";
import { createChain } from "@understudy/core";
import type { AttemptContext, TargetRequest } from "@understudy/core/adapter";
import { scriptedTarget, startDeepSeek } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { aiSdk, guardedFetch } from "../src/index.ts";
import { API_KEY as apiKey, rejectionOf } from "./set-up.ts";

const REQUEST: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  stop: [],
  reasoning: { visible: true },
};

function context(freshConnection: boolean): AttemptContext {
  let parts = 0;
  return {
    signal: new AbortController().signal,
    clock: {
      now: () => performance.now(),
      wallNow: () => Date.now(),
      setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
      clearTimeout: (timer) => clearTimeout(Number(timer)),
    },
    newId: () => `p${++parts}`,
    loss: () => undefined,
    freshConnection,
  };
}

describe("guardedFetch()", () => {
  test("gives an attempt that asks for it a connection of its own, which nobody uses afterwards", async () => {
    await using vendor = await startDeepSeek();
    const target = aiSdk(createDeepSeek({ baseURL: vendor.url, apiKey, fetch: guardedFetch() })("deepseek-flash"));

    for (const isFresh of [false, false, true, true, false]) {
      let last: string | undefined;
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      for await (const parts of target.stream(REQUEST, context(isFresh))) last = parts.at(-1)?.type ?? last;
      expect(last).toBe("end");
      // oxlint-disable-next-line no-await-in-loop
      await vendor.idle();
    }

    const [first, second, third, fourth, last] = vendor.requests.map(({ connection }) => connection);
    const usual = new Set([first, second]);
    expect(new Set([...usual, third, fourth]).size).toBe(usual.size + 2);
    expect(usual).toContain(last);
  });

  test("follows no redirect: key and prompt reach one origin", async () => {
    await using elsewhere = await startDeepSeek();
    await using vendor = await startDeepSeek();
    vendor.script([{ fault: { type: "redirect", location: elsewhere.url } }]);
    const provider = createDeepSeek({ baseURL: vendor.url, apiKey, fetch: guardedFetch() });
    const chain = createChain([aiSdk(provider("deepseek-flash")), scriptedTarget(["From backup."])]);

    const answer = await chain.generate("Hi");

    expect(answer.trace.attempts[0]?.class).toBe("redirect");
    expect(elsewhere.requests).toHaveLength(0);
  });

  test("asks the fetch that it is given, and throws what that throws without its words", async () => {
    const asked: string[] = [];
    const fetch = guardedFetch(async (input) => {
      asked.push(new Request(input).url);
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("secret"), { code: "ECONNREFUSED" }) });
    });

    const error = await rejectionOf(fetch("https://a.test/"));

    expect(asked).toEqual(["https://a.test/"]);
    expect(String(error)).not.toContain("secret");
  });

  test("tells a web page in place of an answer, and lets its connection go", async () => {
    let isCancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        isCancelled = true;
      },
    });
    const fetch = guardedFetch(
      async () => new Response(body, { headers: { "content-type": "Text/HTML; charset=utf-8" } }),
    );

    const error = await rejectionOf(fetch("https://a.test/"));

    expect(error).toMatchObject({ name: "TargetFailure", class: "gateway.html" });
    expect(isCancelled).toBe(true);
  });
});
