import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createChain } from "@understudy/core";
import { resumeResponse, stopAnswer, toResponse, type AnswerStore } from "@understudy/core/web";
import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisAnswers } from "../src/index.ts";
import { HandClock } from "./hand-clock.ts";
import { connected, ENGINES, startServer, type NodeRedis, type Server } from "./server.ts";

const ID = "abcdefghijklmnopqrstuv";

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.each(ENGINES)("answers in %s", (binary) => {
  let server: Server;
  let client: NodeRedis;
  let store: AnswerStore;
  beforeAll(async () => {
    server = await startServer(binary);
    client = await connected(server.url);
    store = redisAnswers({ client, pollMs: 20 });
  });
  afterAll(async () => {
    client.destroy();
    await server.kill();
  });

  test("are kept in order, once, without gaps, and known to another client", async () => {
    const io = new Redis(server.port);
    await once(io, "ready");
    const other = redisAnswers({ client: io });

    expect(await store.append("order", 0, ["a", "b"], false)).toEqual({
      kept: 2,
      unreadMs: undefined,
      isStopped: false,
    });
    expect(await store.append("order", 1, ["b", "ü\n\u{1f642}"], false)).toMatchObject({ kept: 3 });
    expect(await store.append("order", 9, ["z"], true)).toMatchObject({ kept: 3 });
    expect(await other.read("order", 1)).toMatchObject({ messages: ["b", "ü\n\u{1f642}"], isOver: false });
    expect(await store.append("order", 3, [], true)).toMatchObject({ kept: 3, unreadMs: expect.closeTo(0, -3) });
    expect(await other.read("order", 3)).toMatchObject({ messages: [], isOver: true });
    expect(await other.read("nothing", 0)).toBeUndefined();
    expect(await redisAnswers({ client, namespace: "apart" }).read("order", 0)).toBeUndefined();
    io.disconnect();
  });

  test("of thousands of messages are read in pieces", async () => {
    const messages = Array.from({ length: 1_300 }, (_, index) => `message ${index}`);
    for (let from = 0; from < messages.length; from += 500) {
      // oxlint-disable-next-line no-await-in-loop
      await store.append("long", from, messages.slice(from, from + 500), from + 500 >= messages.length);
    }
    const read: string[] = [];
    for (let isOver = false; !isOver;) {
      // oxlint-disable-next-line no-await-in-loop
      const found = await store.read("long", read.length);
      read.push(...(found?.messages ?? []));
      isOver = found?.isOver ?? true;
    }
    expect(read).toEqual(messages);
  });

  test("wait for what comes next, and tell the writer that somebody read and that somebody pressed stop", async () => {
    await store.append(ID, 0, ["a"], false);
    const waiting = store.read(ID, 1);
    await store.append(ID, 1, ["b"], false);

    expect(await waiting).toMatchObject({ messages: ["b"], isOver: false });
    await stopAnswer(`${ID}.1`, { resumable: store });
    expect(await store.append(ID, 2, [], false)).toMatchObject({ kept: 2, isStopped: true });
    await stopAnswer("unknownunknownunknown0.1", { resumable: store });
    expect(await client.exists("understudy:answer:1:{default:unknownunknownunknown0}")).toBe(0);
  });

  test("end by themselves", async () => {
    await redisAnswers({ client, keepMs: 10_000 }).append("brief", 0, ["a"], true);

    const leftMs = await client.pTTL("understudy:answer:1:{default:brief}");
    expect(leftMs).toBeGreaterThan(5_000);
    expect(leftMs).toBeLessThanOrEqual(10_000);
  });

  test("of one process go on in another, and the vendor is asked once", async () => {
    const vendor = await startDeepSeek();
    const words = Array.from({ length: 20 }, (_, index) => `word${index} `);
    vendor.script([{ answer: { text: words, deltaDelayMs: 20 } }]);
    const chain = createChain([deepseek("deepseek-flash", { apiKey: "any", baseURL: vendor.url })]);
    const reader = toResponse(await chain.stream("Hi"), { resumable: store }).body?.getReader();
    const decoder = new TextDecoder();
    let first = "";
    while (!first.includes("word3 ")) {
      // oxlint-disable-next-line no-await-in-loop
      first += decoder.decode((await reader?.read())?.value);
    }
    await reader?.cancel();
    const last = [...first.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1];

    const own = redisAnswers({ url: server.url, pollMs: 20 });
    let response: Response | undefined;
    // Its connection is just being made.
    for (let tries = 0; tries < 100 && response?.status !== 200; tries++) {
      // oxlint-disable-next-line no-await-in-loop
      response = await resumeResponse(last, { resumable: own });
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const rest = (await response?.text()) ?? "";
    own.close();

    const deltas = [...(first + rest).matchAll(/"delta":"(word\d+ )"/g)].map(([, word]) => word);
    expect(deltas.join("")).toBe(words.join(""));
    expect(rest.trimEnd().endsWith('data: {"type":"done"}')).toBe(true);
    expect(vendor.requests).toHaveLength(1);
    await vendor.close();
  });

  test("of a server that dies in mid-answer reach the client all the same, and its successor gets them", async () => {
    const mortal = await startServer(binary);
    const vendor = await startDeepSeek();
    const words = Array.from({ length: 15 }, (_, index) => `word${index} `);
    vendor.script([{ answer: { text: words, deltaDelayMs: 20 } }]);
    const errors: unknown[] = [];
    const own = redisAnswers({ url: mortal.url, onError: (error) => errors.push(error) });
    const chain = createChain([deepseek("deepseek-flash", { apiKey: "any", baseURL: vendor.url })]);
    const kept = Promise.withResolvers<void>();
    const response = toResponse(await chain.stream("Hi"), { resumable: own, waitUntil: (done) => kept.resolve(done) });
    await mortal.kill();

    const text = await response.text();
    const deltas = [...text.matchAll(/"delta":"(word\d+ )"/g)].map(([, word]) => word);
    expect(deltas.join("")).toBe(words.join(""));
    await until(() => errors.length > 0);
    expect(errors).not.toEqual([]);
    const next = await startServer(binary, [], mortal.port);
    await kept.promise;
    const id = /^id: (\S+)\.1$/m.exec(text)?.[1] ?? "";
    const found = await own.read(id, 0);
    expect(found?.messages.join("")).toBe(text);
    own.close();
    await next.kill();
    await vendor.close();
  });
});

test.each(ENGINES)("the rights that the README lists are enough for answers in %s", async (binary) => {
  const server = await startServer(binary);
  const boss = await connected(server.url);
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [, rights = ""] = /ACL SETUSER ([^]*?)```/.exec(readme) ?? [];
  await boss.sendCommand(["ACL", "SETUSER", ...rights.trim().split(/\s+/)]);
  const store = redisAnswers({ url: `redis://understudy:password@127.0.0.1:${server.port}`, pollMs: 20 });
  try {
    let kept: unknown;
    // Its connection is just being made.
    for (let tries = 0; tries < 100 && kept === undefined; tries++) {
      // oxlint-disable-next-line no-await-in-loop
      kept = await store.append(ID, 0, ["a"], false).catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await store.stop(ID);

    expect(kept).toMatchObject({ kept: 1 });
    expect(await store.read(ID, 0)).toMatchObject({ messages: ["a"] });
    expect(await store.append(ID, 1, [], true)).toMatchObject({ isStopped: true });
  } finally {
    store.close();
    boss.destroy();
    await server.kill();
  }
});

test("a server that stands still holds nobody up for more than three seconds", async () => {
  const clock = new HandClock();
  const store = redisAnswers({ command: () => new Promise(() => undefined), clock });
  const asked = [store.append(ID, 0, ["a"], false), store.read(ID, 0), store.stop(ID)].map((answer) =>
    answer.catch(String),
  );

  clock.advance(3_001);

  expect(await Promise.all(asked)).toEqual(asked.map(() => "Error: Redis has not answered for three seconds."));
  expect(clock.pending).toBe(0);
});

test.each([
  [{}, "give exactly one of `url`, `client` and `command`"],
  [{ url: "redis://localhost", keepMs: 1 }, "`keepMs` must be a number, at least 10,000"],
  [{ url: "redis://localhost", finishMs: "1" }, "`finishMs` must be a number, at least 0"],
  [{ url: "redis://localhost", pollMs: 1 }, "`pollMs` must be a number from 20 to 5,000"],
  [{ url: "redis://localhost", limitMs: 25 }, 'there is no option "limitMs"'],
  [undefined, "redisAnswers needs an object of options"],
])("redisAnswers(%o) is refused with what to do", (options, message) => {
  // @ts-expect-error -- as JavaScript may
  expect(() => redisAnswers(options)).toThrow(message);
});
