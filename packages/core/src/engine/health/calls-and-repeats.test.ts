import { describe, expect, test } from "vitest";
import { finish, harness, rejection, settled } from "../../../test/harness.ts";
import { answer, fail, scripted, type Script } from "../../../test/scripted-target.ts";

/** Neutral for health, so that no breaker ends the repeats before their budget does. */
const conflict: Script = [fail("conflict", { status: 409 })];

describe("R2.8 the budget for repeats", () => {
  test("ten repeats to one route, then one per ten seconds", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [conflict]);
    const front = chain([target]);

    for (let calls = 0; calls < 8; calls++) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
      await rejection(clock, front.generate("Hi"));
    }
    expect(target.calls).toHaveLength(8 + 10);
    await clock.advance(10_000);
    await rejection(clock, front.generate("Hi"));

    expect(target.calls).toHaveLength(8 + 10 + 2);
  });

  test("calls that wait for a repeat together do not count on the same token", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [conflict]);
    const front = chain([target]);

    await finish(clock, Promise.all(Array.from({ length: 40 }, () => settled(clock, front.generate("Hi")))));

    expect(target.calls).toHaveLength(40 + 10);
  });

  test("a second sibling at the same endpoint is a repeat, one at another endpoint is not", async () => {
    const { clock, chain } = harness();
    const forbidden: Script = [fail("auth.forbidden", { status: 403 })];
    const keys = ["one", "two"].map((key) => scripted(clock, [forbidden], { key, endpoint: "eu.test" }));
    const away = scripted(clock, [answer("Away")], { key: "three", endpoint: "us.test" });

    const results = [];
    for (let chains = 0; chains < 3; chains++) {
      const front = chain([{ targets: [...keys, away] }]);
      // oxlint-disable-next-line no-await-in-loop
      results.push(await finish(clock, front.generate("Hi")));
    }

    expect(results.map(({ text }) => text)).toEqual(["Away", "Away", "Away"]);
    expect(keys.map(({ calls }) => calls.length)).toEqual([3, 3]);
  });

  test("with an empty bucket the second sibling is passed over, and the failover is never refused", async () => {
    const { clock, chain } = harness();
    const first = scripted(clock, [conflict], { key: "one", endpoint: "eu.test" });
    const second = scripted(clock, [conflict], { key: "two", endpoint: "eu.test" });
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const front = chain([{ targets: [first, second] }, backup]);

    const results = [];
    // oxlint-disable-next-line no-await-in-loop -- one call after the other is the point
    for (let calls = 0; calls < 12; calls++) results.push(await finish(clock, front.generate("Hi")));

    expect(results.every(({ text }) => text === "Backup")).toBe(true);
    expect([first.calls.length, second.calls.length, backup.calls.length]).toEqual([12, 10, 12]);
    expect(results.at(-1)?.trace.skipped).toMatchObject([{ reason: "repeats-used-up" }]);
  });

  test("R2.9 a repeat that was promised is made, although other calls found the route sick during its wait", async () => {
    const { clock, chain } = harness();
    const dead: Script = [fail("server.error", { status: 500 })];
    const target = scripted(clock, [dead]);
    const front = chain([target]);
    const waiting = rejection(clock, front.generate("Hi"));
    await clock.advance(10);

    const others = Array.from({ length: 4 }, () => settled(clock, front.generate("Hi")));
    await clock.advance(10);
    expect(front.snapshot()[0]?.breaker).toBe("open");
    await finish(clock, Promise.all([waiting, ...others]));

    // The fifth failure opened the breaker: the call that met it was promised nothing.
    expect(target.calls.length).toBe(5 + 4);
  });
});
