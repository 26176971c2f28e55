// oxlint-disable no-await-in-loop -- one call after the other is the point
// oxlint-disable no-restricted-globals, no-restricted-properties -- real time is what is tested here
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { answer, begin, end, fail, hang, read, scripted, wait, type Script } from "../scripted-target.ts";
import { createChain, type Chain, type Target } from "../../src/index.ts";
import type { Clock } from "../../src/model/clock.ts";
import { systemClock } from "../../src/engine/system-clock.ts";

/** The process's own clock, with time passing faster: readings and timers are as uneven as real ones. */
function faster(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    wallNow: () => Date.now(),
    setTimeout: (callback, delayMs, background) => systemClock.setTimeout(callback, delayMs / speed, background),
    clearTimeout: (handle) => systemClock.clearTimeout(handle),
  };
}

const backupOf = (clock: Clock) => scripted(clock, [answer("Backup")], { vendor: "backup" });
const breakerOf = (chain: Chain) => chain.snapshot()[0]?.breaker;

describe("a vendor that hangs, on the default clock", () => {
  test("opens its breaker with the fifth call, and the sixth waits for nothing", async () => {
    const target = scripted(systemClock, [[hang]]);
    const chain = createChain([{ target, timeoutMs: 40 }, backupOf(systemClock)]);

    for (let calls = 0; calls < 5; calls++) expect((await chain.generate("Hi")).text).toBe("Backup");
    expect(chain.snapshot()[0]).toMatchObject({ breaker: "open" });
    const next = await chain.generate("Hi");

    expect(next.trace.attempts).toHaveLength(1);
    expect(next.trace.skipped).toMatchObject([{ reason: "breaker" }]);
    expect(target.calls).toHaveLength(5);
  });

  test("opens it also when twenty calls hang at once", async () => {
    const target = scripted(systemClock, [[hang]]);
    const chain = createChain([{ target, timeoutMs: 40 }, backupOf(systemClock)]);

    const answers = await Promise.all(Array.from({ length: 20 }, () => chain.generate("Hi")));

    expect(answers.map(({ text }) => text)).toEqual(Array(20).fill("Backup"));
    expect(breakerOf(chain)).toBe("open");
  });

  test("opens it when every stream stalls behind its first words", async () => {
    const target = scripted(systemClock, [begin(["Once"], hang)]);
    const chain = createChain([{ target, progressMs: 30 }, backupOf(systemClock)], { holdMs: 0 });

    for (let calls = 0; calls < 5; calls++) {
      const texts = [];
      for await (const text of (await chain.stream("Hi")).textStream()) texts.push(text);
      expect(texts.at(0)).toBe("Once");
      expect(texts.at(-1)).toBe("Backup");
    }

    expect(breakerOf(chain)).toBe("open");
    expect(target.calls.every(({ aborted }) => aborted)).toBe(true);
  });

  test("leaves half of a deadline to the backup", async () => {
    const target = scripted(systemClock, [[hang]]);
    const chain = createChain([target, backupOf(systemClock)]);

    const stream = await chain.stream("Hi", { startWithinMs: 600 });

    expect((await stream.result).text).toBe("Backup");
  });
});

const SPEED = 40;

interface Outage {
  readonly chain: Chain;
  readonly calls: () => number;
  /** Just before the call that opened the breaker: on a busy machine time passes also behind it. */
  readonly askedAt: number;
}

async function outage(clock: Clock, probes: readonly Script[]): Promise<Outage> {
  const sick: Script[] = Array.from({ length: 5 }, () => [fail("server.error")]);
  const target = scripted(clock, [...sick, ...probes]);
  const chain = createChain([{ target, timeoutMs: 4_000 }, backupOf(clock)], { clock, random: () => 0 });
  for (let calls = 0; calls < 4; calls++) await chain.generate("Hi");
  const askedAt = clock.now();
  await chain.generate("Hi");
  expect(breakerOf(chain)).toBe("open");
  return { chain, calls: () => target.calls.length, askedAt };
}

/** Asks every 500 ms of the clock's time until the target has been asked so often. Just before the call that did. */
async function askUntil(clock: Clock, chain: Chain, calls: () => number, count: number): Promise<number> {
  let askedAt = clock.now();
  while (calls() < count) {
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, 500, false);
    });
    askedAt = clock.now();
    await chain.generate("Hi");
  }
  return askedAt;
}

/** An answer that is long in coming. */
const late: Script = (call) => {
  const id = call.context.newId();
  const part = { type: "text", text: "Late" } as const;
  const text = [{ type: "text-start", id } as const, { type: "text-delta", id, delta: "Late" } as const];
  return [wait(3_000), read(...text, { type: "text-end", id, part }, end())];
};

describe("an outage on a real clock that runs fast", () => {
  test("R6.13 ends with the first probe that is answered", async () => {
    const clock = faster(SPEED);
    const { chain, calls, askedAt } = await outage(clock, [answer("Back")]);

    await askUntil(clock, chain, calls, 6);

    expect(clock.now() - askedAt).toBeGreaterThan(7_000);
    expect(breakerOf(chain)).toBe("closed");
    expect((await chain.generate("Hi")).text).toBe("Back");
  });

  test("goes on after a probe that hangs, and the next one is longer away", async () => {
    const clock = faster(SPEED);
    const { chain, calls } = await outage(clock, [[hang], answer("Back")]);

    const askedAt = await askUntil(clock, chain, calls, 6);
    expect(breakerOf(chain)).toBe("open");
    await askUntil(clock, chain, calls, 7);

    // The probe hangs for 4,000 of them.
    expect(clock.now() - askedAt).toBeGreaterThan(18_000);
    expect(breakerOf(chain)).toBe("closed");
  });

  test("lets nobody wait behind a probe that has not been answered yet", async () => {
    const clock = faster(SPEED);
    const { chain, calls } = await outage(clock, [late]);
    const probing = askUntil(clock, chain, calls, 6);
    while (breakerOf(chain) !== "half-open") await new Promise((resolve) => setTimeout(resolve, 1));

    const others = await Promise.all(Array.from({ length: 5 }, () => chain.generate("Hi")));
    await probing;

    expect(others.map(({ text }) => text)).toEqual(Array(5).fill("Backup"));
    expect(calls()).toBe(6);
  });
});

test("an event loop that stands still across a limit does not lose the answer that lies in the socket", async () => {
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const server = new Worker(
    `const { createServer } = require("node:http");
     const { parentPort, workerData } = require("node:worker_threads");
     const sent = () => {
       Atomics.add(workerData, 0, 1);
       Atomics.notify(workerData, 0);
     };
     const server = createServer((request, response) => {
       parentPort.postMessage("asked");
       setTimeout(() => response.end("Here", sent), 30);
     });
     server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: sent },
  );
  onTestFinished(() => void server.terminate());
  const [port]: unknown[] = await once(server, "message");
  const target: Target = {
    ...scripted(systemClock, []),
    async *stream(_request, { newId, signal }) {
      const response = await fetch(`http://127.0.0.1:${String(port)}`, { signal });
      const text = await response.text();
      const id = newId();
      yield [
        { type: "text-start", id },
        { type: "text-delta", id, delta: text },
        { type: "text-end", id, part: { type: "text", text } },
        end(),
      ];
    },
  };
  const chain = createChain([{ target, timeoutMs: 400 }, backupOf(systemClock)]);
  await Promise.all([once(server, "message"), chain.generate("The first request opens the connection.")]);

  const arrived = once(server, "message");
  const asked = chain.generate("Hi");
  await arrived;
  // Still until the answer has been sent, and then across the limit.
  Atomics.wait(sent, 0, 1, 5_000);
  Atomics.wait(sent, 0, 2, 450);

  const { text, trace } = await asked;
  expect(text).toBe("Here");
  expect(trace.attempts).toHaveLength(1);
});
