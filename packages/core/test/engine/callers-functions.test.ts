import { describe, expect, test } from "vitest";
import { harness, rejection } from "../harness.ts";
import { answer, fail, scripted } from "../scripted-target.ts";

const SOON = { startWithinMs: 5_000 };

function failing(): number {
  throw new Error("no limit");
}

describe("a function of a tier behind the one that is asked", () => {
  test("R3.11 that throws while the first limit is set ends the call before anything is sent", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [answer("Primary")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const call = chain([primary, { target: backup, timeoutMs: failing }]).generate("Hi", SOON);
    const error = await rejection(clock, call);

    expect(error).toMatchObject({ code: "config", attempts: [] });
    expect([primary.calls, backup.calls]).toEqual([[], []]);
    expect(events.map(({ type }) => type)).toEqual(["call-start", "end"]);
    expect(clock.pending).toBe(0);
  });

  test("R9.3 that aborts the call there leaves everything unsent", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [answer("Primary")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const controller = new AbortController();
    const timeoutMs = (): number => {
      controller.abort();
      return 1_000;
    };

    const call = chain([primary, { target: backup, timeoutMs }]).generate("Hi", { ...SOON, signal: controller.signal });
    const error = await rejection(clock, call);

    expect(error).toMatchObject({ code: "aborted", attempts: [] });
    expect([primary.calls, backup.calls]).toEqual([[], []]);
    expect(events.map(({ type }) => type)).toEqual(["call-start", "end"]);
  });

  test("R8.4 that throws after a failure leaves the attempt that failed as what it was", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [[fail("server.error", { status: 500 })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const error = await rejection(clock, chain([primary, { target: backup, timeoutMs: failing }]).generate("Hi"));

    expect(error).toMatchObject({ code: "config", attempts: [{ outcome: "failed", class: "server.error" }] });
    expect(backup.calls).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["call-start", "attempt-start", "attempt-end", "end"]);
  });
});

describe("a function that is asked when to hedge", () => {
  test("R9.1 R9.7 that aborts the call leaves everything unsent", async () => {
    const { clock, chain, events } = harness();
    const primary = scripted(clock, [answer("Primary")]);
    const controller = new AbortController();
    const hedgeAfterMs = (): number => {
      controller.abort();
      return 100;
    };

    const call = chain([{ target: primary, hedgeAfterMs }]).generate("Hi", { signal: controller.signal });
    const error = await rejection(clock, call);

    expect(error).toMatchObject({ code: "aborted", attempts: [] });
    expect(primary.calls).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["call-start", "end"]);
  });
});
