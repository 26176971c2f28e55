import { describe, expect, test } from "vitest";
import { collect, finish, harness, types } from "../harness.ts";
import { answer, begin, fail, hang, scripted, stop, wait } from "../scripted-target.ts";
import type { AnswerStream, ChainOptions } from "../../src/index.ts";
import { DEFAULTS } from "../../src/engine/options.ts";
import { toResponse } from "../../src/web/index.ts";
import type { Script } from "../scripted-target.ts";
import type { VirtualClock } from "../virtual-clock.ts";

function unreachable(): never {
  throw new Error("The result was rejected.");
}

async function streamOf(scripts: readonly Script[], options: ChainOptions = {}) {
  const { clock, chain } = harness();
  const targets = scripts.map((script, index) => scripted(clock, [script], { vendor: "abc".charAt(index) }));
  const stream: AnswerStream = await finish(clock, chain(targets, options).stream("Hi"));
  return { clock, targets, stream };
}

/** The JSON events of a response, as a browser would parse them. */
async function readResponse(clock: VirtualClock, response: Response): Promise<unknown[]> {
  const body = await finish(clock, response.text());
  return body
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message): unknown => JSON.parse(message.replace(/^data: /, "")));
}

const WAYS: readonly (readonly [string, (stream: AnswerStream) => unknown])[] = [
  ["iterating", (stream) => stream[Symbol.asyncIterator]()],
  ["textStream()", (stream) => stream.textStream()],
  ["toResponse()", (stream) => toResponse(stream)],
];

describe("R9.10 one consumer per stream", () => {
  const pairs = WAYS.flatMap(([first, consume]) => WAYS.map(([second, again]) => ({ first, second, consume, again })));

  test.each(pairs)("$second after $first throws at once and names the first", async ({ consume, again }) => {
    const { clock, stream } = await streamOf([answer("Hello")]);

    consume(stream);

    expect(() => again(stream)).toThrow(expect.objectContaining({ code: "invalid-request" }));
    expect((await finish(clock, stream.result)).text).toBe("Hello");
  });
});

test("members of a stream work when they are taken off it, and count as its one consumer", async () => {
  const { clock, stream } = await streamOf([answer("Hello", " there")]);
  const { textStream, result, callId } = stream;
  const texts: string[] = [];

  const reading = (async () => {
    for await (const text of textStream()) texts.push(text);
  })();
  await finish(clock, reading);

  expect(texts).toEqual(["Hello", " there"]);
  expect((await result).text).toBe("Hello there");
  expect(callId).toBe(1);
  expect(() => textStream()).toThrow("already read by textStream()");
});

describe("result", () => {
  test("AB-01 awaiting it alone reads the stream to its end", async () => {
    const long = answer(...Array.from({ length: 200 }, () => "x".repeat(1_000)));
    const { clock, stream } = await streamOf([long]);

    const result = await finish(clock, stream.result);

    expect(result.text).toHaveLength(200_000);
    expect(() => stream.textStream()).toThrow("awaiting `result`");
    expect(clock.pending).toBe(0);
  });

  test("taking it without waiting for it reads nothing", async () => {
    const { clock, stream } = await streamOf([answer("Hello", " there")]);

    const { result } = stream;
    await clock.advance(1_000);
    const { events } = await collect(clock, stream);

    expect(types(events)).toEqual(["start", "text-start", "text-delta", "text-delta", "text-end", "finish"]);
    expect((await result).text).toBe("Hello there");
  });

  test("awaiting it first and iterating in the same turn lets the iterator read", async () => {
    const { clock, stream } = await streamOf([answer("Hello")]);

    const waiting = Promise.all([stream.result, collect(clock, stream)]);
    const [result, { events }] = await finish(clock, waiting);

    expect(result.text).toBe("Hello");
    expect(types(events)).toContain("text-delta");
  });

  test.each(["then", "catch"] as const)("%s counts as waiting for it", async (method) => {
    const { clock, stream } = await streamOf([answer("Hello")]);

    const { result } = stream;
    const derived = method === "then" ? result.then((value) => value) : result[method](unreachable);

    expect((await finish(clock, derived)).text).toBe("Hello");
  });

  test("it is a real promise to whoever looks", async () => {
    const { clock, stream } = await streamOf([answer("Hello")]);

    const results = await finish(clock, Promise.allSettled([stream.result, stream.result]));

    expect(results).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(Object.prototype.toString.call(stream.result)).toBe("[object Promise]");
  });

  test("AB-08 R4.9 a failure reaches the iterator and result alike, and the iterator is done after it", async () => {
    const { clock, stream } = await streamOf([begin(["One"], wait(100), stop)]);

    const iterator = stream[Symbol.asyncIterator]();
    for (let reads = 0; reads < 3; reads++) await iterator.next();
    const failed = await finish(
      clock,
      iterator.next().catch((error: unknown) => error),
    );

    expect(failed).toMatchObject({ code: "interrupted" });
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
    await expect(stream.result).rejects.toBe(failed);
  });
});

describe("reading", () => {
  test("reads that wait at once get the events in order", async () => {
    const { clock, stream } = await streamOf([begin(["One", "Two"], wait(500), stop)]);

    const iterator = stream[Symbol.asyncIterator]();
    const reads = Array.from({ length: 7 }, () =>
      iterator.next().then(
        (result) => result.value?.type ?? "done",
        () => "error",
      ),
    );

    expect(await finish(clock, Promise.all(reads))).toEqual([
      "start",
      "text-start",
      "text-delta",
      "text-delta",
      "error",
      "done",
      "done",
    ]);
  });

  test.each<readonly [string, readonly Script[], readonly string[]]>([
    ["that is there already", [answer("a", "b", "c")], ["a", "b", "c", "done", "done", "done", "done", "done"]],
    [
      "that comes later and breaks twice",
      [begin(["One", "Two"], wait(500), fail("stream.reset")), begin(["Three"], wait(500), stop)],
      ["One", "Two", DEFAULTS.marker, "Three", "error", "done", "done", "done"],
    ],
  ])("eight texts of an answer %s, asked for at once, come in order, `done` last", async (_, scripts, texts) => {
    const { clock, stream } = await streamOf(scripts);

    const iterator = stream.textStream();
    const inOrder: unknown[] = [];
    const reads = Array.from({ length: 8 }, async () => {
      const shown = await iterator.next().then(
        (result) => result.value ?? "done",
        () => "error",
      );
      inOrder.push(shown);
      return shown;
    });

    expect(await finish(clock, Promise.all(reads))).toEqual(texts);
    expect(inOrder).toEqual(texts);
  });

  const ITERATORS: readonly (readonly [string, (stream: AnswerStream) => AsyncIterableIterator<unknown>])[] = [
    ["the event iterator", (stream) => stream[Symbol.asyncIterator]()],
    ["textStream()", (stream) => stream.textStream()],
  ];

  test.each(ITERATORS)("%s: leaving ends the reads that wait, in order and before it is answered", async (_, read) => {
    const { clock, stream, targets } = await streamOf([begin(["One"], hang)]);
    const iterator = read(stream);
    const answered: string[] = [];
    const reads = Array.from({ length: 6 }, (__, index) =>
      iterator.next().then(({ done }) => answered.push(`${index} ${done === true ? "done" : "event"}`)),
    );
    await clock.settle();
    const early = answered.splice(0);

    const left = iterator.return?.().then((result) => answered.push(`left ${result.done}`));
    await Promise.all([...reads, left]);

    expect(early.every((entry) => entry.endsWith("event"))).toBe(true);
    expect(answered).toEqual([
      ...Array.from({ length: 6 - early.length }, (__, index) => `${index + early.length} done`),
      "left true",
    ]);
    expect(answered.length).toBeGreaterThan(2);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });

  test.each(ITERATORS)(
    "%s: a generator that wraps it can throw through it, and everything is let go",
    async (_, read) => {
      const { clock, stream, targets } = await streamOf([begin(["One"], hang)]);
      async function* wrapped(): AsyncGenerator {
        yield* read(stream);
      }
      const iterator = wrapped();
      await iterator.next();

      await expect(iterator.throw(new Error("mine"))).rejects.toThrow("mine");

      expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
      expect(clock.pending).toBe(0);
      await expect(stream.result).rejects.toMatchObject({ code: "aborted", reason: "caller.returned" });
    },
  );

  test("reads of a response that wait at once get the messages in order", async () => {
    const { clock, stream } = await streamOf([begin(["One", "Two"], wait(500), stop)]);

    const reader = toResponse(stream, { clock }).body?.getReader();
    const reads = await finish(clock, Promise.all(Array.from({ length: 7 }, async () => reader?.read())));

    const decoder = new TextDecoder();
    const shown = reads.map((read) => /"type":"([a-z-]+)"/.exec(decoder.decode(read?.value))?.[1] ?? "closed");
    expect(shown).toEqual(["start", "text-start", "text-delta", "text-delta", "error", "closed", "closed"]);
  });

  test("MS-18 R4.8 the events that a consumer obeys show the same as the result", async () => {
    const { clock, stream } = await streamOf([
      begin(["The ", "sky"], wait(100), fail("stream.reset")),
      begin(["It is"], wait(100), fail("stream.reset")),
      answer("Blue", "."),
    ]);

    const { events } = await collect(clock, stream);
    const shown = new Map<string, string>();
    for (const event of events) {
      if (event.type === "text-delta") shown.set(event.id, (shown.get(event.id) ?? "") + event.delta);
      if (event.type === "failover") for (const id of event.discards.ids) shown.delete(id);
    }

    expect([...shown.values()].join("")).toBe((await stream.result).text);
  });
});

describe("toResponse()", () => {
  test("writes one JSON event per message and `done` at the end, with headers no proxy rewrites", async () => {
    const { clock, stream } = await streamOf([answer("Héllo\n\n")]);

    const response = toResponse(stream, { clock });
    const messages = await readResponse(clock, response);

    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(messages).toEqual([
      { type: "start", attempt: 1, tier: "a/one", vendor: "a", model: "one", losses: [] },
      { type: "text-start", id: "p1" },
      { type: "text-delta", id: "p1", delta: "Héllo\n\n" },
      { type: "text-end", id: "p1", part: { type: "text", text: "Héllo\n\n" } },
      { type: "finish", finishReason: "stop", rawFinishReason: "stop" },
      { type: "done" },
    ]);
  });

  test("takes a status and headers of the caller's own", async () => {
    const { stream } = await streamOf([answer("Hello")]);

    const response = toResponse(stream, { status: 201, headers: { "cache-control": "no-store", "x-a": "1" } });

    expect([response.status, response.headers.get("cache-control"), response.headers.get("x-a")]).toEqual([
      201,
      "no-store",
      "1",
    ]);
  });

  test("shows a failover and then an error as its last message, with the code and nothing secret", async () => {
    const { clock, stream } = await streamOf([
      begin(["One"], wait(100), fail("stream.reset")),
      begin(["Two"], wait(100), fail("server.overloaded", { retryAfterMs: 9_000, vendorMessage: "secret" })),
    ]);

    const messages = await readResponse(clock, toResponse(stream, { clock }));

    expect(messages).toContainEqual(expect.objectContaining({ type: "failover" }));
    expect(messages.at(-1)).toEqual({ type: "error", code: "all-failed" });
  });

  test("AB-01 AB-03 a client that leaves while a message is awaited closes the upstream at once", async () => {
    const { clock, stream, targets } = await streamOf([begin(["One"], hang)]);

    const reader = toResponse(stream, { clock }).body?.getReader();
    await reader?.read();
    await clock.settle();
    await reader?.cancel("gone");

    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });

  test("back-pressure reaches the engine: nothing is pulled ahead of the client", async () => {
    const { clock, stream, targets } = await streamOf([begin(["x".repeat(70_000), "y", "z"], hang)], { holdMs: 0 });

    toResponse(stream, { clock });
    await clock.advance(61_000);

    expect(targets[0]?.calls).toMatchObject([{ aborted: false, returned: 0 }]);
    expect(clock.pendingForeground).toBe(0);
  });
});
