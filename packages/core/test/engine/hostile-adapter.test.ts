import { describe, expect, test } from "vitest";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, end, hang, read, scripted, wait } from "../scripted-target.ts";
import { sequence, someText, someToolCall } from "../scripts.ts";
import type { StreamPart } from "../../src/adapter/index.ts";
import { createChain, type Target } from "../../src/index.ts";
import type { VirtualClock } from "../virtual-clock.ts";

type Stream = Target["stream"];

/** Values and functions as no adapter should give them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;

function withStream(clock: VirtualClock, stream: Stream): Target {
  return { ...scripted(clock, []), stream };
}

/** An iterable whose reads are made by a function. */
const iterable = (next: () => unknown, more: object = {}): ReturnType<Stream> =>
  wrong({ [Symbol.asyncIterator]: () => ({ next, ...more }) });

const THROWS: readonly (readonly [string, unknown])[] = [
  ["an Error", new Error("boom")],
  ["a TypeError", new TypeError("x is not a function")],
  ["a DOMException named TimeoutError", new DOMException("late", "TimeoutError")],
  ["a string", "boom"],
  ["undefined", undefined],
  ["null", null],
  ["an object", { message: "boom" }],
];

describe("R10.1 an adapter that throws what it likes", () => {
  test("R9.3 instead of giving an answer has its signal aborted all the same: it may have begun something", async () => {
    const { clock, chain } = harness();
    const signals: AbortSignal[] = [];
    const target = withStream(clock, (_request, { signal }) => {
      signals.push(signal);
      throw new Error("boom");
    });

    await finish(clock, chain([target, scripted(clock, [answer("Backup")], { vendor: "beta" })]).generate("Hi"));

    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test.each(THROWS)("CL-20 %s on a read moves on to the next tier", async (_name, error) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[{ type: "throw", error }]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]).toMatchObject({ class: "adapter.threw", outcome: "failed" });
    expect(result.trace.needsAttention).toBe(true);
  });

  test("what it threw never appears in the error, only its kind", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[{ type: "throw", error: new TypeError("key sk-123") }]]);

    const error = await rejection(clock, chain([target]).generate("Hi"));

    expect(error).toMatchObject({ code: "adapter-error", vendorCode: "TypeError" });
    expect(JSON.stringify(error) + String(error.stack) + String(error.cause)).not.toContain("sk-123");
  });
});

describe("an adapter that breaks the contract", () => {
  const id = "x";
  const text: StreamPart = { type: "text-start", id };
  const part = { type: "text", text: "One" } as const;

  test.each<readonly [string, readonly StreamPart[]]>([
    ["a delta without a start", [{ type: "text-delta", id, delta: "One" }]],
    ["a delta of another kind", [text, { type: "reasoning-delta", id, delta: "One" }]],
    [
      "a delta after the end of its part",
      [text, { type: "text-end", id, part }, { type: "text-delta", id, delta: "x" }],
    ],
    ["an end without a start", [{ type: "text-end", id, part }]],
    ["an end of another kind", [text, { type: "reasoning-end", id, part: { type: "reasoning", text: "" } }]],
    ["two starts of one id", [text, text]],
    ["an id that comes back", [text, { type: "text-end", id, part }, text]],
    ["an unknown part", [wrong({ type: "music", id })]],
    ["a part that is null", [wrong(null)]],
    ["a part without a type", [wrong({ id })]],
    ["a tool call without a call", [wrong({ type: "tool-call", id })]],
  ])("R10.2 %s fails the attempt, silently and without a health verdict", async (_name, parts) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [[read(...parts), read(end())]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const built = chain([target, backup]);
    const result = await finish(clock, built.generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]?.class).toMatch(/^adapter\.(contract|threw)$/);
    expect(target.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(built.snapshot()[0]?.counts).toMatchObject({ bad: 0, slow: 0 });
  });

  test("MS-05 an end while a tool call is open fails the attempt: half a call is no call", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(someToolCall('{"path":'), read(end("tool-calls")))]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate("Hi"));

    expect(result.trace.attempts[0]?.class).toBe("adapter.contract");
  });

  test("a part without an end is no end: the iterator's own end is a truncation", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [begin(["One"])]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate("Hi"));

    expect(result.trace.attempts[0]?.class).toBe("stream.truncated");
  });
});

const STREAMS: readonly (readonly [string, Stream])[] = [
  [
    "throws in stream()",
    () => {
      throw new Error("boom");
    },
  ],
  ["returns nothing from stream()", () => wrong(undefined)],
  ["returns something that cannot be iterated", () => wrong({})],
  ["gives no iterator", () => wrong({ [Symbol.asyncIterator]: () => undefined })],
  ["gives an iterator without next()", () => wrong({ [Symbol.asyncIterator]: () => ({}) })],
  [
    "throws in next()",
    () =>
      iterable(() => {
        throw new Error("boom");
      }),
  ],
  ["returns no promise from next()", () => iterable(() => ({ done: false, value: [] }))],
  ["resolves next() with nothing", () => iterable(async () => undefined)],
  ["resolves next() with null", () => iterable(async () => null)],
  ["gives a value that is no array", () => iterable(async () => ({ done: false, value: 7 }))],
  ["gives null as a value", () => iterable(async () => ({ done: false, value: null }))],
  ["gives a string as a value", () => iterable(async () => ({ done: false, value: "junk" }))],
  ["rejects with a promise", () => iterable(async () => Promise.reject(wrong(Promise.resolve("x"))))],
];

test("R8.8 what an adapter throws where nobody asks it anything is the cause of an error that says all the rest", async () => {
  const { clock, chain } = harness();
  const boom = new Error("boom");
  const target = scripted(clock, [answer("Hi")]);
  const { capabilities } = target;
  const throwing = Object.defineProperty({ ...target }, "capabilities", {
    get: () => {
      if (target.calls.length > 0) throw boom;
      return capabilities;
    },
  });

  const error = await rejection(clock, chain([throwing]).generate("Hi"));

  expect(error).toMatchObject({
    code: "adapter-error",
    message: "The engine failed unexpectedly; see the cause.",
    cause: boom,
    attempts: [{ outcome: "stopped" }],
  });
  expect(clock.pending).toBe(0);
});

describe("an adapter whose stream is none", () => {
  test.each(STREAMS)("one that %s is an adapter failure, and the next tier answers", async (_name, stream) => {
    const { clock, chain } = harness();
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([withStream(clock, stream), backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]?.class).toMatch(/^adapter\./);
    expect(result.trace.totalMs).toEqual(0);
    expect(clock.pending).toBe(0);
  });

  test.each<readonly [string, Target["plan"]]>([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["gives nothing", () => wrong(undefined)],
  ])("one whose plan() %s is an adapter failure, and is never called", async (_name, plan) => {
    const { clock, chain } = harness();
    const target = { ...scripted(clock, [answer("No")]), plan };
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const result = await finish(clock, chain([target, backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]?.class).toBe("adapter.contract");
    expect(target.calls).toHaveLength(0);
  });

  test.each<readonly [string, object]>([
    [
      "throws in return()",
      {
        return: () => {
          throw new Error("boom");
        },
      },
    ],
    ["rejects return()", { return: async () => Promise.reject(new Error("boom")) }],
    ["never settles return()", { return: () => new Promise(() => undefined) }],
    ["has no return()", {}],
  ])("AB-03 one that %s does not hold up an abandoned attempt or a finished one", async (_name, more) => {
    const { clock, chain } = harness();
    const silent = withStream(clock, () => iterable(() => new Promise(() => undefined), more));
    const reads: readonly (readonly StreamPart[])[] = [
      [
        { type: "text-start", id: "x" },
        { type: "text-delta", id: "x", delta: "One" },
      ],
      [{ type: "text-end", id: "x", part: { type: "text", text: "One" } }, end()],
    ];
    const state = { position: 0 };
    const answering: Target = {
      ...scripted(clock, [], { vendor: "beta" }),
      stream: () => iterable(async () => ({ done: false, value: reads[state.position++] }), more),
    };

    const result = await finish(clock, chain([silent, answering]).generate("Hi"));

    expect(result).toMatchObject({ text: "One", tier: "beta/one" });
    expect(result.trace.totalMs).toEqual(15_000);
    expect(clock.pending).toBe(0);
  });

  test("TO-06 one that ignores the abort and answers late changes nothing", async () => {
    const { clock, chain, events } = harness();
    const deaf = withStream(clock, () =>
      iterable(
        () =>
          new Promise((resolve) => {
            clock.setTimeout(
              () => resolve({ done: false, value: [{ type: "usage", usage: {} }, end()] }),
              20_000,
              false,
            );
          }),
      ),
    );
    const backup = scripted(clock, [sequence(wait(14_000), someText("Backup"), wait(10_000), read(end()))], {
      vendor: "beta",
    });

    const result = await finish(clock, chain([deaf, backup]).generate("Hi"));

    expect(result.text).toBe("Backup");
    expect(types(events).filter((type) => type === "attempt-end")).toHaveLength(2);
  });

  test("R10.3 one that hangs and ignores everything still leaves the caller's abort answered at once", async () => {
    const { clock, chain } = harness();
    const controller = new AbortController();
    const deaf = withStream(clock, () => iterable(() => new Promise(() => undefined)));

    const call = chain([deaf]).generate("Hi", { signal: controller.signal });
    await clock.advance(1);
    controller.abort();

    expect((await rejection(clock, call)).code).toBe("aborted");
    expect(clock.now()).toEqual(1);
  });

  test("R5.4 one that throws after its end is not asked any more", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [
      sequence(answer("Done"), { type: "throw", error: new Error("after the end") }, hang),
    ]);

    const stream = await finish(clock, chain([target]).stream("Hi"));
    const { error } = await collect(clock, stream);

    expect(error).toBeUndefined();
  });

  test("an endless adapter that only sends empty reads is stopped by the clocks", async () => {
    const { clock, chain } = harness();
    const endless = withStream(clock, () =>
      iterable(async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 100, false));
        return { done: false, value: [] };
      }),
    );

    const error = await rejection(clock, chain([endless]).generate("Hi"));

    expect(error).toMatchObject({ code: "timeout", reason: "timeout.first-content" });
  });
});

describe("callbacks that throw", () => {
  test("MS-22 a hook that always throws changes no event and no answer, and is reported apart", async () => {
    const calm = await failOver(() => undefined);

    const wild = await failOver(broken);

    expect({ ...wild, internal: [] }).toEqual(calm);
    expect(wild.internal.length).toBeGreaterThan(5);
  });

  test("an onInternalError that throws changes nothing either", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Hello")]);

    const result = await finish(clock, chain([target], { onEvent: broken, onInternalError: broken }).generate("Hi"));

    expect(result.text).toBe("Hello");
  });
});

function broken(): never {
  throw new Error("hook bug");
}

/** A stream whose first target fails after release. */
async function failOver(onEvent: () => void) {
  const { clock, chain } = harness();
  const internal: unknown[] = [];
  const tiers = [
    scripted(clock, [begin(["One"], wait(100), { type: "throw", error: "boom" })]),
    scripted(clock, [answer("Two")], { vendor: "beta" }),
  ];
  const stream = await finish(
    clock,
    chain(tiers, { onEvent, onInternalError: (error) => internal.push(error) }).stream("Hi"),
  );
  return { ...(await collect(clock, stream)), result: await stream.result, internal };
}

describe("an adapter that never waits", () => {
  test("an endless run of empty batches still lets every clock have its turn", async () => {
    const { clock } = harness();
    const endless = withStream(clock, () => iterable(async () => ({ done: false, value: [] })));
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    // On the real clock: virtual time stands still while anything runs.
    const result = await createChain([{ target: endless, timeoutMs: 20 }, backup]).generate("Hi");

    expect(result.text).toBe("Backup");
    expect(result.trace.attempts[0]?.class).toBe("timeout.first-content");
  });
});
