import { describe, expect, test } from "vitest";
import { finish, harness, rejection } from "../harness.ts";
import { answer, fail, scripted, type Script } from "../scripted-target.ts";
import { sequence, someText } from "../scripts.ts";
import type { TargetRequest } from "../../src/model/target.ts";

const reset: Script = [fail("network.reset", { beforeResponse: true })];
const freshReset: Script = [fail("network.reset", { beforeResponse: true, connection: "new" })];
const repair = { description: "without temperature", apply: (request: TargetRequest): TargetRequest => request };
const rejected: Script = [fail("request.rejected", { status: 400, repair })];
const cutAfter = (text: string): Script => sequence(someText(text), [fail("stream.truncated")]);

describe("R1.10 one attempt is kept for each candidate that was not tried", () => {
  test.each([
    ["connections that are reset", reset, 4],
    ["new connections that are reset", freshReset, 4],
    ["requests that are repaired in vain", rejected, 4],
    ["connections that are reset, in a longer chain", reset, 7],
  ])("%s do not keep a healthy last tier from its turn", async (_name, script, length) => {
    const { clock, chain } = harness();
    const sick = Array.from({ length: length - 1 }, (_, index) =>
      scripted(clock, [script], { vendor: `vendor${index}` }),
    );
    const healthy = scripted(clock, [answer("Here")], { vendor: "last" });

    const result = await finish(clock, chain([...sick, healthy]).generate("Hi"));

    expect(result.text).toBe("Here");
    expect(sick.every(({ calls }) => calls.length >= 1)).toBe(true);
    expect(result.trace.attempts).toHaveLength(length + 2);
  });

  test("a policy that asks for everything again does not either, and a lower maxAttempts bounds repeats first", async () => {
    const { clock, chain } = harness();
    const sick = ["a", "b"].map((vendor) => scripted(clock, [[fail("server.error")]], { vendor }));
    const healthy = scripted(clock, [answer("Here")], { vendor: "c" });

    const again = await finish(clock, chain([...sick, healthy], { policy: () => "again" }).generate("Hi"));
    const few = await finish(
      clock,
      chain([...sick, healthy], { policy: () => "again", maxAttempts: 3 }).generate("Hi"),
    );

    expect(again.trace.attempts.map(({ vendor }) => vendor)).toEqual(["a", "a", "a", "b", "c"]);
    expect(few.trace.attempts.map(({ vendor }) => vendor)).toEqual(["a", "b", "c"]);
  });

  test("a candidate that is passed over needs no attempt", async () => {
    const { clock, chain } = harness();
    const sick = scripted(clock, [reset, answer("Again")], { vendor: "a" });
    const other = scripted(clock, [answer("Other")], { vendor: "b" });
    const front = chain([sick, other], { maxAttempts: 2 });
    front.isolate({ vendor: "b" });

    const result = await finish(clock, front.generate("Hi"));

    expect([result.text, other.calls.length]).toEqual(["Again", 0]);
  });

  test("R1.7 a candidate that is cooling down keeps its attempt, and is never left out without a word", async () => {
    const { clock, chain } = harness();
    const sick = ["a", "b"].map((vendor) => scripted(clock, [[fail("server.error")]], { vendor }));
    const limited = scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 1_600 })]], { vendor: "c" });
    const front = chain([...sick, limited], { policy: () => "again" });
    await rejection(clock, front.generate("Hi", { tiers: ["c/one"] }));

    const error = await rejection(clock, front.generate("Hi"));

    expect(error.attempts.map(({ vendor }) => vendor)).toEqual(["a", "a", "a", "b"]);
    expect(error.reason).toBe("engine.no-target");
  });

  test("maxAttempts still bounds a chain that is longer than it", async () => {
    const { clock, chain } = harness();
    const tiers = ["a", "b", "c"].map((vendor) => scripted(clock, [reset], { vendor }));

    const error = await rejection(clock, chain(tiers, { maxAttempts: 2 }).generate("Hi"));

    expect(error.reason).toBe("engine.budget");
    expect(tiers.map(({ calls }) => calls.length)).toEqual([1, 1, 0]);
  });
});

describe("R2.10 an output that fails twice alike is not asked a third time at its model", () => {
  test("identical partial answers", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [cutAfter("The sky"), cutAfter("The sky"), answer("Whole")]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error.attempts.map(({ repeat }) => repeat)).toEqual([undefined, "backoff"]);
  });

  test("different ones are", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [cutAfter("The sky"), cutAfter("The sea"), answer("Whole")]);

    expect((await finish(clock, chain([target]).generate("Hi"))).text).toBe("Whole");
  });

  test("nor at a sibling of the model, and the next tier is asked", async () => {
    const { clock, chain } = harness();
    const siblings = ["one", "two", "three"].map((key) =>
      scripted(clock, [answer("")], { key, endpoint: `${key}.test` }),
    );
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([{ targets: siblings }, backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(siblings.map(({ calls }) => calls.length)).toEqual([1, 1, 0]);
  });

  test("failures without any output are not outputs", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[fail("server.error")], [fail("server.error")], answer("Whole")]);

    expect((await finish(clock, chain([target]).generate("Hi"))).text).toBe("Whole");
  });
});
