import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { ChainOptions, Policy } from "../../src/index.ts";
import { answer, begin, fail, hang, scripted, wait, type Script } from "../scripted-target.ts";
import { sequence, someText } from "../scripts.ts";
import { collect, countedController, finish, harness, rejection, types } from "../harness.ts";

/** Aborts as soon as an engine event of this type is seen. */
function abortingAt(type: string): Pick<ChainOptions, "onEvent"> & {
  readonly signal: AbortSignal;
  readonly seen: readonly string[];
} {
  const controller = new AbortController();
  const seen: string[] = [];
  const onEvent = (event: { readonly type: string }): void => {
    seen.push(event.type);
    if (event.type === type) controller.abort();
  };
  return { signal: controller.signal, onEvent, seen };
}

const nothing = (): void => undefined;

describe("the caller's signal", () => {
  test("AB-06 a signal that is already aborted sends nothing and rejects in the usual shape", async () => {
    const { clock, chain, events } = harness();
    const target = scripted(clock, [answer("Hello")]);
    const reason = new Error("changed my mind");

    const error = await rejection(clock, chain([target]).generate("Hi", { signal: AbortSignal.abort(reason) }));

    expect(error).toMatchObject({ code: "aborted", reason: "caller.aborted", attempts: [], cause: reason });
    expect(target.calls).toHaveLength(0);
    expect(types(events)).toEqual(["call-start", "end"]);
    expect(clock.pending).toBe(0);
  });

  test.each<{ readonly when: string; readonly script: Script }>([
    { when: "before any byte", script: [hang] },
    { when: "in mid-answer", script: begin(["Half"], hang) },
  ])("TO-08 AB-03 R9.1 an abort $when stops the one attempt and tries no other target", async ({ script }) => {
    const { clock, chain, events } = harness();
    const { controller, listeners } = countedController();
    const primary = scripted(clock, [script]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const reason = { why: "the user left" };

    const call = chain([primary, backup]).generate("Hi", { signal: controller.signal });
    await clock.advance(500);
    expect(listeners()).toBe(1);
    controller.abort(reason);
    const error = await rejection(clock, call);

    expect(error).toMatchObject({ code: "aborted", cause: reason, attempts: [{ outcome: "stopped", endedMs: 500 }] });
    expect(clock.now()).toEqual(500);
    expect(primary.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(backup.calls).toHaveLength(0);
    expect(listeners()).toBe(0);
    expect(clock.pending).toBe(0);
    expect(types(events).filter((type) => type === "end")).toHaveLength(1);
  });

  test("R8.7 what only looks like a signal is refused before anything is sent", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hello")]);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the point
    const signal = { addEventListener: nothing, removeEventListener: nothing } as unknown as AbortSignal;

    const error = await rejection(clock, chain([target]).generate("Hi", { signal }));

    expect(error.message).toContain("signal must be an AbortSignal");
    expect(target.calls).toEqual([]);
  });

  test("R9.4 an answered call leaves no listener on it, however often it is used again", async () => {
    const { clock, chain } = harness();
    const { signal } = new AbortController();
    const built = chain([scripted(clock, [answer("Hello")])]);

    const calls = [built.generate("Hi", { signal }), built.generate("Hi", { signal })];
    expect(getEventListeners(signal, "abort")).toHaveLength(2);
    await finish(clock, Promise.all(calls));

    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("SQ-17 an abort after release throws `aborted` with what was delivered", async () => {
    const { clock, chain } = harness();
    const controller = new AbortController();
    const target = scripted(clock, [begin(["The sky", " is"], hang)]);

    const stream = await finish(clock, chain([target]).stream("Hi", { signal: controller.signal }));
    const reading = collect(clock, stream);
    await clock.advance(0);
    controller.abort();
    const { events, error } = await reading;

    expect(types(events)).toEqual(["start", "text-start", "text-delta", "text-delta"]);
    expect(error).toMatchObject({ code: "aborted", partial: { text: "The sky is" } });
    await expect(stream.result).rejects.toBe(error);
  });

  test("TO-09 an abort during a wait rejects at once and ends the wait", async () => {
    const { clock, chain } = harness();
    const controller = new AbortController();
    const target = scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 2_000 })]]);

    const call = chain([target]).generate("Hi", { signal: controller.signal });
    await clock.advance(700);
    controller.abort();
    const error = await rejection(clock, call);

    expect(error.code).toBe("aborted");
    expect(clock.now()).toEqual(700);
    expect(target.calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("R9.4 the listener is gone after an answer, and a late abort changes nothing", async () => {
    const { clock, chain, events } = harness();
    const { controller, listeners } = countedController();
    const target = scripted(clock, [answer("Hello")]);

    const result = await finish(clock, chain([target]).generate("Hi", { signal: controller.signal }));
    controller.abort();

    expect(result.text).toBe("Hello");
    expect(listeners()).toBe(0);
    expect(types(events).filter((type) => type === "end")).toHaveLength(1);
    expect(target.calls[0]?.aborted).toBe(false);
  });

  test("AB-05 the adapter gets a signal of its own attempt, never the caller's", async () => {
    const { clock, chain } = harness();
    const { signal } = new AbortController();
    const target = scripted(clock, [[fail("server.error")], answer("Hello")]);

    await finish(clock, chain([target]).generate("Hi", { signal }));

    const signals = target.calls.map((call) => call.context.signal);
    expect(signals).toHaveLength(2);
    expect(signals).not.toContain(signal);
    expect(signals[0]).not.toBe(signals[1]);
  });
});

describe("R9.7 an abort from inside a callback", () => {
  test.each(["call-start", "attempt-start", "attempt-end", "repeat"])(
    "TO-08 at %s no further upstream call is made and `end` comes once",
    async (type) => {
      const { clock, chain } = harness();
      const { signal, onEvent, seen } = abortingAt(type);
      const primary = scripted(clock, [[fail("network.reset", { beforeResponse: true })]]);
      const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

      const error = await rejection(clock, chain([primary, backup], { onEvent }).generate("Hi", { signal }));

      expect(error.code).toBe("aborted");
      expect(primary.calls.length).toBeLessThanOrEqual(1);
      expect(backup.calls).toHaveLength(0);
      expect(seen.filter((name) => name === "end")).toHaveLength(1);
      expect(seen.at(-1)).toBe("end");
      expect(seen.filter((name) => name === "attempt-start")).toHaveLength(
        seen.filter((name) => name === "attempt-end").length,
      );
      expect(clock.pending).toBe(0);
    },
  );

  test("an abort at attempt-start means that the target is never called", async () => {
    const { clock, chain } = harness();
    const { signal, onEvent } = abortingAt("attempt-start");
    const target = scripted(clock, [answer("Hello")]);

    const error = await rejection(clock, chain([target], { onEvent }).generate("Hi", { signal }));

    expect(error).toMatchObject({ code: "aborted", attempts: [{ outcome: "stopped", class: "caller.aborted" }] });
    expect(target.calls).toHaveLength(0);
  });

  test.each(["released", "attempt-end", "end"])(
    "an answer that is complete stays one when the hook aborts at its %s",
    async (type) => {
      const { clock, chain } = harness();
      const { signal, onEvent, seen } = abortingAt(type);
      const target = scripted(clock, [answer("Hello")]);

      const result = await finish(clock, chain([target], { onEvent }).generate("Hi", { signal }));

      expect(result.text).toBe("Hello");
      expect(seen).toEqual(["call-start", "attempt-start", "released", "attempt-end", "end"]);
    },
  );

  test("an abort at the release of a first delta reads nothing more from the target", async () => {
    const { clock, chain } = harness();
    const { signal, onEvent } = abortingAt("released");
    const reads: string[] = [];
    const noted = (name: string): Script => [
      {
        type: "make",
        parts: () => {
          reads.push(name);
          return [];
        },
      },
    ];
    const target = scripted(clock, [sequence(noted("before"), someText("One"), noted("after"), hang)]);

    const error = await rejection(clock, chain([target], { holdMs: 0, onEvent }).stream("Hi", { signal }));

    expect(error.code).toBe("aborted");
    expect(reads).toEqual(["before"]);
    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
  });

  test("an abort inside the policy function ends the call there", async () => {
    const { clock, chain, events } = harness();
    const controller = new AbortController();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const policy = vi.fn<Policy>(() => {
      controller.abort();
      return "next";
    });

    const call = chain([primary, backup], { policy }).generate("Hi", { signal: controller.signal });
    const error = await rejection(clock, call);

    expect(error).toMatchObject({ code: "aborted", attempts: [{ attempt: 1 }] });
    expect(backup.calls).toHaveLength(0);
    expect(types(events)).toEqual(["call-start", "attempt-start", "attempt-end", "end"]);
  });
});

describe("R9.2 a consumer that leaves", () => {
  test("AB-01 a break lets the attempt, its iterator and every timer go at once, and the hook sees one end", async () => {
    const { clock, chain, events } = harness();
    const { controller, listeners } = countedController();
    const primary = scripted(clock, [begin(["One"], hang)]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const call = chain([primary, backup]).stream("Hi", { signal: controller.signal });
    const stream = await finish(clock, call);
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(event.type);
      if (event.type === "text-delta") break;
    }

    expect(seen).toEqual(["start", "text-start", "text-delta"]);
    expect(primary.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
    expect(listeners()).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: "end", outcome: "abandoned", code: "aborted" });
    expect(types(events).filter((type) => type === "end")).toHaveLength(1);
    await expect(stream.result).rejects.toMatchObject({
      code: "aborted",
      reason: "caller.returned",
      partial: { text: "One" },
    });
    expect(backup.calls).toHaveLength(0);
  });

  test("SQ-17 after return() the iterator gives nothing more, also to a read that was waiting", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(1_000), fail("stream.reset"))]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const iterator = stream[Symbol.asyncIterator]();
    for (let reads = 0; reads < 3; reads++) await iterator.next();
    const waiting = iterator.next();
    await iterator.return?.();

    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
    expect(target.calls[0]).toMatchObject({ aborted: true, returned: 1 });
    expect(clock.pending).toBe(0);
  });

  test("AB-01 leaving textStream() while it waits stops the attempt at once", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], hang)]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const iterator = stream.textStream()[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    const left = await finish(clock, iterator.return?.() ?? Promise.reject(new Error("no return()")));

    expect(left).toEqual({ done: true, value: undefined });
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    expect(target.calls[0]).toMatchObject({ aborted: true, returned: 1 });
    expect(clock.pending).toBe(0);
  });

  test("AB-01 leaving textStream() before its first read stops the attempt too", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], hang)]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const iterator = stream.textStream()[Symbol.asyncIterator]();
    await iterator.return?.();

    expect(target.calls[0]).toMatchObject({ aborted: true, returned: 1 });
    expect(clock.pending).toBe(0);
  });

  test("a read-ahead writer that waits for room is let go with the consumer", async () => {
    const { clock, chain } = harness();
    const big = "x".repeat(70_000);
    const target = scripted(clock, [begin(["One", big, big, big], hang)]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const iterator = stream[Symbol.asyncIterator]();
    await clock.advance(1_000);
    await iterator.return?.();
    await clock.settle();

    expect(target.calls[0]).toMatchObject({ aborted: true, returned: 1 });
    expect(clock.pending).toBe(0);
  });
});

describe("promises nobody waits for", () => {
  test("AB-02 R9.5 a stream that fails with no one reading or awaiting `result` rejects nothing unhandled", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(100), fail("stream.reset"))]);

    await finish(clock, chain([target]).stream("Hi"));
    await clock.advance(1_000);

    // An unhandled rejection fails the whole run.
    expect(clock.pending).toBe(0);
  });

  test("AB-02 `result` that is taken before the failure and awaited long after it still rejects with it", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"], wait(100), fail("stream.reset"))]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const { result } = stream;
    await clock.advance(10_000);

    await expect(finish(clock, result)).rejects.toMatchObject({ code: "interrupted", partial: { text: "One" } });
  });

  test("AB-09 stream() itself rejects when nothing could start, so that a server can still answer with a status", async () => {
    const { clock, chain } = harness();
    const tiers = ["alpha", "beta"].map((vendor) => scripted(clock, [[fail("server.gateway")]], { vendor }));

    const error = await rejection(clock, chain(tiers).stream("Hi"));

    expect(error).toMatchObject({ code: "server-error", attempts: [{}, {}, {}, {}] });
  });
});
