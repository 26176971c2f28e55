import { describe, expect, test } from "vitest";
import { finish, harness } from "../../test/harness.ts";
import { answer, begin, end, fail, hang, read, scripted, wait, type Script } from "../../test/scripted-target.ts";
import type { VirtualClock } from "../../test/virtual-clock.ts";
import type { AnswerStream, JsonValue } from "../index.ts";
import { toResponse, type AnswerResponseInit } from "./to-response.ts";

async function streamOf(...scripts: readonly Script[]) {
  const { clock, chain } = harness();
  const targets = scripts.map((script, index) => scripted(clock, [script], { vendor: "abc".charAt(index) }));
  const stream: AnswerStream = await finish(clock, chain(targets).stream("Hi"));
  return { clock, targets, stream };
}

/** What has arrived, each message without its blank line; `closed` at the end. */
function receive(response: Response): readonly string[] {
  const received: string[] = [];
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of response.body ?? []) received.push(decoder.decode(chunk).trimEnd());
    received.push("closed");
  })();
  return received;
}

const ALIVE = ": keep-alive";
const isAlive = (message: string): boolean => message === ALIVE;

async function aliveAfter(clock: VirtualClock, init: AnswerResponseInit, stream: AnswerStream): Promise<number> {
  const received = receive(toResponse(stream, { clock, ...init }));
  await clock.advance(59_000);
  return received.filter(isAlive).length;
}

describe("keep-alive comments of toResponse()", () => {
  test("one comes after every 15 s without a message, counted from the last one", async () => {
    const { clock, stream } = await streamOf(
      begin(["One"], wait(10_000), ...wordThen(wait(31_000), fail("stream.reset"))),
    );

    const received = receive(toResponse(stream, { clock }));
    await clock.advance(24_900);
    const before = received.filter(isAlive).length;
    await clock.advance(200);
    const after = received.filter(isAlive).length;
    await clock.advance(60_000);

    expect([before, after]).toEqual([0, 1]);
    expect(received.slice(-5)).toEqual([
      expect.stringContaining("Two"),
      ALIVE,
      ALIVE,
      'data: {"type":"error","code":"interrupted"}',
      "closed",
    ]);
    expect(clock.pending).toBe(0);
  });

  test("they also come while a failover waits for the next target", async () => {
    const { clock, stream } = await streamOf(begin(["One"], wait(100), fail("stream.reset")), [hang], answer("Blue"));

    const received = receive(toResponse(stream, { clock, keepAliveMs: 5_000 }));
    await clock.advance(40_000);

    const seam = received.findIndex((message) => message.includes('"failover"'));
    expect(received.slice(seam - 2, seam)).toEqual([ALIVE, ALIVE]);
    expect(received.at(-1)).toBe("closed");
  });

  test.each([
    ["the default", {}, 3],
    ["20 s", { keepAliveMs: 20_000 }, 2],
    ["0", { keepAliveMs: 0 }, 0],
    ["false", { keepAliveMs: false }, 0],
    ["Infinity", { keepAliveMs: Infinity }, 0],
  ] as const)("in 59 s of silence: %s", async (_, init, count) => {
    const { clock, stream } = await streamOf(begin(["One"], hang));

    expect(await aliveAfter(clock, init, stream)).toBe(count);
  });

  test("none is kept for a client that does not read, and no timer with it", async () => {
    const { clock, stream } = await streamOf(begin(["One", "Two", "Three"], hang));

    const reader = toResponse(stream, { clock }).body?.getReader();
    await clock.advance(40_000);
    const { pending } = clock;
    const first = new TextDecoder().decode((await reader?.read())?.value);
    const second = new TextDecoder().decode((await reader?.read())?.value);

    expect(first).toContain('"start"');
    expect(second).toContain('"text-start"');
    // The call's own alarm.
    expect(pending).toBe(1);
  });

  test("no timer is left once the client has gone, and the timer never keeps the process alive", async () => {
    const { clock, stream, targets } = await streamOf(begin(["One"], hang));
    const { body } = toResponse(stream, { clock, keepAliveMs: 1_000 });
    const reader = body?.getReader();
    for (let reads = 0; reads < 5; reads++) {
      void reader?.read();
      await clock.advance(500);
    }
    const armed = clock.pending - clock.pendingForeground;

    await reader?.cancel();

    expect(armed).toBe(1);
    expect(clock.pending).toBe(0);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
  });

  test("every message and comment stays its own, whatever the silence", async () => {
    const words = Array.from({ length: 40 }, (_, index) => index);
    const { clock, stream } = await streamOf((call) => {
      const id = call.context.newId();
      const steps = words.flatMap((word) => [wait(word * 100), read({ type: "text-delta", id, delta: `${word} ` })]);
      const text = words.map((word) => `${word} `).join("");
      return [
        read({ type: "text-start", id }),
        ...steps,
        read({ type: "text-end", id, part: { type: "text", text } }, end()),
      ];
    });

    const body = await finish(clock, toResponse(stream, { clock, keepAliveMs: 700 }).text());

    const messages = body.split("\n\n").slice(0, -1);
    const data = messages.filter((message) => !isAlive(message));
    expect(messages.filter(isAlive).length).toBeGreaterThan(30);
    expect(data.map((message) => /^data: .*"delta":"(\d+) "/.exec(message)?.[1]).filter(Boolean)).toEqual(
      words.map(String),
    );
    expect(data.at(-1)).toBe('data: {"type":"done"}');
  });
});

/** A second word of the part that `begin` opened. */
function wordThen(...then: readonly ReturnType<typeof wait>[]) {
  return [read({ type: "text-delta", id: "p1", delta: "Two" }), ...then];
}

function deep(levels: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const circular: JsonValue[] = [];
circular.push(circular);

function throwing(): never {
  throw new Error("secret");
}

describe("what toResponse() cannot send", () => {
  test.each<readonly [string, JsonValue]>([
    ["is too deep", deep(200_000)],
    ["refers to itself", circular],
    [
      "throws when it is read",
      {
        get field() {
          return throwing();
        },
      },
    ],
  ])("an event that %s ends the response with an error event and closes the upstream", async (_, data) => {
    const block = { type: "opaque", kind: "block", data } as const;
    const { clock, stream, targets } = await streamOf(
      begin(["One"], read({ type: "opaque", id: "p9", part: block }), hang),
    );

    const received = receive(toResponse(stream, { clock }));
    await clock.advance(100);

    expect(received.slice(-3)).toEqual([
      expect.stringContaining("One"),
      'data: {"type":"error","code":"adapter-error"}',
      "closed",
    ]);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
    await expect(stream.result).rejects.toMatchObject({ code: "aborted", reason: "caller.returned" });
  });

  test("a clock that throws does the same", async () => {
    const { clock, stream, targets } = await streamOf(begin(["One"], wait(20_000), hang));
    const received = receive(toResponse(stream, { clock }));
    await clock.advance(1_000);

    const sound = clock.setTimeout.bind(clock);
    clock.setTimeout = throwing;
    await clock.advance(15_000);
    clock.setTimeout = sound;

    expect(received.slice(-3)).toEqual([ALIVE, 'data: {"type":"error","code":"adapter-error"}', "closed"]);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });

  const NO_BODY = "status must be a status from 200 to 599 that has a body";
  test.each<readonly [string, object, string]>([
    ["status 204", { status: 204 }, NO_BODY],
    ["status 205", { status: 205 }, NO_BODY],
    ["status 304", { status: 304 }, NO_BODY],
    ["status 199", { status: 199 }, NO_BODY],
    ["status 600", { status: 600 }, NO_BODY],
    ["status NaN", { status: Number.NaN }, NO_BODY],
    ["a status in words", { status: "OK" }, NO_BODY],
    ["an invalid header", { headers: { "x-key": "secret\r\nx: y" } }, "its status text or headers are not valid"],
    ["an invalid status text", { statusText: "secret\n" }, "its status text or headers are not valid"],
    [
      "a negative keepAliveMs",
      { keepAliveMs: -1 },
      "keepAliveMs must be a number of milliseconds, at least 0, or false",
    ],
    ["a keepAliveMs that is not a number", { keepAliveMs: Number.NaN }, "keepAliveMs must be a number of milliseconds"],
    [
      "a misspelt keepAliveMs",
      { keepAliveMS: 5, keepALiveM: 5 },
      "unknown option `keepAliveMS` (did you mean `keepAliveMs`?)",
    ],
    ["a list of events", { events: ["text-delta"] }, "events must be a function"],
  ])("%s is refused at once with a typed error that names it, and the upstream closed", async (_, init, problem) => {
    const { clock, stream, targets } = await streamOf(begin(["One"], hang));

    let thrown: unknown;
    try {
      toResponse(stream, { clock, ...init });
    } catch (error) {
      thrown = error;
    }
    await clock.settle();

    expect(thrown).toMatchObject({ code: "invalid-request", message: expect.stringContaining(problem) });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain("secret");
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });
});

describe("the events that toResponse() sends", () => {
  test("are those that the application chooses and rewrites, with the last message in any case", async () => {
    const { clock, stream } = await streamOf(begin(["One"], wait(100), fail("stream.reset")), answer("Blue"));
    const init: AnswerResponseInit = {
      clock,
      events: (event) => {
        if (event.type === "failover") return { type: event.type, discards: event.discards };
        return event.type === "text-delta" ? event : undefined;
      },
    };

    const received = receive(toResponse(stream, init));
    await clock.advance(20_000);

    const sent = received.map((message) => message.replaceAll(/"(?:p\d+)"/g, '"p"'));
    expect(sent).toEqual([
      'data: {"type":"text-delta","id":"p","delta":"One"}',
      'data: {"type":"failover","discards":{"textChars":3,"ids":["p"]}}',
      'data: {"type":"text-delta","id":"p","delta":"Blue"}',
      'data: {"type":"done"}',
      "closed",
    ]);
  });

  test("keep the connection alive while none of them is chosen", async () => {
    const { clock, stream } = await streamOf(begin(["One"], wait(40_000), hang));

    expect(await aliveAfter(clock, { events: () => undefined }, stream)).toBe(3);
  });

  test.each<readonly [string, () => never]>([
    ["throws", throwing],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as JavaScript may write it
    ["answers later", (async () => throwing()) as unknown as () => never],
  ])("end the response as a failed answer when the function %s", async (_, events) => {
    const { clock, stream, targets } = await streamOf(begin(["One"], hang));

    const received = receive(toResponse(stream, { clock, events }));
    await clock.advance(100);

    expect(received).toEqual(['data: {"type":"error","code":"adapter-error"}', "closed"]);
    expect(targets[0]?.calls).toMatchObject([{ aborted: true, returned: 1 }]);
    expect(clock.pending).toBe(0);
  });

  test("cannot be those of a promise or an answer, and the error says what was meant", async () => {
    const { clock, chain } = harness();
    const front = chain([scripted(clock, [answer("One"), answer("Two")])]);
    for (const wrong of [front.stream("Hi"), await finish(clock, front.generate("Hi")), undefined]) {
      expect(() => Reflect.apply(toResponse, undefined, [wrong])).toThrow("takes what `await chain.stream(…)` gives");
    }
  });
});

describe("headers of toResponse()", () => {
  test("proxies are asked not to collect the messages, unless the caller says otherwise", async () => {
    const [plain, own] = [await streamOf(answer("Hello")), await streamOf(answer("Hello"))];

    expect(toResponse(plain.stream).headers.get("x-accel-buffering")).toBe("no");
    expect(toResponse(own.stream, { headers: { "X-Accel-Buffering": "yes" } }).headers.get("x-accel-buffering")).toBe(
      "yes",
    );
  });
});
