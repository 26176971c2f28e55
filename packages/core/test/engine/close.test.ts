import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, fail, hang, read, scripted, wait } from "../scripted-target.ts";
import type { Chain, ChainOptions } from "../../src/index.ts";
import { shareHealth, type HealthNews } from "../../src/store/index.ts";

/** A store that counts who listens and what it is asked. */
function countingStore(unsubscribe = (): unknown => undefined) {
  const listeners = new Set<(news: HealthNews) => void>();
  const asked: string[] = [];
  const store = shareHealth({
    publish: (report) => {
      asked.push(report.type);
      if (report.type === "cooldown") for (const listener of listeners) listener(report);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        return unsubscribe();
      };
    },
    acquireProbe: () => ({ granted: true }),
  });
  return { store, listeners, asked };
}

describe("R9.11 a chain that is closed", () => {
  test("takes no new call, streamed or whole, and asks no target for one", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [answer("Hello")]);
    const built = chain([target]);

    await built.close();
    const errors = [await rejection(clock, built.generate("Hi")), await rejection(clock, built.stream("Hi"))];

    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ["config", "The chain is closed."],
      ["config", "The chain is closed."],
    ]);
    expect(target.calls).toEqual([]);
    expect(events).toEqual([]);
  });

  test("waits for the calls that run: an answer, and a stream to its end with failover on the way", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [[wait(500), fail("server.error", { status: 500 })]]);
    const backup = scripted(clock, [begin(["Hel"], wait(1_000), read())], { vendor: "beta" });
    const whole = scripted(clock, [answer("Whole")], { vendor: "gamma" });
    const built = chain([primary, backup, whole]);
    const call = built.generate("Hi");
    const opening = built.stream("Hi");
    const done: string[] = [];

    const closing = built.close().then(() => done.push("closed"));
    void call.then(() => done.push("answered"));
    const stream = await finish(clock, opening);
    const seen = await collect(clock, stream);
    const { text } = await finish(clock, call);
    await finish(clock, closing);

    expect([text, types(seen.events).at(-1), seen.error]).toEqual(["Whole", "finish", undefined]);
    expect(types(seen.events)).toContain("failover");
    expect(done).toEqual(["answered", "closed"]);
    expect(events.filter(({ type }) => type === "end")).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test("is closed once the last call is over however it ends: failed, aborted or left", async () => {
    const { clock, chain, events } = harness();
    const controller = new AbortController();
    const script = [begin(["Hel"], hang)];
    const failing = chain([scripted(clock, [[fail("request.invalid")]])]);
    const aborted = chain([scripted(clock, script)]);
    const left = chain([scripted(clock, script)]);
    const order: string[] = [];
    const close = (name: string, built: Chain): Promise<number> => built.close().then(() => order.push(name));

    const failed = rejection(clock, failing.generate("Hi"));
    const stopped = rejection(clock, aborted.generate("Hi", { signal: controller.signal }));
    const stream = await finish(clock, left.stream("Hi"));
    const closing = [close("failed", failing), close("aborted", aborted), close("left", left)];
    await failed;
    await clock.advance(100);
    expect(order).toEqual(["failed"]);
    controller.abort();
    await stopped;
    expect(order).toEqual(["failed", "aborted"]);
    await stream[Symbol.asyncIterator]().return?.();
    await Promise.all(closing);

    expect(order).toEqual(["failed", "aborted", "left"]);
    expect(events.at(-1)).toMatchObject({ type: "end", outcome: "abandoned" });
    expect(clock.pending).toBe(0);
  });

  test("resolves behind the last event, also when a hook closes it in mid-call", async () => {
    const { clock, chain } = harness();
    const order: string[] = [];
    const built: Chain = chain([scripted(clock, [answer("Hello")])], {
      onEvent: ({ type }) => {
        order.push(type);
        if (type === "attempt-start") void built.close().then(() => order.push("closed"));
      },
    });

    await finish(clock, built.generate("Hi"));
    await clock.settle();

    expect(order).toEqual(["call-start", "attempt-start", "released", "attempt-end", "end", "closed"]);
  });

  test("may be closed again, at once and later, and by `await using`", async () => {
    const { clock, chain } = harness();
    const { store, listeners } = countingStore();
    let kept: Chain;
    {
      await using built = chain([scripted(clock, [answer("Hello")])], { store });
      kept = built;
      await finish(clock, built.generate("Hi"));
      expect(listeners.size).toBe(1);
    }

    await Promise.all([kept.close(), kept.close()]);

    expect(listeners.size).toBe(0);
    expect(await rejection(clock, kept.generate("Hi"))).toMatchObject({ code: "config" });
  });

  test("still shows what it knew, and can be isolated, without a word to the store or from it", async () => {
    const { clock, chain, events } = harness();
    const { store, listeners, asked } = countingStore();
    const target = scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 30_000 })]]);
    const built = chain([target, scripted(clock, [answer("Backup")], { vendor: "beta" })], { store });
    const [listener] = listeners;
    await finish(clock, built.generate("Hi"));
    expect(asked).toEqual(["cooldown"]);

    await built.close();
    const before = events.length;
    built.isolate({ vendor: "beta" });
    built.enable({ vendor: "alpha" });
    // A store that goes on telling those who have left.
    listener?.({ type: "opened", key: "beta one beta.test", forMs: 10_000 });
    listener?.({ type: "cooldown", scope: "key alpha-key", forMs: 10_000, isHard: false });
    await clock.settle();

    expect(built.tiers).toEqual(["alpha/one", "beta/one"]);
    expect(built.snapshot()).toMatchObject([
      { breaker: "closed", blockedForMs: 0, isIsolated: false },
      { breaker: "closed", isIsolated: true },
    ]);
    expect(asked).toEqual(["cooldown"]);
    expect(types(events.slice(before))).toEqual(["isolated", "enabled"]);
  });
});

describe("R9.11 the store of a chain that is closed", () => {
  test("fifty reloads leave no subscription", async () => {
    const { clock, chain } = harness();
    const { store, listeners } = countingStore();
    const most: number[] = [];

    for (let reload = 0; reload < 50; reload++) {
      const built = chain([scripted(clock, [answer("Hello")])], { store });
      // oxlint-disable-next-line no-await-in-loop -- one reload after the other is the point
      await finish(clock, built.generate("Hi"));
      most.push(listeners.size);
      // oxlint-disable-next-line no-await-in-loop
      await built.close();
    }

    expect(Math.max(...most)).toBe(1);
    expect(listeners.size).toBe(0);
  });

  test("is left when the last call is over, not before: what that call learns is published", async () => {
    const { clock, chain } = harness();
    const { store, listeners, asked } = countingStore();
    const target = scripted(clock, [[wait(500), fail("rate.requests", { status: 429, retryAfterMs: 30_000 })]]);
    const built = chain([target], { store, maxAttempts: 1 });
    const call = rejection(clock, built.generate("Hi"));

    const closing = built.close();
    expect(listeners.size).toBe(1);
    await call;
    await closing;

    expect([listeners.size, asked]).toEqual([0, ["cooldown"]]);
  });

  test("may throw or reject when it is left: the chain is closed, and `onInternalError` hears of it", async () => {
    const { clock, chain } = harness();
    const heard: unknown[] = [];
    const options = (unsubscribe: () => unknown): ChainOptions => ({
      store: countingStore(unsubscribe).store,
      onInternalError: (error) => heard.push(error),
    });
    const boom = new Error("boom");
    const built = [
      () => {
        throw boom;
      },
      () => Promise.reject(boom),
    ].map((unsubscribe) => chain([scripted(clock, [answer("Hello")])], options(unsubscribe)));

    await Promise.all(built.map((one) => one.close()));
    await clock.settle();

    expect(heard).toEqual([boom, boom]);
  });
});
