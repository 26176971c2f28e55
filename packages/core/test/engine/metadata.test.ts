import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection } from "../harness.ts";
import { answer, begin, fail, scripted, wait } from "../scripted-target.ts";
import { toResponse } from "../../src/web/index.ts";
import { type CallEvent, type CallOptions, type EngineEvent, type JsonObject } from "../../src/index.ts";
import { formatTrace } from "../../src/trace/index.ts";

const metadata = { user: "u-17", request: { id: "r-4", tags: ["chat", "beta"] } };

/** A call that fails over from a stream that breaks. */
function failingOver() {
  const world = harness();
  const primary = scripted(world.clock, [begin(["Hel"], wait(100), fail("stream.reset"))]);
  const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
  return { ...world, primary, backup, built: world.chain([primary, backup]) };
}

const ofCalls = (events: readonly EngineEvent[]): readonly CallEvent[] =>
  events.filter((event) => event.type !== "breaker" && event.type !== "cooldown" && "callId" in event);

describe("R9.12 `metadata` of a call", () => {
  test("is in each of its events, and in the trace, as one frozen object", async () => {
    const { clock, built, events } = failingOver();

    const stream = await finish(clock, built.stream("Hi", { metadata }));
    const seen = await collect(clock, stream);
    const { trace } = await stream.result;

    const given = ofCalls(events);
    expect(new Set(given.map(({ type }) => type))).toEqual(
      new Set(["call-start", "attempt-start", "attempt-end", "released", "failover", "end"]),
    );
    expect(trace.metadata).toEqual(metadata);
    for (const event of given) expect(event.metadata).toBe(trace.metadata);
    expect(Object.isFrozen(trace.metadata)).toBe(true);
    expect(Object.isFrozen(trace.metadata?.["request"])).toBe(true);
    expect(JSON.stringify(seen.events)).not.toContain("u-17");
  });

  test("reaches no vendor, no web response and no printed trace", async () => {
    const { clock, built, primary, backup } = failingOver();

    const stream = await finish(clock, built.stream("Hi", { metadata }));
    const body = await finish(clock, toResponse(stream).text());
    const { trace } = await stream.result;

    const sent = [...primary.calls, ...backup.calls].map(({ request }) => JSON.stringify(request));
    expect(sent).toHaveLength(2);
    for (const text of [...sent, body, formatTrace(trace)]) expect(text).not.toContain("u-17");
  });

  test("is read once, when the call begins: later changes are not seen, and nothing of the caller's is frozen", async () => {
    const { clock, built, events } = failingOver();
    const own = { user: "u-17", tags: ["a"] };

    const call = built.generate("Hi", { metadata: own });
    own.user = "somebody else";
    own.tags.push("b");
    const { trace } = await finish(clock, call);

    expect(trace.metadata).toEqual({ user: "u-17", tags: ["a"] });
    expect(ofCalls(events).at(-1)?.metadata).toEqual({ user: "u-17", tags: ["a"] });
  });

  test("of calls at the same time stays with its call, and a call without has none", async () => {
    const { clock, built, events } = failingOver();

    const given: readonly (JsonObject | undefined)[] = [{ call: 1 }, undefined, { call: 3 }];
    const answers = await finish(
      clock,
      Promise.all(given.map((one) => built.generate("Hi", one === undefined ? {} : { metadata: one }))),
    );

    expect(answers.map(({ trace }) => trace.metadata)).toEqual(given);
    for (const event of ofCalls(events)) expect(event.metadata).toEqual(given[event.callId - 1]);
    expect(
      ofCalls(events)
        .filter(({ callId }) => callId === 2)
        .some((event) => "metadata" in event),
    ).toBe(false);
    expect("metadata" in (answers[1]?.trace ?? {})).toBe(false);
  });

  test("is in the events of a call that fails and of one that is aborted before it begins", async () => {
    const world = harness();
    const built = world.chain([scripted(world.clock, [[fail("request.invalid")]])]);

    const error = await rejection(world.clock, built.generate("Hi", { metadata }));
    await rejection(world.clock, built.generate("Hi", { metadata, signal: AbortSignal.abort() }));

    expect(error.trace?.metadata).toEqual(metadata);
    const ends = ofCalls(world.events).filter(({ type }) => type === "end");
    expect(ends.map((event) => event.metadata)).toEqual([metadata, metadata]);
  });

  test("may be empty, undefined, without a prototype, and as long as 8,192 characters of JSON", async () => {
    const { clock, built } = failingOver();
    const longest = { text: "x".repeat(8_192 - '{"text":""}'.length) };
    const bare: JsonObject = Object.assign(Object.create(null), { user: "u-17" });

    const traces: (JsonObject | undefined)[] = [];
    for (const one of [{}, undefined, bare, longest]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      traces.push((await finish(clock, built.generate("Hi", { metadata: one }))).trace.metadata);
    }

    expect(traces).toEqual([{}, undefined, { user: "u-17" }, longest]);
  });

  test.each<readonly [string, unknown, string]>([
    ["text", "u-17", "metadata must be an object"],
    ["a list", ["u-17"], "metadata must be an object"],
    ["null", null, "metadata must be an object"],
    ["a function inside", { user: { name: () => "u-17" } }, "metadata.user.name is a function, which JSON cannot hold"],
    ["a big integer", { count: 1n }, "metadata.count is a bigint, which JSON cannot hold"],
    ["what is no number", { list: [Number.NaN] }, "metadata.list[0] must be a finite number"],
    ["an instance", { at: new Date(0) }, "metadata.at is not a plain object: give what JSON.parse would"],
    ["an instance itself", new Map([["user", "u-17"]]), "metadata is not a plain object: give what JSON.parse would"],
    ["too much", { text: "x".repeat(8_192) }, "metadata must be at most 8192 characters of JSON: put ids in it"],
    ["itself", circular(), "levels deep, or holds itself"],
    [
      "a getter that throws",
      {
        get user(): string {
          throw new Error("u-17");
        },
      },
      "metadata.user cannot be read",
    ],
  ])("that is %s is refused with its place, before anything is sent", async (_name, wrong, message) => {
    const { clock, built, primary, events } = failingOver();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    const options = { metadata: wrong } as CallOptions;

    const errors = [
      await rejection(clock, built.generate("Hi", options)),
      await rejection(clock, built.stream("Hi", options)),
    ];

    for (const error of errors) {
      expect(error.code).toBe("invalid-request");
      expect(error.message).toContain(message);
      expect(error.message).not.toContain("u-17");
    }
    expect([primary.calls.length, events.length]).toEqual([0, 0]);
  });

  test("that is wrong is named together with a tier that is unknown", async () => {
    const { clock, built } = failingOver();

    const error = await rejection(
      clock,
      built.generate("Hi", { tiers: ["nobody"], metadata: { text: "x".repeat(9_000) } }),
    );

    expect(error.message).toMatch(/`tiers` names .*; metadata must be at most/);
  });
});

function circular(): object {
  const own: { self?: object } = {};
  own.self = own;
  return own;
}
