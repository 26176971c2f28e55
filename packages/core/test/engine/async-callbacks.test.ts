// oxlint-disable unicorn/no-thenable -- promises of other makes are what this is about
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { finish, harness, rejection } from "../harness.ts";
import { answer, end, fail, read, scripted } from "../scripted-target.ts";
import { sequence, wholeToolCall } from "../scripts.ts";
import type { ChainOptions, Request } from "../../src/index.ts";
import { shareHealth } from "../../src/store/index.ts";

/** What JavaScript can hand over although its type says otherwise. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type is what is wrong
const untyped = (value: unknown): never => value as never;

class Odd extends Error {}

/** Promises of all makes that fail. */
const MAKES: readonly (readonly [string, () => unknown])[] = [
  ["a rejected promise", () => Promise.reject(new Odd("late"))],
  ["a promise that is rejected later", () => new Promise((_, reject) => setImmediate(() => reject(new Odd("late"))))],
  [
    "a thenable that rejects",
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(new Odd("late")) }),
  ],
  [
    "a thenable that throws",
    () => ({
      then: () => {
        throw new Odd("late");
      },
    }),
  ],
  [
    "an object whose `then` cannot be read",
    () => ({
      get then(): never {
        throw new Odd("late");
      },
    }),
  ],
  [
    "a thenable that throws what has no text",
    () => ({
      // oxlint-disable-next-line typescript/only-throw-error -- anything can be thrown
      then: () => {
        throw Object.create(null);
      },
    }),
  ],
];

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});

afterEach(() => {
  process.off("unhandledRejection", note);
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function ask(options: ChainOptions, request: string | Request = "Hi") {
  const { clock, chain, events } = harness();
  const onInternalError = vi.fn<(error: unknown) => void>();
  const primary = scripted(clock, [[fail("server.error")]]);
  const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
  const asked = chain([primary, backup], { onInternalError, ...options }).generate(request);
  const { text, trace } = await finish(clock, asked);
  await turns();
  return { text, trace, events, calls: [primary.calls.length, backup.calls.length], onInternalError };
}

describe.each(MAKES)("a callback that returns %s", (_, make) => {
  test("onEvent: the call is answered, and each failure goes to onInternalError", async () => {
    const onEvent = vi.fn<() => void>(() => untyped(make()));

    const { text, calls, onInternalError } = await ask({ onEvent });

    expect([text, ...calls]).toEqual(["Backup", 1, 1]);
    expect(onEvent.mock.calls.length).toBeGreaterThan(5);
    expect(onInternalError).toHaveBeenCalledTimes(onEvent.mock.calls.length);
    expect(unhandled).toEqual([]);
  });

  test("onInternalError itself: nothing happens", async () => {
    const onInternalError = vi.fn<() => void>(() => untyped(make()));

    const { text } = await ask({ onInternalError, onEvent: () => untyped(make()) });

    expect(text).toBe("Backup");
    expect(onInternalError.mock.calls.length).toBeGreaterThan(5);
    expect(unhandled).toEqual([]);
  });

  test("policy: onInternalError hears that it has to decide at once, and the default decides", async () => {
    const { text, calls, onInternalError } = await ask({ policy: () => untyped(make()) });

    expect([text, ...calls]).toEqual(["Backup", 1, 1]);
    expect(onInternalError.mock.calls.map(([error]) => error)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ message: "The policy function returned a promise: it has to decide at once." }),
      ]),
    );
    expect(onInternalError).toHaveBeenCalledTimes(2);
    expect(unhandled).toEqual([]);
  });

  test.each(["timeoutMs", "requestOverrides"] as const)("%s: the call ends with a `config` error", async (option) => {
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    const target = scripted(clock, [answer("Hello")]);
    const tiers = [{ target, name: "one", [option]: () => untyped(make()) }];

    const asked = chain(tiers, { onInternalError });
    const error = await rejection(clock, asked.generate("Hi"));
    await turns();

    expect(error).toMatchObject({
      code: "config",
      message: `The ${option} function of tier one returned a promise: it has to answer at once.`,
    });
    expect(error.attempts).toEqual([]);
    expect(asked.snapshot()[0]?.counts).toEqual({ starts: 0, ok: 0, bad: 0, slow: 0 });
    expect(target.calls).toHaveLength(0);
    expect(onInternalError).toHaveBeenCalledOnce();
    expect(unhandled).toEqual([]);
  });

  test("a store's methods: health stays local, and the failures are reported", async () => {
    const method = vi.fn<() => never>(() => untyped(make()));
    const store = shareHealth({ publish: method, subscribe: method, acquireProbe: method });
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    const primary = scripted(clock, [[fail("rate.requests", { status: 429, retryAfterMs: 30_000 })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });

    const { text } = await finish(clock, chain([primary, backup], { store, onInternalError }).generate("Hi"));
    await turns();

    expect(text).toBe("Backup");
    // Hearing, and the news of a cooldown.
    expect(onInternalError).toHaveBeenCalledTimes(2);
    expect(unhandled).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("a store's probe: the process decides alone, and its probe closes the breaker", async () => {
    const method = vi.fn<() => never>(() => untyped(make()));
    const store = shareHealth({ publish: () => undefined, subscribe: () => () => undefined, acquireProbe: method });
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    const dead = [fail("server.error", { status: 500 })];
    const primary = scripted(clock, [dead, dead, dead, dead, dead, answer("Primary")]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const asked = chain([primary, backup], { store, onInternalError });

    for (let calls = 0; calls < 5; calls++) await finish(clock, asked.generate("Hi"));
    await clock.advance(20_000);
    const { text } = await finish(clock, asked.generate("Hi"));
    await turns();

    expect([text, asked.snapshot()[0]?.breaker]).toEqual(["Primary", "closed"]);
    expect(method).toHaveBeenCalledTimes(1);
    expect(onInternalError).toHaveBeenCalledTimes(1);
    expect(unhandled).toEqual([]);
  });

  test("the check of a tool's arguments: the call is invalid, and nothing is thrown", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [sequence(wholeToolCall({ toolName: "weather" }), read(end("tool-calls")))]);
    const schema = { schema: { type: "object" }, validate: () => untyped(make()) };
    const request = {
      messages: [{ role: "user", content: "Hi" } as const],
      tools: [{ name: "weather", inputSchema: schema }],
    };

    const result = await finish(clock, chain([target]).generate(request));
    await turns();

    expect(result.invalidToolCalls).toMatchObject([{ reason: expect.stringContaining("the check threw") }]);
    expect(result.toolCalls).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  test("the conversion to JSON Schema: the request is refused before anything is sent", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("{}")]);
    const schema = untyped({
      "~standard": {
        version: 1,
        vendor: "odd",
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: make },
      },
    });
    const request: Request = { messages: [{ role: "user", content: "Hi" }], output: { type: "json", schema } };

    const error = await rejection(clock, chain([target]).generate(request));
    await turns();

    expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining("as a promise") });
    expect(target.calls).toHaveLength(0);
    expect(unhandled).toEqual([]);
  });
});

describe("async callbacks that succeed", () => {
  test("are not waited for, and nothing is reported", async () => {
    const { clock, chain } = harness();
    const onInternalError = vi.fn<(error: unknown) => void>();
    let finished = 0;
    const onEvent = async (): Promise<void> => {
      await turns();
      finished++;
    };
    const target = scripted(clock, [answer("Hello")]);

    const { text } = await finish(clock, chain([target], { onEvent, onInternalError }).generate("Hi"));
    const before = finished;
    for (let waits = 0; waits < 4; waits++) await turns();

    expect(text).toBe("Hello");
    expect(finished).toBeGreaterThan(before);
    expect(onInternalError).not.toHaveBeenCalled();
  });
});

/** The sources run without a build on Node 24 and later. */
const runsSources = Number(process.versions.node.split(".", 1)[0]) >= 24;
if (!runsSources)
  process.stderr.write("\nSkipped on this Node: a child process runs the sources on Node 24 and later.\n");

test.skipIf(!runsSources)("a process whose every callback fails later ends well and prints nothing of it", async () => {
  const program = fileURLToPath(new URL("../async-callbacks.ts", import.meta.url));

  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program]);

  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    texts: ["Two", "Two", "Two", "Two", "Two", "Two"],
    reported: ["Error: asynchronous", "TypeError: The policy function returned a promise: it has to decide at once."],
    refused: expect.stringContaining("returned a promise"),
  });
});
