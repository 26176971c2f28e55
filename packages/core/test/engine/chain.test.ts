import { describe, expect, test } from "vitest";
import { deepFreeze } from "../deep-freeze.ts";
import { collect, finish, harness, rejection, types } from "../harness.ts";
import { answer, begin, end, fail, read, scripted, wait, type Script } from "../scripted-target.ts";
import { sequence, wholeText } from "../scripts.ts";
import { VirtualClock } from "../virtual-clock.ts";
import {
  createChain,
  isUnderstudyError,
  type Chain,
  type ChainOptions,
  type Request,
  type RequestOverrides,
  type Target,
  type TierInput,
} from "../../src/index.ts";

/** The config error of a chain that cannot be built. */
function configError(tiers: unknown, options?: unknown) {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- wrong on purpose
    createChain(tiers as readonly TierInput[], options as ChainOptions | undefined);
  } catch (error) {
    if (isUnderstudyError(error)) return error;
    throw error;
  }
  throw new Error("The chain was built.");
}

const clock = new VirtualClock();
const target = scripted(clock, [answer("Hello")]);
/** What an adapter exports. */
const factory = (): Target => target;
const keyless = (vendor: string): Target =>
  scripted(clock, [], {
    vendor,
    problems: [{ type: "no-key", message: `no key: set ${vendor.toUpperCase()}_API_KEY or give apiKey` }],
  });

describe("a chain that cannot be built", () => {
  test("CL-21 names the missing keys of every tier in one error", () => {
    const error = configError([keyless("alpha"), { targets: [keyless("beta"), keyless("gamma")] }]);

    expect(error.code).toBe("config");
    expect(error.message).toContain("tier 1 (alpha/one): no key: set ALPHA_API_KEY");
    expect(error.message).toContain("tier 2 (beta/one): no key: set BETA_API_KEY");
    expect(error.message).toContain("tier 2 (gamma/one): no key: set GAMMA_API_KEY");
  });

  test.each<readonly [string, unknown, unknown, string]>([
    ["no tiers", [], {}, "at least one tier"],
    ["no list", undefined, {}, "at least one tier"],
    ["null", null, {}, "at least one tier"],
    ["a string", "alpha", {}, "at least one tier"],
    ["a tier that is null", [null], {}, "tier 1 has no target"],
    ["a tier that is a model name", ["alpha/one"], {}, "tier 1 has no target"],
    ["a tier without targets", [{ targets: [] }], {}, "tier 1 has no target"],
    ["a target that is none", [target, { target: {} }], {}, "tier 2 has no target"],
    [
      "a factory that is not called",
      [factory],
      {},
      "tier 1 has no target, but a function (call it with a model): give",
    ],
    ["a target that is a factory", [{ target: factory }], {}, "tier 1 has no target, but a function (call it"],
    ["targets of which one is a factory", [{ targets: [target, factory] }], {}, "tier 1 has no target, but a function"],
    ["a list of targets", [[target, target]], {}, "tier 1 has no target: give what an adapter's factory returns"],
    ["half a target", [{ vendor: "a", stream: () => [], plan: () => ({}) }], {}, "tier 1 has no target"],
    ["two tiers of one name", [target, target], {}, "tier 2 has the name alpha/one of an earlier tier"],
    ["an unknown tier option", [{ target, timeout: 5 }], {}, "unknown option `timeout` (did you mean `timeoutMs`?)"],
    ["a timeout in words", [{ target, timeoutMs: "15s" }], {}, "tier 1: timeoutMs must be a number of milliseconds"],
    ["a negative limit", [{ target, progressMs: -1 }], {}, "tier 1: progressMs must be"],
    ["a limit of NaN", [{ target, livenessMs: Number.NaN }], {}, "tier 1: livenessMs must be"],
    [
      "an unknown chain option",
      [target],
      { retries: 3 },
      "unknown chain option `retries` (did you mean `maxAttempts`?)",
    ],
    ["a bad hold", [target], { holdMs: -1 }, "holdMs must be"],
    ["a bad idle limit", [target], { consumerIdleMs: 0 }, "consumerIdleMs must be"],
    ["half an attempt", [target], { maxAttempts: 1.5 }, "maxAttempts must be a whole number"],
  ])("%s is named", (_name, tiers, options, problem) => {
    expect(configError(tiers, options)).toMatchObject({ code: "config", message: expect.stringContaining(problem) });
  });

  test("R8.7 everything is named at once", () => {
    const { message } = configError([{ target, timeoutMs: 0 }, { targets: [] }], { retries: 3, maxAttempts: 0 });

    for (const problem of ["timeoutMs", "tier 2 has no target", "retries", "maxAttempts"]) {
      expect(message).toContain(problem);
    }
  });
});

describe("a chain", () => {
  test("of one tier is worth having: it repeats, and notices truncation", async () => {
    const world = harness();
    const single = scripted(world.clock, [begin(["x"]), answer("Whole")]);

    const result = await finish(world.clock, world.chain([single]).generate("Hi"));

    expect(result.text).toBe("Whole");
  });

  test("ED-10 counts a truncation as a failure of health", async () => {
    const world = harness();
    const built = world.chain([scripted(world.clock, [begin(["x"])])], { maxAttempts: 1 });

    await rejection(world.clock, built.generate("Hi"));

    expect(built.snapshot()[0]?.counts).toMatchObject({ bad: 1, ok: 0 });
  });

  test("names its tiers by vendor and model unless told otherwise", () => {
    const other = scripted(clock, [], { vendor: "beta" });

    expect(createChain([target, { target: other, name: "budget" }]).tiers).toEqual(["alpha/one", "budget"]);
  });

  test("CF-01 takes tools and schemas as one model does", async () => {
    const world = harness();
    const built: Chain = world.chain([scripted(world.clock, [answer('{"a":1}')])]);

    const result = await finish(
      world.clock,
      built.generate({
        messages: [{ role: "user", content: "Hi" }],
        tools: [{ name: "get", inputSchema: { type: "object" } }],
        output: { type: "json", schema: { type: "object" } },
      }),
    );

    expect(result.output).toEqual({ a: 1 });
  });

  test("HB-11 R1.1 begins every call at its first tier", async () => {
    const world = harness();
    const primary = scripted(world.clock, [[fail("request.unsupported")], answer("Primary")]);
    const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
    const built = world.chain([primary, backup]);

    const first = await finish(world.clock, built.generate("Hi"));
    const second = await finish(world.clock, built.generate("Hi"));

    expect([first.text, second.text]).toEqual(["Backup", "Primary"]);
  });

  test("fifty calls at once do not mix", async () => {
    const world = harness();
    const tiers = ["alpha", "beta"].map((vendor) => scripted(world.clock, [echo(vendor)], { vendor }));
    const built = world.chain(tiers);

    const calls = Array.from({ length: 50 }, async (_, number) => {
      const stream = await built.stream(String(number));
      const texts: string[] = [];
      for await (const text of stream.textStream()) texts.push(text);
      return { shown: texts.join(""), result: await stream.result };
    });
    const seen = await finish(world.clock, Promise.all(calls), 1);

    expect(seen.map(({ shown }) => shown)).toEqual(
      Array.from({ length: 50 }, (_, number) => `${number % 3 === 0 ? "beta" : "alpha"} ${number}`),
    );
    expect(seen.every(({ shown, result }) => shown === result.text)).toBe(true);
    const ids = new Set(world.events.flatMap((event) => ("callId" in event ? [event.callId] : [])));
    expect(ids.size).toBe(50);
    for (const id of ids) {
      const own = types(world.events.filter((event) => "callId" in event && event.callId === id));
      expect(own.filter((type) => type === "end")).toHaveLength(1);
      expect(own.at(-1)).toBe("end");
    }
    expect(world.clock.pending).toBe(0);
  });
});

describe("options of a call", () => {
  test("CF-04 `tiers` chooses tiers, in the chain's order", async () => {
    const { clock: time, built, targets } = three();

    const result = await finish(time, built.generate("Hi", { tiers: ["gamma/one", "beta/one"] }));

    expect(result).toMatchObject({ tier: "beta/one", degraded: true });
    expect(result.trace.skipped).toMatchObject([{ tier: "alpha/one", reason: "not-selected" }]);
    expect(targets.map(({ calls }) => calls.length)).toEqual([0, 1, 0]);
  });

  test("`allowDegraded: false` leaves marked tiers out", async () => {
    const { clock: time, built } = three();

    const result = await finish(time, built.generate("Hi", { allowDegraded: false, tiers: ["beta/one", "gamma/one"] }));

    expect(result).toMatchObject({ tier: "gamma/one", degraded: false });
  });

  test("with no tier left nothing is sent, and the error says why", async () => {
    const { clock: time, built, targets } = three();

    const error = await rejection(time, built.generate("Hi", { allowDegraded: false, tiers: ["beta/one"] }));

    expect(error).toMatchObject({ code: "all-failed", reason: "engine.no-target", attempts: [] });
    expect(error.message).toContain("degraded-not-allowed");
    expect(targets.flatMap(({ calls }) => calls)).toEqual([]);
  });

  test.each<readonly [string, object, string]>([
    ["an unknown option", { timeout: 5 }, "unknown call option `timeout`: known are signal"],
    ["an unknown tier", { tiers: ["delta"] }, "`tiers` names delta, which is none of this chain: alpha/one"],
    ["a misspelt tier", { tiers: ["alhpa/one"] }, "(did you mean `alpha/one`?)"],
    ["a deadline in words", { deadlineMs: "1m" }, "deadlineMs must be"],
    ["no time to start", { startWithinMs: 0 }, "startWithinMs must be"],
  ])("%s rejects before anything is sent", async (_name, options, problem) => {
    const { clock: time, built, events } = three();

    const error = await rejection(time, built.stream("Hi", options));

    expect(error).toMatchObject({ code: "invalid-request", message: expect.stringContaining(problem) });
    expect(events).toEqual([]);
  });

  test("AB-06 a bad request rejects without an event, a timer or a call", async () => {
    const { clock: time, built, events, targets } = three();

    const error = await rejection(time, built.generate({ messages: [] }));

    expect(error).toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining("messages must hold at least one user message"),
    });
    expect(events).toEqual([]);
    expect(time.pending).toBe(0);
    expect(targets.flatMap(({ calls }) => calls)).toEqual([]);
  });
});

describe("requestOverrides", () => {
  test("options for a vendor that is nearly one of the chain are refused, before any attempt and when the chain is built", async () => {
    const { clock: time, chain } = harness();
    const alpha = scripted(time, [answer("One")]);
    const front = chain([alpha, scripted(time, [answer("Two")], { vendor: "beta" })]);
    const request = { messages: [{ role: "user", content: "Hi" }] } as const;
    const misspelt: Request = Object.assign({ vendorOptions: { btea: {} } }, request);
    const elsewhere: Request = Object.assign({ vendorOptions: { gamma: { speed: 1 } } }, request);

    const error = await rejection(time, front.generate(misspelt));

    expect(error).toMatchObject({ code: "invalid-request", attempts: [] });
    expect(error.message).toContain("vendorOptions holds options for `btea`: did you mean `beta`?");
    expect(alpha.calls).toHaveLength(0);
    expect((await finish(time, front.generate(elsewhere))).text).toBe("One");
    expect(configError([{ target: alpha, requestOverrides: { vendorOptions: { alpah: {} } } }]).message).toContain(
      "tier 1: requestOverrides: vendorOptions holds options for `alpah`: did you mean `alpha`?",
    );
  });

  test("CF-04 options replace the request's own, for that tier alone", async () => {
    const { clock: time, primary, backup, call } = await overridden({ system: "For beta", temperature: undefined });

    await finish(time, call);

    expect(primary.calls[0]?.request).toMatchObject({ system: "For alpha", temperature: 1 });
    expect(backup.calls[0]?.request).toMatchObject({ system: "For beta" });
    expect(backup.calls[0]?.request.temperature).toBeUndefined();
  });

  test("CF-04 a function rewrites the request, once per call", async () => {
    const seen: Request[] = [];
    const {
      clock: time,
      backup,
      call,
    } = await overridden((request) => {
      seen.push(request);
      return { ...request, messages: [...request.messages, { role: "user", content: "Example" }] };
    });

    await finish(time, call);

    expect(seen).toHaveLength(1);
    expect(backup.calls[0]?.request.messages).toMatchObject([{ content: [{ text: "Hi" }, { text: "Example" }] }]);
  });

  test("a function that throws ends the call as a config error that keeps its attempts and its cause", async () => {
    const cause = new Error("override bug");
    const {
      clock: time,
      call,
      events,
    } = await overridden(() => {
      throw cause;
    });

    const error = await rejection(time, call);

    expect(error).toMatchObject({ code: "config", attempts: [{ tier: "alpha/one" }], cause });
    expect(types(events).at(-1)).toBe("end");
    expect(types(events).filter((type) => type === "attempt-end")).toHaveLength(1);
  });

  test("a request that it makes illegal is named like any other", async () => {
    const { clock: time, call } = await overridden((request) => ({ ...request, topK: 0 }));

    expect(await rejection(time, call)).toMatchObject({ code: "invalid-request", attempts: [{}] });
  });

  test("one target in two tiers gets each tier's own request", async () => {
    const world = harness();
    const shared = scripted(world.clock, [sequence(wholeText("no JSON"), read(end())), answer("{}")]);
    const built = world.chain(
      [
        { target: shared, name: "first", requestOverrides: { system: "One", output: { type: "json" } } },
        { target: shared, name: "second", requestOverrides: { system: "Two", output: { type: "json" } } },
      ],
      { policy: () => "next" },
    );

    const result = await finish(world.clock, built.generate("Hi"));

    expect(result.tier).toBe("second");
    expect(shared.calls.map((call) => call.request.system)).toEqual(["One", "Two"]);
  });

  test("CF-04 an override of the output decides about the gate of its tier", async () => {
    const world = harness();
    const first = scripted(world.clock, [begin(['{"a":1', "}"], wait(5_000), fail("stream.reset"))]);
    const second = scripted(world.clock, [answer("Plain")], { vendor: "beta" });
    const built = world.chain([{ target: first, requestOverrides: { output: { type: "json" } } }, second]);

    const stream = await finish(world.clock, built.stream("Hi"));
    const { events } = await collect(world.clock, stream);

    expect(types(events)).toEqual(["start", "text-start", "text-delta", "text-end", "finish"]);
  });
});

/** Answers with its name and the prompt, in its own time; alpha fails at every third. */
function echo(name: string): Script {
  return (call) => {
    const [message] = call.request.messages;
    const [part] = message?.content ?? [];
    const text = part?.type === "text" ? part.text : "";
    const number = Number(text);
    if (name === "alpha" && number % 3 === 0) return [fail("request.unsupported")];
    const id = call.context.newId();
    return [
      read({ type: "text-start", id }),
      wait(1 + (number % 7)),
      read({ type: "text-delta", id, delta: `${name} ` }),
      wait(1 + (number % 11)),
      read({ type: "text-delta", id, delta: text }),
      read({ type: "text-end", id, part: { type: "text", text: `${name} ${text}` } }, end()),
    ];
  };
}

function three() {
  const world = harness();
  const targets = ["alpha", "beta", "gamma"].map((vendor) => scripted(world.clock, [answer(vendor)], { vendor }));
  const [first, second, third] = targets;
  if (first === undefined || second === undefined || third === undefined) throw new Error("three targets");
  return { ...world, targets, built: world.chain([first, { target: second, degraded: true }, third]) };
}

async function overridden(requestOverrides: RequestOverrides) {
  const world = harness();
  const primary = scripted(world.clock, [[fail("request.unsupported")]]);
  const backup = scripted(world.clock, [answer("Backup")], { vendor: "beta" });
  const request: Request = deepFreeze({
    system: "For alpha",
    messages: [{ role: "user", content: "Hi" }],
    temperature: 1,
  });
  const built = world.chain([primary, { target: backup, requestOverrides }]);
  return { ...world, primary, backup, call: built.generate(request) };
}

describe("preparing for a failover", () => {
  test("the first call prepares the targets of the tiers behind the first, with the chain's clock, once", async () => {
    const { chain, clock: time } = harness();
    const prepared: unknown[] = [];
    const preparing = (vendor: string): Target => ({
      ...scripted(time, [answer(vendor)], { vendor }),
      prepare: (given) => {
        prepared.push([vendor, given === time]);
        return Promise.resolve();
      },
    });
    const calls = chain([
      { targets: [preparing("alpha"), preparing("beta")], name: "first" },
      { targets: [preparing("gamma"), scripted(time, [], { vendor: "delta" })], name: "second" },
      preparing("epsilon"),
    ]);
    expect(prepared).toEqual([]);

    await finish(time, calls.generate("Hi"));
    await finish(time, calls.generate("Hi"));

    expect(prepared).toEqual([
      ["gamma", true],
      ["epsilon", true],
    ]);
  });

  test.each<readonly [string, () => Promise<void>]>([
    ["throws", () => fails()],
    ["rejects", () => Promise.reject(new Error("no such package"))],
    ["never ends", () => new Promise(() => undefined)],
  ])("a target whose preparation %s takes nothing from the call", async (_, prepare) => {
    const { chain, clock: time } = harness();
    const internal: unknown[] = [];
    const backup = { ...scripted(time, [answer("From the backup.")], { vendor: "beta" }), prepare };
    const calls = chain([scripted(time, [[fail("server.error")]]), backup], {
      onInternalError: (error) => internal.push(error),
    });

    const { text } = await finish(time, calls.generate("Hi"));

    expect([text, internal]).toEqual(["From the backup.", []]);
  });
});

function fails(): never {
  throw new Error("no such package");
}
