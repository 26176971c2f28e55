import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import type { AttemptContext, StreamPart, TargetRequest } from "../../src/adapter/index.ts";
import { createChain, isUnderstudyError, type CallContent, type EngineEvent, type Observer } from "../../src/index.ts";
import { collect, finish, harness, rejection, settled, types, type Harness } from "../harness.ts";
import { answer, begin, end, fail, read, scripted, wait, type Script } from "../scripted-target.ts";
import { sequence, wholeToolCall } from "../scripts.ts";

const called = (type: string, callId: number) => `${type} ${callId}`;
const idOf = (event: EngineEvent): number => ("callId" in event ? (event.callId ?? 0) : 0);

/** A chain whose first target fails twice in silence, so that the second answers; watched by the given observers. */
function watched(
  observers: readonly (() => Observer)[],
  scripts: readonly Script[] = [[fail("server.error", { status: 500 })]],
): Harness & { readonly errors: unknown[]; readonly built: ReturnType<Harness["chain"]> } {
  const world = harness();
  const errors: unknown[] = [];
  const built = world.chain(
    [scripted(world.clock, scripts), scripted(world.clock, [answer("Hel", "lo")], { vendor: "beta", model: "two" })],
    { observers, onInternalError: (error) => errors.push(error) },
  );
  return { ...world, errors, built };
}

describe("R12.1 `observers`", () => {
  test("see the events that `onEvent` sees, in the same order, and are made once with the chain", async () => {
    const seen: EngineEvent[][] = [[], []];
    let made = 0;
    const { clock, built, events } = watched(
      seen.map((list) => () => {
        made++;
        return { onEvent: (event: EngineEvent) => void list.push(event) };
      }),
    );

    await finish(clock, built.generate("Hi"));
    await finish(clock, built.generate("Hi"));

    expect(made).toBe(2);
    expect(types(events).filter((type) => type === "end")).toHaveLength(2);
    expect(seen).toEqual([events, events]);
  });

  test("get the chain's tiers and its snapshot, and methods keep their `this`", async () => {
    class Counting implements Observer {
      readonly told: string[] = [];
      onEvent(event: EngineEvent): void {
        this.told.push(called(event.type, idOf(event)));
      }
    }
    const world = harness();
    const counting = new Counting();
    const tiers: (readonly string[])[] = [];
    const built = world.chain([scripted(world.clock, [answer("Hi")])], {
      observers: [
        (chain) => {
          tiers.push(
            chain.tiers,
            chain.snapshot().map(({ tier }) => tier),
          );
          return counting;
        },
      ],
    });

    await finish(world.clock, built.generate("Hi"));

    expect(tiers).toEqual([["alpha/one"], ["alpha/one"]]);
    expect(counting.told).toEqual(["call-start 1", "attempt-start 1", "released 1", "attempt-end 1", "end 1"]);
  });

  test("that cannot be made leave a chain that works, and the others", async () => {
    const told: string[] = [];
    const { clock, built, errors } = watched([
      () => {
        throw new Error("no exporter");
      },
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
      () => null as unknown as Observer,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
      () => Promise.reject(new Error("too late")) as unknown as Observer,
      () => ({ onEvent: (event) => void told.push(event.type) }),
    ]);

    const { message } = await finish(clock, built.generate("Hi"));

    expect(message.content).toEqual([{ type: "text", text: "Hello" }]);
    expect(told.at(-1)).toBe("end");
    expect(errors.map(String)).toEqual(["Error: no exporter", expect.stringMatching(/^TypeError/), "Error: too late"]);
  });

  test.each<readonly [string, unknown]>([
    ["an object", {}],
    ["a function", () => ({})],
    ["a list with something else in it", [() => ({}), {}]],
    ["a list of null", [null]],
  ])("that are %s instead of a list of functions are refused before anything is built", (_name, observers) => {
    const world = harness();
    let error: unknown;
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
      createChain([scripted(world.clock, [])], { observers } as object);
    } catch (thrown) {
      error = thrown;
    }

    expect(isUnderstudyError(error) && [error.code, error.message]).toEqual([
      "config",
      "The chain cannot be built: observers must be an array of functions.",
    ]);
  });
});

/** A target that says in which context each of its reads is made. */
function contextual(storage: AsyncLocalStorage<string>, seen: string[], failing: boolean) {
  const base = scripted(harness().clock, [], { vendor: failing ? "alpha" : "beta" });
  const here = (): void => void seen.push(storage.getStore() ?? "nothing");
  async function* stream(_request: TargetRequest, { newId }: AttemptContext): AsyncIterable<readonly StreamPart[]> {
    here();
    await Promise.resolve();
    here();
    const id = newId();
    yield [{ type: "text-start", id }];
    for (const delta of ["a".repeat(70_000), "b".repeat(70_000)]) {
      here();
      yield [{ type: "text-delta", id, delta }];
    }
    here();
    if (failing) return;
    yield [{ type: "text-end", id, part: { type: "text", text: "" } }, end()];
  }
  return { ...base, stream };
}

/** What both observers log of one attempt. */
const logOf = (n: number): string[] => [
  `a told ${n}`,
  `b told ${n}`,
  `a in ${n}`,
  `b in ${n}`,
  `b out ${n}`,
  `a out ${n}`,
];

describe("R12.2 `aroundAttempt`", () => {
  test("has the whole run of its attempt inside: the request, and every read, whoever reads the stream", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const chain = createChain([contextual(storage, seen, true), contextual(storage, seen, false)], {
      holdMs: 0,
      observers: [
        () => ({
          aroundAttempt: ({ callId, attempt, tier }, run) => storage.run(`${callId}.${attempt} ${tier}`, run),
        }),
      ],
    });

    const stream = await storage.run("caller", () => chain.stream("Hi"));
    await storage.run("reader", async () => {
      let chars = 0;
      for await (const event of stream) chars += event.type === "text-delta" ? event.delta.length : 0;
      expect(chars).toBe(280_000);
    });

    expect(seen).toEqual([...Array<string>(5).fill("1.1 alpha/one"), ...Array<string>(5).fill("1.2 beta/one")]);
  });

  test("is called behind its `attempt-start`, the first observer outside, and only for attempts that are made", async () => {
    const log: string[] = [];
    const named = (name: string) => (): Observer => ({
      onEvent: (event) => void (event.type === "attempt-start" && log.push(`${name} told ${event.attempt}`)),
      aroundAttempt: ({ attempt }, run) => {
        log.push(`${name} in ${attempt}`);
        const running = run();
        log.push(`${name} out ${attempt}`);
        return running;
      },
    });
    const { clock, built } = watched([named("a"), () => ({}), named("b")]);

    await finish(clock, built.generate("Hi"));

    expect(log).toEqual([...logOf(1), ...logOf(2)]);
  });
});

const NOT_CALLED = "TypeError: aroundAttempt has to call run at once.";

/** What is wrong with it, and what `onInternalError` hears of each attempt. */
const misbehaving: Readonly<Record<string, readonly [Observer["aroundAttempt"] & object, ...string[]]>> = {
  "throws before it calls run": [
    () => {
      throw new Error("before");
    },
    "Error: before",
    NOT_CALLED,
  ],
  "throws behind run": [
    (_attempt, run) => {
      run();
      throw new Error("behind");
    },
    "Error: behind",
  ],
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  "never calls run": [(() => undefined) as never, NOT_CALLED],
  "calls run twice": [(_attempt, run) => (run(), run())],
  "calls run too late": [
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    (async (_attempt: unknown, run: () => unknown) => {
      await Promise.resolve();
      return run();
    }) as never,
    NOT_CALLED,
  ],
  "is async and hands on what run returns": [
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    (async (_attempt: unknown, run: () => unknown) => run()) as never,
  ],
  "is async and rejects": [
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    (async (_attempt: unknown, run: () => Promise<unknown>) => {
      await run().catch(() => undefined);
      throw new Error("async");
    }) as never,
    "Error: async",
  ],
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  "returns something else": [((_attempt: unknown, run: () => unknown) => (run(), 7)) as never],
};

describe("R12.3 an observer", () => {
  test.each(Object.entries(misbehaving))("whose `aroundAttempt` %s changes nothing", async (_name, [hook, ...said]) => {
    const others: string[] = [];
    const { clock, built, errors } = watched([
      () => ({ aroundAttempt: hook }),
      () => ({ aroundAttempt: ({ attempt }, run) => (others.push(`in ${attempt}`), run()) }),
    ]);

    const { trace, message } = await finish(clock, built.generate("Hi"));

    expect(message.content).toEqual([{ type: "text", text: "Hello" }]);
    expect(trace.attempts.map(({ outcome, class: failed }) => failed ?? outcome)).toEqual(["server.error", "answered"]);
    expect(others).toEqual(["in 1", "in 2"]);
    expect(errors.map(String)).toEqual([...said, ...said]);
  });

  test("that throws or rejects in `onEvent` or `onContent` changes nothing, and the others still see all", async () => {
    const told: string[] = [];
    const { clock, built, errors, events } = watched([
      () => ({
        onEvent: () => {
          throw new Error("sync");
        },
        onContent: () => Promise.reject(new Error("async")),
      }),
      () => ({ onEvent: ({ type }) => void told.push(type) }),
    ]);

    await finish(clock, built.generate("Hi"));

    expect(told).toEqual(types(events));
    expect(errors.filter((error) => String(error) === "Error: sync")).toHaveLength(events.length);
    expect(errors.filter((error) => String(error) === "Error: async")).toHaveLength(2);
  });

  test("may end the call in any hook: no further attempt is made, and `end` is the last event", async () => {
    const controller = new AbortController();
    const { clock, built, events, errors } = watched([
      () => ({
        aroundAttempt: (_attempt, run) => {
          controller.abort();
          return run();
        },
      }),
    ]);

    const error = await rejection(clock, built.generate("Hi", { signal: controller.signal }));

    expect(error.code).toBe("aborted");
    expect(types(events)).toEqual(["call-start", "attempt-start", "attempt-end", "end"]);
    expect(errors).toEqual([]);
  });
});

/** What observers see of one call, with its events, in order. */
async function contentOf(
  scripts: readonly Script[],
  call: (built: ReturnType<Harness["chain"]>, world: Harness) => Promise<unknown>,
): Promise<{ readonly content: CallContent[]; readonly order: string[]; readonly events: EngineEvent[] }> {
  const content: CallContent[] = [];
  const order: string[] = [];
  const world = watched(
    [
      () => ({
        onEvent: ({ type }) => void order.push(type),
        onContent: (one) => {
          content.push(one);
          order.push(`content ${one.type}`);
        },
      }),
    ],
    scripts,
  );
  await call(world.built, world);
  return { content, order, events: world.events };
}

/** Breaks in the middle of a tool call. */
const cut: Script = ({ context }) => {
  const id = context.newId();
  return [
    read({ type: "tool-call-start", id, toolCallId: "t", toolName: "send" }),
    read({ type: "tool-call-delta", id, delta: '{"to":' }),
    fail("stream.reset"),
  ];
};

describe("R12.4 `onContent`", () => {
  test("gets the request behind `call-start`, and each answer before its `attempt-end`, also one never shown", async () => {
    const { content, order, events } = await contentOf(
      [begin(["se", "cret"], wait(10), fail("stream.reset"))],
      (built, { clock }) =>
        finish(clock, built.generate({ system: "Be brief.", messages: [{ role: "user", content: "Hi there" }] })),
    );

    expect(content).toEqual([
      {
        type: "request",
        callId: 1,
        request: expect.objectContaining({ system: "Be brief.", messages: [{ role: "user", content: "Hi there" }] }),
      },
      {
        type: "answer",
        callId: 1,
        attempt: 1,
        message: { role: "assistant", content: [{ type: "text", text: "secret" }] },
      },
      {
        type: "answer",
        callId: 1,
        attempt: 2,
        message: { role: "assistant", content: [{ type: "text", text: "Hello" }] },
      },
    ]);
    expect(order).toEqual([
      "call-start",
      "content request",
      "attempt-start",
      "content answer",
      "attempt-end",
      "attempt-start",
      "released",
      "content answer",
      "attempt-end",
      "end",
    ]);
    expect(JSON.stringify(events)).not.toMatch(/secret|Hello|brief|Hi there/);
  });

  test("gets nothing of an attempt that wrote nothing, nor a tool call of one that did not come to its end", async () => {
    const { content } = await contentOf([cut], (built, { clock }) =>
      finish(clock, built.generate({ messages: [{ role: "user", content: "Hi" }], tools: [{ name: "send" }] })),
    );

    expect(content.map(({ type, ...rest }) => [type, "attempt" in rest ? rest.attempt : undefined])).toEqual([
      ["request", undefined],
      ["answer", 2],
    ]);
  });

  test("gets the tool calls of an answer that came to its end", async () => {
    const { content } = await contentOf([sequence(wholeToolCall(), read(end("tool-calls")))], (built, { clock }) =>
      finish(clock, built.generate({ messages: [{ role: "user", content: "Hi" }], tools: [{ name: "delete_files" }] })),
    );

    expect(content[1]).toMatchObject({ type: "answer", message: { content: [{ toolName: "delete_files" }] } });
  });

  test("gets what a stopped attempt had written", async () => {
    const { content } = await contentOf([begin(["Hel"], wait(10_000))], async (built, { clock }) => {
      const stream = await finish(clock, built.stream("Hi"));
      for await (const { type } of stream) if (type === "text-delta") break;
    });

    expect(content.at(-1)).toEqual({
      type: "answer",
      callId: 1,
      attempt: 1,
      message: { role: "assistant", content: [{ type: "text", text: "Hel" }] },
    });
  });
});

describe("R12.5 events", () => {
  const request = {
    system: "canary-system",
    messages: [
      { role: "user", content: "canary-one" },
      { role: "assistant", content: "canary-two" },
      { role: "user", content: "canary-three" },
    ],
    tools: [{ name: "canary_tool", description: "canary-described" }],
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    stop: ["canary-stop", "canary-end"],
    reasoning: { effort: "low" },
    output: { type: "json" },
    userId: "canary-user",
  } as const;
  const asked = {
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    seed: 7,
    reasoningEffort: "low",
    output: "json",
    stop: 2,
    tools: 1,
    messages: 3,
  };

  test("say how the call was made and what was asked for, in numbers and words of ours", async () => {
    const world = harness();
    const built = world.chain([scripted(world.clock, [answer('{"a":', "1}")])]);

    await finish(world.clock, built.generate(request));
    await collect(world.clock, await finish(world.clock, built.stream("Hi")));

    const starts = world.events.filter((event) => event.type === "call-start");
    expect(starts.map(({ mode }) => mode)).toEqual(["generate", "stream"]);
    expect(starts.map(({ settings }) => settings)).toEqual([asked, { output: "text", stop: 0, tools: 0, messages: 1 }]);
    expect(JSON.stringify(world.events)).not.toContain("canary");
  });

  test("say what each target is asked for, where, and by what right", async () => {
    const world = harness();
    const repair = {
      description: "without temperature",
      apply: (old: TargetRequest) => ({ ...old, temperature: undefined }),
    };
    const built = world.chain([
      scripted(world.clock, [
        [fail("request.rejected", { status: 400, repair })],
        [fail("network.refused")],
        answer("Hi"),
      ]),
      { target: scripted(world.clock, [answer("Hi")], { vendor: "beta" }), requestOverrides: { maxOutputTokens: 9 } },
    ]);

    await settled(world.clock, built.generate({ messages: request.messages, temperature: 0.5 }));

    const starts = world.events.filter((event) => event.type === "attempt-start");
    expect(
      starts.map(({ endpoint, venture, repeat, repair: repaired, settings }) => [
        endpoint,
        venture,
        repeat,
        repaired,
        settings.temperature,
        settings.maxOutputTokens,
      ]),
    ).toEqual([
      ["alpha.test", undefined, undefined, undefined, 0.5, undefined],
      ["alpha.test", undefined, undefined, "without temperature", undefined, undefined],
      ["beta.test", undefined, undefined, undefined, 0.5, 9],
    ]);
  });

  test("say in the record why the answer ended, with the vendor's own word and id, as far as they are safe to keep", async () => {
    const world = harness();
    const ended = (part: Partial<Extract<StreamPart, { type: "end" }>>): Script => [
      read({ type: "refusal", id: "r", part: { type: "refusal", text: "" } }, { ...endPart, ...part }),
    ];
    const endPart = { type: "end", finishReason: "length", rawFinishReason: "max_tokens" } as const;
    const built = world.chain([
      scripted(world.clock, [
        ended({ responseId: "msg_0123" }),
        ended({ responseId: "canary with spaces", rawFinishReason: "canary with spaces" }),
      ]),
    ]);

    const first = await finish(world.clock, built.generate("Hi"));
    const second = await finish(world.clock, built.generate("Hi"));

    const facts = [first, second].flatMap(({ trace }) =>
      trace.attempts.map(({ finishReason, rawFinishReason, responseId }) => [
        finishReason,
        rawFinishReason,
        responseId,
      ]),
    );
    expect(facts).toEqual([
      ["length", "max_tokens", "msg_0123"],
      ["length", undefined, undefined],
    ]);
  });

  test("say at the end whether the answer is degraded, and nothing of it where there is none", async () => {
    const world = harness();
    const good = scripted(world.clock, [answer("Hi"), [fail("request.invalid")], [fail("server.error")]]);
    const built = world.chain([
      good,
      { target: scripted(world.clock, [answer("Hi")], { vendor: "beta" }), degraded: true },
    ]);

    for (let call = 1; call <= 3; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await settled(world.clock, built.generate("Hi"));
    }

    const ends = world.events.filter((event) => event.type === "end");
    expect(ends.map(({ outcome, degraded }) => [outcome, degraded])).toEqual([
      ["answered", false],
      ["failed", undefined],
      ["answered", true],
    ]);
  });
});
