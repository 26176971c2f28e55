import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../harness.ts";
import { answer, fail, scripted, type Script } from "../scripted-target.ts";

/** A pooled connection that died while it was idle; a new one works. */
const stale =
  (text: string): Script =>
  (call) => {
    const whole = answer(text);
    if (call.context.freshConnection === true) return typeof whole === "function" ? whole(call) : whole;
    return [fail("network.reset", { beforeResponse: true, connection: "reused" })];
  };
const dead: Script = [fail("network.reset", { beforeResponse: true })];

describe("R2.5 a reset before any byte on a connection that may be old", () => {
  test.each([1, 5, 12, 40])("%i calls at once are all answered by the same tier on new connections", async (calls) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [stale("Here")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([target, backup]);

    const results = await finish(clock, Promise.all(Array.from({ length: calls }, () => front.generate("Hi"))));

    expect(results.map(({ text }) => text)).toEqual(Array(calls).fill("Here"));
    expect(target.calls.map(({ context }) => context.freshConnection === true).filter(Boolean)).toHaveLength(calls);
    expect(backup.calls).toHaveLength(0);
    expect(front.snapshot()[0]).toMatchObject({ breaker: "closed", counts: { bad: 0 } });
    expect(results[0]?.trace.attempts).toMatchObject([
      { class: "network.reset" },
      { outcome: "answered", repeat: "fresh-connection" },
    ]);
  });

  test("it is asked on a new one at once, behind no timer", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [stale("Here")]);
    const call = chain([target]).generate("Hi");

    await clock.settle();

    expect(target.calls).toHaveLength(2);
    expect((await call).text).toBe("Here");
  });

  test("forty of them leave the budget for repeats as it was", async () => {
    const { clock, chain } = harness();
    const scripts: Script[] = Array.from({ length: 80 }, () => stale("Here"));
    const target = scripted(clock, [...scripts, [fail("conflict")], answer("Repeated")]);
    const front = chain([target]);
    for (let calls = 0; calls < 40; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      await finish(clock, front.generate("Hi"));
    }

    expect((await finish(clock, front.generate("Hi"))).text).toBe("Repeated");
  });

  test("only the new connection's failure counts against the vendor", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [dead]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([target, backup]);

    const result = await finish(clock, front.generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts.map(({ repeat }) => repeat)).toEqual([undefined, "fresh-connection", undefined]);
    expect(front.snapshot()[0]?.counts).toMatchObject({ bad: 1 });
  });

  test("a vendor that resets every connection opens its breaker with the fifth call", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [dead]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([target, backup]);
    for (let calls = 0; calls < 5; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      await finish(clock, front.generate("Hi"));
    }

    expect(front.snapshot()[0]?.breaker).toBe("open");
    expect(target.calls).toHaveLength(10);
  });

  test("a reset on a connection that is known to be new counts at once, and is repeated once", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("network.reset", { beforeResponse: true, connection: "new" })]]);
    const front = chain([target]);

    const error = await rejection(clock, front.generate("Hi"));

    expect(error.attempts).toHaveLength(2);
    expect(front.snapshot()[0]?.counts).toMatchObject({ bad: 2 });
  });

  test("a probe that meets an old connection is made again on a new one, and closes the breaker", async () => {
    const { clock, chain } = harness();
    const outage: Script[] = Array.from({ length: 5 }, () => [fail("server.error")]);
    const target = scripted(clock, [...outage, stale("Back"), stale("Back")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([target, backup]);
    for (let calls = 0; calls < 5; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      await finish(clock, front.generate("Hi"));
    }
    expect(front.snapshot()[0]?.breaker).toBe("open");
    await clock.advance(20_000);

    const result = await finish(clock, front.generate("Hi"));

    expect(result.text).toBe("Back");
    expect(result.trace.attempts).toMatchObject([{ venture: "probe" }, { venture: "probe", outcome: "answered" }]);
    expect(front.snapshot()[0]?.breaker).toBe("closed");
  });

  test.each(["attempt-end", "repeat"] as const)(
    "a caller who leaves between a probe's old connection and the new one (%s) gives the probe back",
    async (moment) => {
      const { clock, chain, events } = harness();
      const outage: Script[] = Array.from({ length: 5 }, () => [fail("server.error")]);
      const target = scripted(clock, [...outage, stale("Back")]);
      const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
      const controller = new AbortController();
      const front = chain([target, backup], {
        onEvent: (event) => {
          events.push(event);
          if (target.calls.length === 6 && event.type === moment) controller.abort();
        },
      });
      for (let calls = 0; calls < 5; calls++) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
        await finish(clock, front.generate("Hi"));
      }
      await clock.advance(20_000);

      const error = await rejection(clock, front.generate("Hi", { signal: controller.signal }));

      expect(error.code).toBe("aborted");
      expect(target.calls).toHaveLength(6);
      expect(front.snapshot()[0]?.breaker).toBe("open");
    },
  );

  test("an operator's isolation ends the repeat", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [stale("Here")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([target, backup], {
      onEvent: (event) => {
        events.push(event);
        if (event.type === "repeat") front.isolate({ vendor: "alpha" });
      },
    });

    expect((await finish(clock, front.generate("Hi"))).text).toBe("Backup");
    expect(target.calls).toHaveLength(1);
  });
});
