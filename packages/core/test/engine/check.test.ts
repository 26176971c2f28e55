import { describe, expect, test } from "vitest";
import type { Capabilities, Clock, Finding, Request, Target, TierInput } from "../../src/index.ts";
import { TargetFailure } from "../../src/adapter/index.ts";
import { finish, harness } from "../harness.ts";
import { scripted, type ScriptedOptions } from "../scripted-target.ts";

const KNOWN = { size: "balanced", reasoning: "optional", contextWindow: 1_000_000, maxOutputTokens: 64_000 } as const;
const DAY = 86_400_000;

/** Targets of two vendors that are alike, but for what is given. */
function pair(first: ScriptedOptions = {}, second: ScriptedOptions = {}): readonly [Target, Target] {
  const { clock } = harness();
  const make = (vendor: string, { capabilities, ...more }: ScriptedOptions): Target =>
    scripted(clock, [[]], { vendor, ...more, capabilities: { ...KNOWN, ...capabilities } });
  return [make("alpha", first), make("beta", second)];
}

async function check(tiers: readonly TierInput[], request?: string | Request): Promise<readonly Finding[]> {
  return harness().chain(tiers).check(request);
}

async function compare(from: Partial<Capabilities>, to: Partial<Capabilities>): Promise<readonly Finding[]> {
  return check(pair({ capabilities: from }, { capabilities: to }));
}

async function skipping(tiers: readonly TierInput[], request?: Request): Promise<readonly Finding[]> {
  return harness().chain(tiers, { missingKeys: "skip" }).check(request);
}

function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ level, type, tiers }) => `${level} ${type} ${tiers.join("+")}`);
}

describe("what a later tier is, against the first", () => {
  test("finds nothing in two models that are alike, at different vendors", async () => {
    expect(await check(pair())).toEqual([]);
  });

  test.each([
    ["flagship", "balanced", ["info smaller-model beta/one"]],
    ["flagship", "small", ["warning smaller-model beta/one"]],
    ["balanced", "small", ["warning smaller-model beta/one"]],
    ["small", "flagship", []],
    ["unknown", "small", ["info unknown-limits alpha/one"]],
    ["flagship", "unknown", ["info unknown-limits beta/one"]],
  ] as const)("from a %s model to a %s one: %j", async (from, to, expected) => {
    expect(told(await compare({ size: from }, { size: to }))).toEqual(expected);
  });

  test.each([
    ["always", "never", ["warning no-reasoning beta/one"]],
    ["optional", "never", ["warning no-reasoning beta/one"]],
    ["never", "always", ["warning always-reasons beta/one"]],
    ["never", "optional", []],
    ["always", "optional", []],
    ["unknown", "never", ["info unknown-limits alpha/one"]],
  ] as const)("from a model that reasons %s to one that does %s: %j", async (from, to, expected) => {
    expect(told(await compare({ reasoning: from }, { reasoning: to }))).toEqual(expected);
  });

  test.each([
    [undefined, ["info no-reasoning beta/one"]],
    ["Hi", ["info no-reasoning beta/one"]],
    [{ messages: [{ role: "user", content: "Hi" }], reasoning: { effort: "high" } }, []],
    [{ messages: [{ role: "user", content: "Hi" }], reasoning: { effort: "none" } }, []],
  ] as const)("from a model that reasons to one that does when asked to, with %j: %j", async (request, expected) => {
    const [first, second] = pair(
      { capabilities: { reasonsByDefault: true } },
      { capabilities: { reasonsByDefault: false } },
    );
    const reasoning = async (tiers: readonly TierInput[]): Promise<readonly string[]> => {
      return told((await check(tiers, request)).filter(({ type }) => type === "no-reasoning"));
    };

    expect(await reasoning([first, second])).toEqual(expected);
    expect(await reasoning([second, first])).toEqual([]);
    // Whoever asks the later tier for it has it.
    expect(
      request === undefined
        ? []
        : await reasoning([first, { target: second, requestOverrides: { reasoning: { effort: "low" } } }]),
    ).toEqual([]);
  });

  test("says of another vendor's balanced model that nothing has to be done, and of the same vendor's what", async () => {
    const sizes = [{ capabilities: { size: "flagship" } }, { capabilities: { size: "balanced" } }] as const;
    const [first, second] = pair(...sizes);
    const [, own] = pair(sizes[0], { ...sizes[1], vendor: "alpha", model: "two" });

    expect((await check([first, second]))[0]?.fix).toMatch(/^nothing for most work/);
    expect((await check([first, own])).find(({ type }) => type === "smaller-model")?.fix).toMatch(/^mark the tier/);
  });

  test.each([
    [1_048_576, 1_000_000, []],
    [1_000_000, 400_000, ["info smaller-window beta/one"]],
    [1_000_000, 128_000, ["warning smaller-window beta/one"]],
  ] as const)("from a window of %d tokens to %d: %j", async (from, to, expected) => {
    expect(told(await compare({ contextWindow: from }, { contextWindow: to }))).toEqual(expected);
  });

  test("warns of a model of which nothing is known, and only informs where something is", async () => {
    const [first, second] = pair();
    const none = {
      contextWindow: "unknown",
      maxOutputTokens: "unknown",
      size: "unknown",
      reasoning: "unknown",
    } as const;
    const of = (known: object): Target => ({ ...second, capabilities: { ...second.capabilities, ...none, ...known } });

    const [unknown, known] = [await check([first, of({})]), await check([first, of({ contextWindow: 1_000_000 })])];

    expect(unknown.find(({ type }) => type === "unknown-limits")).toMatchObject({
      level: "warning",
      message: "tier beta/one is not known to its adapter: limits and end of life are unknown, so nothing is compared",
    });
    expect(known.find(({ type }) => type === "unknown-limits")).toMatchObject({
      level: "info",
      unknown: ["maxOutputTokens", "size", "reasoning"],
    });
  });

  test("names the abilities that are lost, and warns of those that most applications use", async () => {
    const [finding] = await compare({ tools: true, audio: true }, { tools: false, audio: false });
    expect(finding).toMatchObject({ type: "lost-abilities", level: "warning", abilities: ["tools", "audio"] });
    expect(told(await compare({ audio: true }, { audio: false }))).toEqual(["info lost-abilities beta/one"]);
    expect(await compare({ tools: "unknown" }, { tools: false })).toEqual([]);
  });

  test("only informs of a smaller model where the tier is marked, and says that in one whole sentence", async () => {
    const [first, second] = pair({ capabilities: { size: "flagship" } }, { capabilities: { size: "small" } });

    const findings = await check([first, { target: second, name: "budget", degraded: true }]);

    expect(findings).toEqual([
      {
        type: "smaller-model",
        level: "info",
        tiers: ["budget"],
        from: "flagship",
        to: "small",
        message: "tier budget (beta/one) is a small model, the first one (one) a flagship one",
        fix: "nothing, as the tier is marked: show your users what `answer.degraded` says",
      },
    ]);
    expect(Object.isFrozen(findings[0])).toBe(true);
  });
});

describe("what fails together", () => {
  test.each([
    [{}, {}, []],
    [{ key: "k" }, { key: "k" }, ["warning shared-fate alpha/one+beta/one"]],
    [{ quota: "q" }, { quota: "q" }, ["warning shared-fate alpha/one+beta/one"]],
    [{ endpoint: "proxy" }, { endpoint: "proxy" }, ["warning shared-fate alpha/one+beta/one"]],
    // A client that does not say where it asks.
    [{ endpoint: "client" }, { endpoint: "client" }, []],
    [
      { key: "a", endpoint: "eu" },
      { vendor: "alpha", model: "two", endpoint: "us" },
      ["warning one-vendor alpha/one+alpha/two"],
    ],
  ])("of tiers with %j and %j: %j", async (first, second, expected) => {
    expect(told(await check(pair(first, second)))).toEqual(expected);
  });

  test("tells what tiers share once, by what takes them most often, and of two of three tiers also the vendor", async () => {
    const [first, second] = pair();
    const [third] = pair({ model: "two", key: "alpha-key" });

    const findings = await check([first, second, third]);

    expect(told(findings)).toEqual(["warning shared-fate alpha/one+alpha/two"]);
    expect(findings[0]).toMatchObject({
      shared: "key",
      message: expect.stringContaining("if it is refused or limited"),
    });
  });

  test.each([
    [{ key: "a" }, { key: "a" }, ["same-target", "single-tier"]],
    [{ key: "a", quota: "q" }, { key: "b", quota: "q" }, ["shared-fate", "single-tier"]],
    [{ key: "a" }, { key: "b" }, ["single-tier", "shared-fate"]],
    [{ key: "a" }, { key: "b", endpoint: "eu" }, ["single-tier"]],
  ])("of siblings with %j and %j: %j", async (one, other, expected) => {
    const [first] = pair(one);
    const [second] = pair(other);

    expect((await check([{ targets: [first, second] }])).map(({ type }) => type)).toEqual(expected);
  });

  test("finds one target under two names", async () => {
    const [first] = pair();
    const [again, other] = pair();

    const [finding] = await check([first, { target: again, name: "again" }, other]);

    expect(finding).toMatchObject({ type: "same-target", level: "warning", tiers: ["alpha/one", "again"] });
  });
});

describe("a target without a key", () => {
  const NO_KEY = { problems: [{ type: "no-key", message: 'beta("one"): set BETA_KEY' }] } as const;

  test("is found, and who has a key is told to be alone", async () => {
    const [first, second] = pair({}, NO_KEY);

    expect(await skipping([first, second])).toEqual([
      {
        type: "no-key",
        level: "warning",
        tiers: ["beta/one"],
        message: "tier beta/one has no key: every call passes it over",
        fix: 'give it one and make a new chain: beta("one"): set BETA_KEY',
      },
      {
        type: "single-tier",
        level: "warning",
        tiers: ["alpha/one"],
        message: "only tier alpha/one has a key: no other model takes over when it fails",
        fix: "add a tier of another vendor",
      },
    ]);
  });

  test("is one of several targets, and is no vendor that could take over", async () => {
    const [first, second] = pair({}, NO_KEY);
    const [, third] = pair({}, { vendor: "alpha", model: "two", endpoint: "us", key: "other" });

    const findings = await skipping([{ targets: [second, first], name: "both" }, third]);

    expect(told(findings)).toEqual(["warning no-key both", "warning one-vendor both+alpha/two"]);
    expect(findings.map(({ message }) => message)).toEqual([
      "tier both (beta/one, target 1) has no key: every call passes it over",
      "every tier with a key is of alpha: an outage there leaves no one to answer",
    ]);
  });

  test("is compared like the others, and nothing is said of a request that never comes to it", async () => {
    const [first, second] = pair({}, { ...NO_KEY, capabilities: { images: false, size: "small" } });
    const lossy: Target = { ...second, losses: () => [{ what: "topK", action: "dropped" }] };
    const picture = { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } } as const;
    const tiers = [{ target: first, timeoutMs: 5_000 }, lossy];

    const plain = await skipping(tiers, { messages: [{ role: "user", content: "Hi" }] });
    const seen = await skipping(tiers, { messages: [{ role: "user", content: [picture] }] });

    const expected = ["no-key", "smaller-model", "lost-abilities", "single-tier"];
    expect(plain.filter(({ level }) => level !== "info").map(({ type }) => type)).toEqual(expected);
    expect(seen.map(({ type }) => type)).toEqual([...expected, "longest-wait"]);
    expect(seen).toContainEqual(expect.objectContaining({ type: "longest-wait", tiers: ["alpha/one"], waitMs: 5_000 }));
  });

  test("makes a request an error that only it could take", async () => {
    const [blind, second] = pair({ capabilities: { images: false } }, NO_KEY);
    const picture = { type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } } as const;

    const findings = await skipping([blind, second], { messages: [{ role: "user", content: [picture] }] });

    expect(told(findings)[0]).toBe("error unable alpha/one");
  });
});

describe("a request against the window", () => {
  const windows = pair({ capabilities: { contextWindow: 1_000 } }, { capabilities: { contextWindow: 950 } });
  const lengths = async (
    request: string | Request,
    tiers: readonly TierInput[] = windows,
  ): Promise<readonly Finding[]> => (await check(tiers, request)).filter(({ type }) => type === "too-long");

  // A quarter of its bytes: 4,000 bytes are about 1,000 tokens.
  test.each([
    ["a".repeat(1_900), []],
    ["a".repeat(1_904), ["info too-long beta/one"]],
    ["a".repeat(3_800), ["info too-long alpha/one", "info too-long beta/one"]],
    ["a".repeat(3_804), ["warning too-long beta/one", "info too-long alpha/one"]],
    ["\u732b".repeat(1_300), ["warning too-long beta/one", "info too-long alpha/one"]],
  ] as const)("is estimated by its bytes, and warned of above the window: case %#", async (request, expected) => {
    expect(told(await lengths(request))).toEqual(expected);
  });

  test("says how long both are, and what to do", async () => {
    const [, beta] = await lengths("a".repeat(4_800));

    expect(beta).toEqual({
      type: "too-long",
      level: "warning",
      tiers: ["beta/one"],
      tokens: 1_200,
      window: 950,
      message: "tier beta/one takes 950 tokens, and the texts of the request are about 1,200: it probably does not fit",
      fix: expect.stringContaining("larger window"),
    });
  });

  test("counts system, calls, results, tools and schemas, and no media", async () => {
    const long = "a".repeat(2_000);
    const schema = { type: "object", description: long };
    const hi = { role: "user", content: "Hi" } as const;
    const call = { type: "tool-call", toolCallId: "c", toolName: "t", input: { long } } as const;
    const result = { type: "tool-result", toolCallId: "c", content: "x" } as const;
    const source = { type: "base64", mediaType: "image/png", data: "A".repeat(400_000) } as const;
    const requests: readonly Request[] = [
      { messages: [hi], system: long },
      { messages: [hi], tools: [{ name: "t", inputSchema: schema }] },
      { messages: [hi], output: { type: "json", schema } },
      { messages: [hi, { role: "assistant", content: [call] }, { role: "tool", content: [result] }] },
      {
        messages: [
          hi,
          { role: "assistant", content: [{ ...call, input: {} }] },
          { role: "tool", content: [{ ...result, content: long }] },
        ],
      },
      { messages: [{ role: "user", content: [{ type: "image", source }] }] },
    ];

    const counted = await Promise.all(requests.map(async (request) => (await lengths(request)).length));

    expect(counted).toEqual([2, 2, 2, 2, 2, 0]);
  });

  test("is what the tier makes of it, and nothing where the window is unknown", async () => {
    const [first, second] = windows;
    const [unknown] = pair({ capabilities: { contextWindow: "unknown" } });
    const short: TierInput = { target: first, requestOverrides: { messages: [{ role: "user", content: "Hi" }] } };

    expect(told(await lengths("a".repeat(8_000), [short, second]))).toEqual(["warning too-long beta/one"]);
    expect(await lengths("a".repeat(8_000), [unknown, { ...unknown, vendor: "beta" }])).toEqual([]);
  });
});

describe("what ends, and what waits", () => {
  test.each([
    [91, []],
    [90, ["warning retiring alpha/one"]],
    [0, ["warning retiring alpha/one"]],
    [-1, ["error retiring alpha/one"]],
  ])("a model that is retired in %d days: %j", async (days, expected) => {
    const { clock, chain } = harness();
    const retiresOn = new Date(Math.floor(clock.wallNow() / DAY) * DAY + days * DAY).toISOString().slice(0, 10);

    const findings = await chain(pair({ capabilities: { retiresOn } })).check();

    expect(told(findings)).toEqual(expected);
    for (const finding of findings) expect(finding).toMatchObject({ retiresOn, inDays: days });
  });

  test("a day ends when it is over, whatever the hour", async () => {
    const [first, second] = pair({ capabilities: { retiresOn: "2026-12-01" } });
    const inDays = async (now: string): Promise<readonly unknown[]> => {
      // oxlint-disable-next-line no-restricted-globals -- reads a day, and asks no clock
      const wallNow = (): number => Date.parse(now);
      const clock: Clock = { now: () => 0, wallNow, setTimeout: () => 0, clearTimeout: () => undefined };
      const findings = await harness().chain([first, second], { clock }).check();
      return findings.map((finding) => (finding.type === "retiring" ? [finding.level, finding.inDays] : finding));
    };

    expect(await inDays("2026-11-30T00:00:00Z")).toEqual([["warning", 1]]);
    expect(await inDays("2026-12-01T00:00:00Z")).toEqual([["warning", 0]]);
    expect(await inDays("2026-12-01T23:59:59Z")).toEqual([["warning", 0]]);
    expect(await inDays("2026-12-02T00:00:00Z")).toEqual([["error", -1]]);
  });

  test("a tier that is marked and comes first", async () => {
    const [first, second] = pair();

    expect(told(await check([{ target: first, degraded: true }, second]))).toEqual([
      "warning degraded-first alpha/one+beta/one",
    ]);
  });

  test("limits that leave the last tiers no turn, and with a request how long a caller may wait", async () => {
    const [first, second] = pair({}, { plan: { silentReasoning: true } });
    const endless = [{ target: first, timeoutMs: Infinity }, second];

    expect(told(await check(endless))).toEqual(["warning beyond-deadline alpha/one+beta/one"]);
    expect(await check([first, second], "Hi")).toMatchObject([
      {
        type: "longest-wait",
        level: "warning",
        waitMs: 195_000,
        message:
          "if every tier is silent, a caller waits 195 s for the last one's first output " +
          "(timeoutMs of alpha/one: 15 s, silentReasoningMs of beta/one: 180 s)",
      },
    ]);
    const quick = [first, second].map((target) => ({ target, timeoutMs: () => 5_000, silentReasoningMs: 6_000 }));
    expect(await check(quick, "Hi")).toMatchObject([{ type: "longest-wait", level: "info", waitMs: 11_000 }]);
    expect(await check(quick)).toEqual([]);
  });
});

describe("what becomes of a request", () => {
  const picture: Request = {
    messages: [
      { role: "user", content: [{ type: "image", source: { type: "base64", mediaType: "image/png", data: "AAAA" } }] },
    ],
  };

  test("names the tiers that cannot take it, as errors only when none can", async () => {
    const [able, blind] = pair({}, { capabilities: { images: false } });

    const some = (await check([able, blind], picture)).filter(({ type }) => type === "unable");
    const none = (await check([blind], picture)).filter(({ type }) => type === "unable");

    expect(some).toMatchObject([{ level: "warning", tiers: ["beta/one"], missing: ["images"] }]);
    expect(none).toMatchObject([{ level: "error", tiers: ["beta/one"], missing: ["images"] }]);
  });

  test("reports losses of the hand-off and of the adapter, and sends nothing", async () => {
    const { clock } = harness();
    const target = scripted(clock, [[]], { capabilities: KNOWN });
    const lossy: Target = { ...target, losses: () => [{ what: "topK", action: "dropped", reason: "has\nnone" }] };
    const mild: Target = { ...pair()[1], losses: () => [{ what: "stop", action: "translated" }] };

    const findings = await check([lossy, mild], "half a pair: \ud800");

    expect(findings.filter(({ type }) => type === "losses")).toMatchObject([
      {
        level: "warning",
        tiers: ["alpha/one"],
        losses: [
          { what: expect.stringContaining("messages"), action: "translated" },
          { what: "topK", action: "dropped", reason: "has?none" },
        ],
      },
      { level: "info", tiers: ["beta/one"] },
    ]);
    expect(target.calls).toEqual([]);
  });

  test("a translation that would fail before anything is sent makes a tier unable", async () => {
    const [first, second] = pair();
    const failing: Target = {
      ...second,
      losses: () => {
        throw new TargetFailure("request.unsupported", { capability: "audio" });
      },
    };

    expect(await check([first, failing], "Hi")).toContainEqual(
      expect.objectContaining({ type: "unable", level: "warning", tiers: ["beta/one"], missing: ["audio"] }),
    );
  });

  test.each<readonly [string, unknown, readonly TierInput[]]>([
    ["no messages", { messages: [] }, pair()],
    ["an unknown option", { messages: [{ role: "user", content: "Hi" }], tempratur: 1 }, pair()],
    ["a number", 5, pair()],
    ["what JSON cannot hold", { messages: [{ role: "user", content: 1n }] }, pair()],
    [
      "overrides that make it wrong",
      "Hi",
      [{ target: pair()[0], requestOverrides: () => ({ messages: [] }) }, pair()[1]],
    ],
    [
      "overrides that throw",
      "Hi",
      [
        {
          target: pair()[0],
          requestOverrides: () => {
            throw new Error("secret");
          },
        },
        pair()[1],
      ],
    ],
    ["a limit that is none", "Hi", [{ target: pair()[0], timeoutMs: () => Number.NaN }, pair()[1]]],
  ])("%s is one error, in the words of the error that a call would have", async (_name, request, tiers) => {
    const { clock, chain } = harness();
    const built = chain(tiers);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
    const wrong = request as Request;
    const words = await finish(clock, built.generate(wrong)).then(
      () => "",
      (error: Error) => error.message,
    );

    const errors = (await built.check(wrong)).filter(({ level }) => level === "error");

    expect(errors).toMatchObject([{ type: "invalid-request", message: words }]);
    expect(words).not.toBe("");
    expect(words).not.toContain("secret");
  });
});

describe("never throws", () => {
  const THROWING = new Proxy(
    {},
    {
      get: () => {
        throw new Error("secret");
      },
      ownKeys: () => {
        throw new Error("secret");
      },
    },
  );

  test.each<readonly [string, Partial<Record<keyof Target, unknown>>, string]>([
    ["capabilities that throw", { capabilities: THROWING }, "unreadable"],
    ["scopes that throw", { scopes: THROWING }, "unreadable"],
    ["no capabilities", { capabilities: {} }, "unknown-limits"],
    [
      "wrong capabilities",
      {
        capabilities: {
          ...pair()[1].capabilities,
          size: "__proto__",
          reasoning: 7,
          contextWindow: "many",
          retiresOn: 5,
        },
      },
      "unknown-limits",
    ],
    ["a day that is none", { capabilities: { ...KNOWN, retiresOn: "soon" } }, "longest-wait"],
    ["losses that throw", { losses: () => JSON.parse("{") }, "unreadable"],
    ["losses that are none", { losses: () => 5 }, "longest-wait"],
    ["losses that are wrong", { losses: () => [null, 5] }, "unreadable"],
    ["losses that are no function", { losses: 5 }, "unreadable"],
  ])("whatever a foreign target has: %s", async (_name, wrong, expected) => {
    const [first, second] = pair();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what adapters without types make
    const foreign = { ...second, ...wrong } as Target;

    const findings = await check([first, foreign], "Hi");

    expect(["longest-wait", ...findings.map(({ type }) => type)]).toContain(expected);
    expect(JSON.stringify(findings)).not.toContain("secret");
  });

  test("whatever the request is", async () => {
    for (const request of [null, 5, [], THROWING, { messages: THROWING }, () => 1, Symbol("s")]) {
      // oxlint-disable-next-line no-await-in-loop, typescript/no-unsafe-type-assertion -- one after the other
      const findings = await check(pair(), request as unknown as Request);
      expect(told(findings)[0]).toBe("error invalid-request ");
    }
  });
});
