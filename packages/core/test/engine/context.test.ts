import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, type Harness } from "../harness.ts";
import { answer, begin, fail, hang, scripted, wait, type Script } from "../scripted-target.ts";
import type { Chain, EngineEvent } from "../../src/index.ts";
import { toResponse } from "../../src/web/index.ts";
import type { VirtualClock } from "../virtual-clock.ts";

const storage = new AsyncLocalStorage<string>();

/** Timers run in the context in which they were set, as those of every runtime do. */
function withContexts(clock: VirtualClock): VirtualClock {
  const setTimeout = clock.setTimeout.bind(clock);
  clock.setTimeout = (callback, ...rest) => setTimeout(AsyncLocalStorage.bind(callback), ...rest);
  return clock;
}

interface Rig extends Harness {
  readonly built: Chain;
  /** The contexts of all events of a call, and their types. */
  readonly contexts: (callId: number) => { readonly contexts: unknown[]; readonly types: Set<EngineEvent["type"]> };
}

/** A chain of two tiers that notes in which context each event is told. */
function rig(first: readonly Script[], second: readonly Script[] = [answer("Backup")]): Rig {
  const world = harness();
  const clock = withContexts(world.clock);
  const seen: { readonly event: EngineEvent; readonly context: unknown }[] = [];
  const targets = [scripted(clock, first), scripted(clock, second, { vendor: "beta" })];
  const built = world.chain(targets, {
    onEvent: (event) => void seen.push({ event, context: storage.getStore() }),
  });
  return {
    ...world,
    built,
    contexts: (callId) => {
      const own = seen.filter(({ event }) => "callId" in event && event.callId === callId);
      return {
        contexts: [...new Set(own.map(({ context }) => context))],
        types: new Set(own.map(({ event }) => event.type)),
      };
    },
  };
}

/** Time passes in nobody's context, as an event loop lets it. */
const outside = <Value>({ clock }: Harness, work: Promise<Value>): Promise<Value> =>
  storage.run("outside", () => finish(clock, work));

const repaired: Script = [
  fail("request.rejected", {
    status: 400,
    repair: { description: "without a field", apply: (request) => ({ ...request, without: ["field"] }) },
  }),
];

describe("R9.13 `onEvent` runs in the context of the call", () => {
  test.each<readonly [string, readonly Script[], readonly EngineEvent["type"][]]>([
    ["an answer", [answer("Hello")], ["call-start", "attempt-end", "end"]],
    ["a slow answer", [[wait(500), hang], answer("Hello")], ["end"]],
    ["a repair", [repaired, repaired, repaired, answer("Hello")], ["repair", "end"]],
    ["another tier", [[fail("server.error", { status: 500 })]], ["attempt-end", "end"]],
    ["a cut answer", [begin(["Hel"], wait(200), fail("stream.reset"))], ["attempt-end", "end"]],
    ["a hard block", [[fail("auth.invalid", { status: 401 })]], ["credential-problem", "skipped", "end"]],
  ])("for `generate` with %s, of several calls at the same time", async (_what, script, expected) => {
    const made = rig(script);
    const names = ["one", "two", "three"];

    const calls = names.map((name) => storage.run(name, () => made.built.generate("Hi")));
    await outside(made, Promise.all(calls));
    await outside(
      made,
      storage.run("four", () => made.built.generate("Hi")),
    );

    const told = [1, 2, 3, 4].map((callId) => made.contexts(callId));
    expect(told.map(({ contexts }) => contexts)).toEqual([["one"], ["two"], ["three"], ["four"]]);
    const types = new Set(told.flatMap((one) => [...one.types]));
    for (const type of expected) expect(types).toContain(type);
  });

  test("with a repeat that is waited for", async () => {
    const failing: Script = [fail("server.error", { status: 500 })];
    const made = rig([failing], [failing, answer("Backup")]);

    await outside(
      made,
      storage.run("one", () => made.built.generate("Hi")),
    );

    expect(made.contexts(1)).toMatchObject({ contexts: ["one"] });
    expect(made.contexts(1).types).toContain("repeat");
  });

  test("for a stream with failover, whoever reads it", async () => {
    const made = rig([begin(["Hel"], wait(200), fail("stream.reset"))]);

    const opened = await outside(
      made,
      Promise.all(["one", "two"].map((name) => storage.run(name, () => made.built.stream("Hi")))),
    );
    const [one, two] = opened;
    if (one === undefined || two === undefined) throw new Error("There are two streams.");
    const { events } = await storage.run("reader", () => collect(made.clock, one));
    const text = await outside(
      made,
      storage.run("reader", () => toResponse(two).text()),
    );

    expect(events.map(({ type }) => type)).toContain("failover");
    expect(text).toContain("Backup");
    for (const [callId, name] of [
      [1, "one"],
      [2, "two"],
    ] as const) {
      expect(made.contexts(callId).contexts).toEqual([name]);
      expect([...made.contexts(callId).types]).toEqual(expect.arrayContaining(["released", "failover", "end"]));
    }
  });

  test("for limits and deadlines that pass", async () => {
    const made = rig([[hang]], [[hang]]);

    const call = storage.run("one", () => rejection(made.clock, made.built.generate("Hi", { deadlineMs: 40_000 })));
    const error = await outside(made, call);

    expect([error.code, made.contexts(1).contexts]).toEqual(["timeout", ["one"]]);
  });

  test("except for what an abort or a reader who leaves causes: that is told in theirs", async () => {
    const made = rig([begin(["Hel"], hang)]);
    const controller = new AbortController();

    const call = storage.run("one", () =>
      rejection(made.clock, made.built.generate("Hi", { signal: controller.signal })),
    );
    await made.clock.advance(10);
    storage.run("aborter", () => controller.abort());
    await outside(made, call);
    const stream = await outside(
      made,
      storage.run("two", () => made.built.stream("Hi")),
    );
    await storage.run("reader", () => stream[Symbol.asyncIterator]().return?.());

    expect(made.contexts(1).contexts).toEqual(["one", "aborter"]);
    expect(made.contexts(2).contexts).toEqual(["two", "reader"]);
  });
});
