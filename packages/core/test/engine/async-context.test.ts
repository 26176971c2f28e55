import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { answer, begin, end, fail, read, scripted, wait } from "../scripted-target.ts";
import { createChain, type EngineEvent } from "../../src/index.ts";
import { systemClock } from "../../src/engine/system-clock.ts";

test("`onEvent` runs in the asynchronous context of the call, also when calls and streams overlap", async () => {
  const request = new AsyncLocalStorage<number>();
  const seen: [number | undefined, EngineEvent][] = [];
  const primary = scripted(systemClock, [
    begin(["One"], wait(80), fail("stream.reset")),
    [wait(30), fail("server.error")],
    [wait(50), fail("rate.requests", { retryAfterMs: 60_000 })],
  ]);
  const backup = scripted(systemClock, [answer("Two", "Three")], { vendor: "beta" });
  const front = createChain([primary, backup], { onEvent: (event) => void seen.push([request.getStore(), event]) });

  await Promise.all(
    [1, 2, 3].map((id) =>
      request.run(id, async () => {
        const stream = await front.stream("Hi");
        for await (const { type } of stream) if (type === "finish") break;
      }),
    ),
  );

  expect(seen.filter(([id, event]) => !("callId" in event) || event.callId !== id)).toEqual([]);
  expect(seen.map(([, { type }]) => type)).toEqual(expect.arrayContaining(["released", "failover", "cooldown", "end"]));
});

test("R9.13 events of a long stream are told in the context of the call, also where a reader elsewhere makes room", async () => {
  const context = new AsyncLocalStorage<string>();
  const seen: (readonly [string, string | undefined])[] = [];
  const long = "x".repeat(70_000);
  // The last read has something to say: an end is missing.
  const front = createChain([scripted(systemClock, [begin([long, long], read(end()))])], {
    holdMs: 0,
    onEvent: ({ type }) => void seen.push([type, context.getStore()]),
  });

  const stream = await context.run("call", () => front.stream("Hi"));
  await context.run("reader", async () => {
    for await (const { type } of stream) if (type === "finish") break;
  });

  const types = ["call-start", "attempt-start", "released", "protocol-warning", "attempt-end", "end"];
  expect(seen).toEqual(types.map((type) => [type, "call"]));
});
