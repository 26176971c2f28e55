import { describe, expect, test } from "vitest";
import { answer, begin, fail, hang, scripted, stop, wait } from "../scripted-target.ts";
import { collect, finish, harness, shownText, types } from "../harness.ts";
import { isUnderstudyError } from "../../src/index.ts";

describe("before anything is shown", () => {
  test("MS-02 a failed primary is left silently, and each target is called once", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [[fail("server.gateway", { status: 503 })]]);
    const backup = scripted(clock, [answer("Hello", " there")], { vendor: "beta" });

    const result = await finish(clock, chain([primary, backup]).generate("Hi"));

    expect(result.text).toBe("Hello there");
    expect(result.tier).toBe("beta/one");
    expect(primary.calls).toHaveLength(1);
    expect(backup.calls).toHaveLength(1);
    expect(result.trace.attempts.map((attempt) => attempt.class)).toEqual(["server.gateway", undefined]);
    expect(types(events)).toEqual([
      "call-start",
      "attempt-start",
      "attempt-end",
      "attempt-start",
      "released",
      "attempt-end",
      "end",
    ]);
    expect(clock.pending).toBe(0);
  });

  test("SQ-02 what a dying attempt wrote inside its gate never appears", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [begin(["He"], wait(30), fail("stream.reset"))]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const stream = await finish(clock, chain([primary, backup]).stream("Hi"));
    const { events } = await collect(clock, stream);

    expect(types(events)).toEqual(["start", "text-start", "text-delta", "text-end", "finish"]);
    expect(shownText(events)).toBe("Backup");
  });

  test("TO-01 a silent primary is left after its tier's limit, and its signal is aborted", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[hang]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([{ target: primary, timeoutMs: 15_000 }, backup]).generate("Hi"));

    expect(result.trace.attempts[0]).toMatchObject({ class: "timeout.first-content", endedMs: 15_000 });
    expect(primary.calls[0]).toMatchObject({ aborted: true, returned: 1 });
  });

  test("an exhausted chain has the code its attempts share and the first one's error as cause", async () => {
    const { clock, chain } = harness();
    const dead = [fail("server.overloaded", { status: 529, retryAfterMs: 30_000 })];
    const tiers = [scripted(clock, [dead]), scripted(clock, [dead], { vendor: "beta" })];

    const error = await finish(clock, chain(tiers).generate("Hi")).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: "overloaded",
      retryAfterMs: 30_000,
      cause: { message: expect.stringContaining("alpha/one") },
    });
    expect(isUnderstudyError(error) && error.attempts).toHaveLength(2);
  });
});

describe("after output was shown", () => {
  test("SQ-03 MS-04 the next target begins again behind a failover event", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [begin(["The sky"], wait(100), fail("stream.reset"))]);
    const backup = scripted(clock, [answer("The sky", " is blue")], { vendor: "beta" });

    const stream = await finish(clock, chain([primary, backup]).stream("Hi"));
    const { events } = await collect(clock, stream);
    const final = await stream.result;

    expect(types(events)).toEqual([
      "start",
      "text-start",
      "text-delta",
      "failover",
      "text-start",
      "text-delta",
      "text-delta",
      "text-end",
      "finish",
    ]);
    expect(events[3]).toMatchObject({
      mode: "restart",
      from: { attempt: 1, vendor: "alpha" },
      to: { attempt: 2, vendor: "beta" },
      reason: "stream.reset",
      marker: "\n\n—continuing on backup—\n\n",
      discards: { textChars: 7, ids: ["p1"] },
      sideEffects: false,
    });
    expect(final.text).toBe("The sky is blue");
  });

  test("SQ-06 the notice never appears when no other target answers, and the error holds the partial", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [begin(["The sky"], wait(100), stop)]);
    const backup = scripted(clock, [[fail("server.gateway", { status: 502 })]], { vendor: "beta" });

    const stream = await finish(clock, chain([primary, backup]).stream("Hi"));
    const { events, error } = await collect(clock, stream);

    expect(types(events)).toEqual(["start", "text-start", "text-delta"]);
    expect(error).toMatchObject({ code: "all-failed" });
    expect(isUnderstudyError(error) && error.partial?.text).toBe("The sky");
  });
});
