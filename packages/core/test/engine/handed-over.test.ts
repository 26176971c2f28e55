import { describe, expect, test } from "vitest";
import { finish, harness, rejection, types } from "../harness.ts";
import { answer, fail, scripted, wait } from "../scripted-target.ts";
import {
  createChain,
  isUnderstudyError,
  type Chain,
  type ChainOptions,
  type EngineEvent,
  type Message,
  type Request,
  type Target,
  type TierInput,
} from "../../src/index.ts";
import { formatTrace } from "../../src/trace/index.ts";

/** Values as JavaScript callers may give them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error("canary");
    },
    ownKeys: () => {
      throw new Error("canary");
    },
  },
);

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const withInput = (input: unknown): Request => ({
  messages: [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "t", input: wrong(input) }] },
  ],
});

const withSchema = (inputSchema: unknown): Request => ({
  messages: [{ role: "user", content: "Hi" }],
  tools: [{ name: "t", inputSchema: wrong(inputSchema) }],
});

function cyclic(): unknown {
  const value: Record<string, unknown> = { type: "object" };
  value["properties"] = value;
  return value;
}

describe("a request that no vendor could be sent", () => {
  test.each<readonly [string, unknown]>([
    ["a tool input nested 6,000 deep", withInput(nested(6_000))],
    ["a BigInt in a tool input", withInput({ a: 1n })],
    ["a cycle in a tool input", withInput(cyclic())],
    ["a getter that throws in a tool input", withInput(throwing)],
    ["a BigInt in vendor options", { messages: [{ role: "user", content: "Hi" }], vendorOptions: { acme: { a: 1n } } }],
    ["a schema with a cycle", withSchema(cyclic())],
    ["a schema nested 5,000 deep", withSchema(nested(5_000))],
    ["a schema with a BigInt", withSchema({ type: "object", maximum: 1n })],
    ["a schema that throws", withSchema(throwing)],
    [
      "a schema of a library that gives none",
      withSchema({ "~standard": { vendor: "x", validate: () => 1, jsonSchema: { input: () => 5 } } }),
    ],
    ["a system prompt that is an object", { system: {}, messages: [{ role: "user", content: "Hi" }] }],
    ["nothing", undefined],
    ["null", null],
    ["a proxy that throws", throwing],
  ])("is refused before anything happens, and remembered of nobody: %s", async (_name, request) => {
    const { clock, chain, events } = harness();
    const targets = ["alpha", "beta"].map((vendor) => scripted(clock, [answer("Fine")], { vendor }));
    const built = chain(targets);

    const errors = await Promise.all(
      Array.from({ length: 12 }, () => rejection(clock, built.generate(wrong(request)))),
    );

    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["invalid-request"]));
    expect(errors.flatMap(({ attempts }) => attempts)).toEqual([]);
    expect(errors.join()).not.toContain("canary");
    expect(events).toEqual([]);
    expect(targets.flatMap(({ calls }) => calls)).toEqual([]);
    expect(built.snapshot().map(({ breaker, counts }) => [breaker, counts.bad])).toEqual([
      ["closed", 0],
      ["closed", 0],
    ]);
    expect((await finish(clock, built.generate("Hi"))).text).toBe("Fine");
  });

  test("thousands of calls of one id find their results without being compared with each other", async () => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("Fine")]);
    const ids = Array.from({ length: 20_000 }, () => "c");
    const call = { type: "tool-call", toolCallId: "c", toolName: "t", input: {} } as const;
    const result = { type: "tool-result", toolCallId: "c", content: "x" } as const;

    await finish(
      clock,
      chain([target]).generate({
        messages: [
          { role: "assistant", content: ids.map(() => call) },
          { role: "tool", content: ids.map(() => result) },
        ],
      }),
    );

    expect(target.calls[0]?.request.messages[1]?.content).toHaveLength(20_000);
  });
});

describe("R9.9 what is done to the caller's objects after the call began", () => {
  test("changes nothing for a later tier: messages, contents, tools, schemas, stop texts, vendor options", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[wait(1_000), fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const parts = [{ type: "text", text: "Hi" }];
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const request = {
      messages: [{ role: "user", content: parts }],
      tools: [{ name: "get", inputSchema: schema }],
      stop: ["END"],
      vendorOptions: { acme: { headers: { a: "b" } } },
    };

    const call = chain([primary, backup]).generate(wrong(request));
    await clock.advance(500);
    request.messages.push({ role: "assistant", content: [{ type: "text", text: "The sky " }] });
    parts[0] = { type: "text", text: "Changed" };
    schema.properties.a.type = "number";
    request.tools.length = 0;
    request.stop.push("STOP");
    request.vendorOptions.acme.headers.a = "changed";
    await finish(clock, call);

    expect(primary.calls).toHaveLength(1);
    expect(backup.calls).toHaveLength(1);
    expect(backup.calls[0]?.request).toMatchObject({
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
      tools: [{ name: "get", inputSchema: { properties: { a: { type: "string" } } } }],
      stop: ["END"],
      vendorOptions: { acme: { headers: { a: "b" } } },
    });
    expect(backup.calls[0]?.request.messages).toHaveLength(1);
    expect(backup.calls[0]?.request.stop).toHaveLength(1);
  });

  test("does not let one array serve two calls", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[wait(1_000), fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const built = chain([primary, backup]);
    const messages: Message[] = [{ role: "user", content: "First" }];

    const first = built.generate({ messages });
    await clock.advance(10);
    messages.splice(0, 1, { role: "user", content: "Second" });
    const second = built.generate({ messages });
    messages.length = 0;
    await finish(clock, Promise.all([first, second]));

    const asked = backup.calls.map(({ request }) => request.messages);
    expect(asked).toMatchObject([[{ content: [{ text: "First" }] }], [{ content: [{ text: "Second" }] }]]);
  });

  test("changes nothing for the options of the chain, of a tier, and of the call", async () => {
    const { clock, events, chain } = harness();
    const primary = scripted(clock, [[wait(1_000), fail("server.error")]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const targets: Target[] = [backup];
    const schema = { type: "object", title: "first" };
    const overrides = { system: "For beta", tools: [{ name: "get", inputSchema: schema }] };
    const options: ChainOptions & { marker?: string; policy?: unknown } = {};
    const built = chain([primary, { targets, requestOverrides: wrong(overrides), degraded: true }], options);
    const callOptions: { tiers: string[]; allowDegraded: boolean } = {
      tiers: ["alpha/one", "beta/one"],
      allowDegraded: true,
    };

    targets.length = 0;
    overrides.system = "Changed";
    schema.title = "changed";
    options.policy = () => "stop";
    const call = built.generate("Hi", callOptions);
    await clock.advance(10);
    callOptions.tiers.length = 0;
    callOptions.allowDegraded = false;
    const result = await finish(clock, call);

    expect(result).toMatchObject({ text: "Backup", degraded: true });
    expect(backup.calls[0]?.request).toMatchObject({
      system: "For beta",
      tools: [{ inputSchema: { title: "first" } }],
    });
    expect(types(events).at(-1)).toBe("end");
  });

  test("a function that rewrites the request cannot change it for another tier", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("No")], { vendor: "beta" });

    const error = await rejection(clock, chain([primary, { target: backup, requestOverrides: grow }]).generate("Hi"));

    expect(error).toMatchObject({ code: "config", attempts: [{ tier: "alpha/one" }], cause: expect.any(TypeError) });
    expect(error.message).toBe("The requestOverrides function of tier beta/one threw.");
    expect(backup.calls).toEqual([]);
  });

  test.each<readonly [string, () => unknown, string]>([
    ["nothing", () => undefined, "invalid-request"],
    ["a promise", () => Promise.reject(new Error("late")), "config"],
    ["a request with a BigInt", () => withInput(1n), "invalid-request"],
  ])("a function that rewrites the request and returns %s is told", async (_name, rewrite, code) => {
    const { clock, chain } = harness();
    const target = scripted(clock, [answer("No")]);
    const requestOverrides = (): Request => wrong(rewrite());

    const error = await rejection(clock, chain([{ target, requestOverrides }]).generate("Hi"));

    expect(error).toMatchObject({ code, attempts: [] });
    expect(target.calls).toEqual([]);
  });

  test("a mended text is a loss of every attempt", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[fail("server.error")]]);
    const backup = scripted(clock, [answer("Fine")], { vendor: "beta" });

    const { trace } = await finish(clock, chain([primary, backup]).generate("\ud83d"));

    const loss = { what: "messages[0]", action: "translated", reason: "half of a surrogate pair was replaced" };
    expect(trace.attempts.map(({ losses }) => losses)).toEqual([[loss], [loss]]);
    expect(backup.calls[0]?.request.messages).toMatchObject([{ content: [{ text: "\ufffd" }] }]);
  });
});

const timeless = { now: () => Number.NaN, wallNow: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };

describe("a wrong type", () => {
  const { clock } = harness();
  const target = scripted(clock, [answer("Hi")]);

  test.each<readonly [string, unknown, unknown, string]>([
    ["options that are null", [target], null, "the options of a chain must be an object"],
    ["options that are a list", [target], [], "the options of a chain must be an object"],
    ["options that throw", [target], throwing, "one of them threw"],
    ["tiers that throw", throwing, {}, "at least one tier"],
    ["a tier that throws", [throwing], {}, "one of them threw"],
    ["a hold in words", [target], { holdMs: "all" }, "holdMs must be a number of milliseconds, at least 0"],
    ["a policy that is a word", [target], { policy: "next" }, "policy must be a function"],
    ["a marker that is an object", [target], { marker: {} }, "marker must be a string"],
    ["a hook that is none", [target], { onEvent: console }, "onEvent must be a function"],
    [
      "a store that is none",
      [target],
      { store: {} },
      "store must be memoryStore(), or what shareHealth() makes of a store",
    ],
    ["a clock that is none", [target], { clock: {} }, "clock must be a clock with now, wallNow"],
    ["a clock without times", [target], { clock: timeless }, "clock must be a clock"],
    ["chance that is a number", [target], { random: 0.5 }, "random must be a function"],
    ["a name that is a number", [{ target, name: 5 }], {}, "tier 1: name must be a string"],
    ["a mark in words", [{ target, degraded: "yes" }], {}, "tier 1: degraded must be true or false"],
    [
      "a timeout that is an object",
      [{ target, timeoutMs: {} }],
      {},
      "tier 1: timeoutMs must be a number of milliseconds, at least 1, or be a function",
    ],
    [
      "overrides that are a number",
      [{ target, requestOverrides: 42 }],
      {},
      "tier 1: requestOverrides: it must be an object",
    ],
    [
      "an override that is wrong",
      [{ target, requestOverrides: { topK: 0 } }],
      {},
      "requestOverrides: topK must be a whole number",
    ],
    ["a misspelt override", [{ target, requestOverrides: { sytem: "" } }], {}, "(did you mean `system`?)"],
    [
      "an override with a BigInt",
      [{ target, requestOverrides: { vendorOptions: { a: { b: 1n } } } }],
      {},
      "vendorOptions.a.b is a bigint",
    ],
    [
      "an override with a schema that is none",
      [{ target, requestOverrides: { output: { type: "json", schema: 5 } } }],
      {},
      "output.schema is not a schema",
    ],
  ])("of a chain is told by createChain: %s", (_name, tiers, options, problem) => {
    const error = thrown(() => createChain(wrong(tiers), wrong(options)));

    expect(error).toMatchObject({ code: "config", message: expect.stringContaining(problem) });
    expect(error.message).not.toContain("canary");
  });

  test.each<readonly [string, unknown, string]>([
    ["null", null, "the options of a call must be an object"],
    [
      "a controller for its signal",
      { signal: new AbortController() },
      "signal must be an AbortSignal, such as `controller.signal`",
    ],
    ["an empty signal", { signal: {} }, "signal must be an AbortSignal"],
    ["tiers that are an object", { tiers: {} }, "tiers must be an array of names"],
    ["a tier that is a number", { tiers: [1] }, "tiers must be an array of names"],
    ["a permission in words", { allowDegraded: "no" }, "allowDegraded must be true or false"],
    ["options that throw", throwing, "the options of a call cannot be read"],
  ])("of a call's options rejects, and no call begins: %s", async (_name, options, problem) => {
    const world = harness();
    const built = world.chain([scripted(world.clock, [answer("No")])]);

    const refused = [built.generate("Hi", wrong(options)), built.stream("Hi", wrong(options))];
    const errors = await Promise.all(refused.map((call) => rejection(world.clock, call)));

    for (const error of errors) {
      expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining(problem) });
    }
    expect(world.events).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });

  test.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a name", "alpha"],
    ["a misspelt field", { teir: "alpha/one" }],
    ["a list", { vendor: ["alpha"] }],
    ["a proxy that throws", throwing],
  ])("of a selector takes out nobody: %s", (_name, selector) => {
    const built: Chain = createChain([target]);

    for (const run of ["isolate", "enable"] as const) {
      const error = thrown(() => built[run](wrong(selector)));
      expect(error.code).toBe("invalid-request");
    }
    expect(built.snapshot()).toMatchObject([{ isIsolated: false }]);
  });

  test.each([undefined, null, {}, { attempts: [{}] }, throwing])("of a trace is told: %#", (trace) => {
    expect(thrown(() => formatTrace(wrong(trace))).code).toBe("invalid-request");
  });

  test.each([Number.NaN, -1, 1, "0.5", undefined])(
    "chance that gives %s becomes no timer's time, and is told",
    async (value) => {
      const world = harness();
      const told: unknown[] = [];
      const flaky = scripted(world.clock, [[fail("server.error")], answer("Fine")]);
      const options = { random: () => wrong(value), onInternalError: (error: unknown) => told.push(error) };

      const result = await finish(world.clock, world.chain([flaky], options).generate("Hi"));

      expect(result.text).toBe("Fine");
      expect(types(world.events)).toContain("repeat");
      expect(told).toContainEqual(expect.any(TypeError));
    },
  );

  test.each([undefined, Number.NaN, "15s", Promise.resolve(5)])(
    "a timeoutMs function that returns %s ends the call as a config error",
    async (value) => {
      const world = harness();
      const tier = { target: scripted(world.clock, [answer("No")]), timeoutMs: () => wrong(value) } satisfies TierInput;

      const error = await rejection(world.clock, world.chain([tier]).generate("Hi"));

      expect(error).toMatchObject({ code: "config", message: expect.stringContaining("timeoutMs function") });
      expect(types(world.events).filter((type) => type === "end")).toHaveLength(1);
    },
  );
});

describe("an adapter that throws before anything was sent", () => {
  test.each<readonly [string, Partial<Target>]>([
    ["plan", { plan: () => boom() }],
    ["stream", { stream: () => boom() }],
  ])("says nothing of its vendor's health, however often: %s()", async (_name, broken) => {
    const { clock, chain } = harness();
    const target = { ...scripted(clock, [answer("No")]), ...broken };
    const built = chain([target, scripted(clock, [answer("Backup")], { vendor: "beta" })]);

    for (let call = 0; call < 10; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { text, trace } = await finish(clock, built.generate("Hi"));
      expect([text, trace.attempts[0]?.class]).toEqual(["Backup", "adapter.contract"]);
    }

    expect(built.snapshot()[0]).toMatchObject({ breaker: "closed", counts: { bad: 0, slow: 0 } });
  });
});

describe("a hook that writes into its events", () => {
  test("changes nothing of the call's own trace and stream", async () => {
    const { clock, chain } = harness();
    const primary = scripted(clock, [[wait(10), fail("server.error", { rateLimits: { remaining: "1" } })]]);
    const backup = scripted(clock, [answer("Backup")], { vendor: "beta" });
    const told: unknown[] = [];
    const options: ChainOptions = {
      onEvent: (event) => vandalise(event),
      onInternalError: (error) => told.push(error),
    };

    const { trace } = await finish(clock, chain([primary, backup], options).generate("\ud83d"));

    expect(trace.attempts).toMatchObject([
      { tier: "alpha/one", class: "server.error", rateLimits: { remaining: "1" }, losses: [{ what: "messages[0]" }] },
      { tier: "beta/one", outcome: "answered", losses: [{ what: "messages[0]" }] },
    ]);
    expect(JSON.stringify(trace)).not.toContain("vandal");
    expect(told.length).toBeGreaterThan(0);
  });
});

function grow(request: Request): Request {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
  (request.messages as Message[]).push({ role: "user", content: "Changed" });
  return request;
}

function boom(): never {
  throw new Error("boom");
}

function thrown(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isUnderstudyError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

/** Writes a word into every place that it reaches; throws, at the end, what the first refused write threw. */
function vandalise(value: EngineEvent | object): void {
  const refused: unknown[] = [];
  for (const [name, inner] of Object.entries(value)) {
    try {
      if (typeof inner === "object" && inner !== null) vandalise(inner);
      else Object.assign(value, { [name]: "vandal" });
    } catch (error) {
      refused.push(error);
    }
  }
  if (refused.length > 0) throw refused[0];
}
