import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type EngineEvent, type Target } from "@understudy/core";
import { formatTrace } from "@understudy/core/trace";
import { fromUntrusted, toResponse } from "@understudy/core/web";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bent, CANARY, made, wild } from "../security/fuzz/values.ts";

/** All cases together: always the same ones, unless a number is given; then so many new ones. */
const given = process.env["UNDERSTUDY_FUZZ"];
const share = (part: number): Pick<fc.Parameters, "numRuns" | "seed"> => {
  const numRuns = Math.max(1, Math.round(Number(given ?? 2_000) * part));
  return given === undefined ? { numRuns, seed: 1 } : { numRuns };
};

/** Values as JavaScript callers may give them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types are set aside on purpose
const wrong = (value: unknown): never => value as never;

const FACTORIES = { anthropic, openai, chat: openai.chat, gemini, deepseek, mistral, xai, bedrock };
const MODELS = {
  anthropic: "claude-sonnet-5-5",
  openai: "gpt-6.1-terra",
  chat: "llama-4",
  gemini: "gemini-3.8-flash",
  deepseek: "deepseek-flash",
  mistral: "mistral-small-latest",
  xai: "grok-4.6",
  bedrock: "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0",
};

const HISTORY = [
  { role: "user", content: [{ type: "image", source: { type: "base64", mediaType: "image/png", data: "AA==" } }] },
  {
    role: "assistant",
    content: [
      {
        type: "reasoning",
        text: "Hm.",
        opaque: { signature: "s" },
        origin: { vendor: "a", model: "b", endpoint: "c" },
      },
      { type: "tool-call", toolCallId: "c", toolName: "get", input: { a: { b: [1] } } },
    ],
  },
  { role: "tool", content: [{ type: "tool-result", toolCallId: "c", content: [{ type: "text", text: "x" }] }] },
  { role: "user", content: "Hi" },
];

const REQUEST = {
  system: "Be kind",
  messages: HISTORY,
  tools: [
    { name: "get", description: "Gets.", inputSchema: { type: "object", properties: { a: { type: "object" } } } },
  ],
  toolChoice: { tool: "get" },
  output: { type: "json", schema: { type: "object", properties: {} }, name: "it" },
  reasoning: { effort: "low", budgetTokens: 2_000, visible: true },
  maxOutputTokens: 100,
  stop: ["END"],
  vendorOptions: {
    anthropic: { betas: ["b"], headers: { a: "b" } },
    openai: { include: ["x"], headers: { a: "b" } },
    gemini: { generationConfig: { thinkingConfig: {} } },
    deepseek: { tools: [] },
    mistral: { safe_prompt: true },
    xai: { tools: [] },
    bedrock: { requestMetadata: { team: "blue" } },
  },
};

/** A chain of all adapters whose requests go nowhere: each is answered with the vendor's own refusal. */
function world() {
  const sent: unknown[] = [];
  const events: EngineEvent[] = [];
  const fetch: typeof globalThis.fetch = (_url, init) => {
    sent.push(init?.body);
    return Promise.resolve(Response.json({ error: { message: "no" } }, { status: 413 }));
  };
  const chain = createChain(
    Object.entries(FACTORIES).map(([name, factory]) => ({
      name,
      target: factory(Reflect.get(MODELS, name), { apiKey: "k", fetch, baseURL: `https://${name}.test` }),
    })),
    { onEvent: (event) => events.push(event) },
  );
  return { chain, events, sent };
}

/** A target that needs no network. */
const talker: Target = {
  ...deepseek("talker", { apiKey: "k" }),
  async *stream() {
    yield [
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "Hello" },
    ];
    yield [{ type: "text-end", id: "1", part: { type: "text", text: "Hello" } }];
    yield [{ type: "end", finishReason: "stop", rawFinishReason: "stop" }];
  },
};

/** What a call was rejected with. Whatever is no error of ours, or tells a value, fails the test. */
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "answered";
  } catch (error) {
    return codeOf(error);
  }
}

function thrownCode(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  if (!isUnderstudyError(error)) throw error;
  const told = `${error.message}\n${error.stack}\n${JSON.stringify(error)}`;
  if (told.includes(CANARY)) throw new Error(`The error tells a value: ${told}`);
  return error.code;
}

describe("whatever JavaScript hands over", { timeout: given === undefined ? 60_000 : 3_600_000 }, () => {
  test("a request is refused before a call begins, or sent in every vendor's own form; no adapter is blamed", async () => {
    const { chain, events, sent } = world();
    const asked = fc.oneof({ weight: 5, arbitrary: bent(REQUEST) }, { weight: 1, arbitrary: wild });

    await fc.assert(
      fc.asyncProperty(asked, fc.boolean(), async (make, streams) => {
        const request = make();
        events.length = 0;
        sent.length = 0;
        const code = await outcome(streams ? chain.stream(wrong(request)) : chain.generate(wrong(request)));
        const started = events.filter(({ type }) => type === "call-start").length;
        expect(events.filter(({ type }) => type === "end")).toHaveLength(started);
        expect(code === "invalid-request" ? started + sent.length : 0).toBe(0);
        const classes = events.map((event) => (event.type === "attempt-end" ? event.record.class : undefined));
        expect(classes.join()).not.toContain("adapter.");
      }),
      share(0.4),
    );

    for (const { breaker, counts } of chain.snapshot())
      expect([breaker, counts.bad, counts.slow]).toEqual(["closed", 0, 0]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("the options of a call are refused before it begins, or it ends once", async () => {
    const { chain, events } = world();
    const options = {
      signal: AbortSignal.abort(),
      deadlineMs: 5_000,
      startWithinMs: 5_000,
      tiers: ["chat"],
      allowDegraded: true,
    };

    await fc.assert(
      fc.asyncProperty(fc.oneof(bent(options), wild), async (make) => {
        events.length = 0;
        const code = await outcome(chain.generate("Hi", wrong(make())));
        const started = events.filter(({ type }) => type === "call-start").length;
        expect(events.filter(({ type }) => type === "end")).toHaveLength(started);
        expect(code === "invalid-request" ? started : 0).toBe(0);
      }),
      share(0.1),
    );
  });

  test("a factory throws nothing, and createChain names what is wrong", () => {
    const options = {
      apiKey: "k",
      baseURL: "https://x.test",
      headers: { a: "b" },
      fetch: globalThis.fetch,
      allowInsecureHttp: false,
      quotaGroup: "g",
      streaming: "auto",
      capabilities: { tools: true, contextWindow: 5, toolCallId: { pattern: /a/, maxLength: 3 } },
      client: undefined,
    };
    const model = fc.oneof(fc.constant(made("m")), wild);

    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(FACTORIES)),
        model,
        fc.oneof(bent(options), wild),
        (factory, name, chosen) => {
          const target = factory(wrong(name()), wrong(chosen()));
          expect(thrownCode(() => createChain([target]))).toMatch(/^(?:done|config)$/);
        },
      ),
      share(0.2),
    );
  });

  test("a chain's tiers and options are taken, or refused as configuration", () => {
    const target = anthropic("m", { apiKey: "k" });
    const tier = {
      target,
      name: "a",
      timeoutMs: 5,
      degraded: false,
      requestOverrides: { system: "x", topK: 1, tools: REQUEST.tools },
    };
    const options = {
      holdMs: 5,
      marker: "x",
      maxAttempts: 3,
      random: Math.random,
      clock: undefined,
      store: undefined,
    };

    fc.assert(
      fc.property(fc.oneof(bent([tier]), wild), fc.oneof(bent(options), wild), (tiers, chosen) => {
        expect(thrownCode(() => createChain(wrong(tiers()), wrong(chosen())))).toMatch(/^(?:done|config)$/);
        expect(thrownCode(() => createChain(wrong(tiers())))).toMatch(/^(?:done|config)$/);
      }),
      share(0.1),
    );
  });

  test("a selector selects or is refused", () => {
    const { chain } = world();
    const selector = { tier: "chat", vendor: "openai", model: "llama-4", endpoint: "chat.test", sibling: 1 };

    fc.assert(
      fc.property(fc.oneof(bent(selector), wild), (make) => {
        const value = make();
        const codes = [thrownCode(() => chain.isolate(wrong(value))), thrownCode(() => chain.enable(wrong(value)))];
        expect(codes).toEqual(codes[0] === "done" ? ["done", "done"] : ["invalid-request", "invalid-request"]);
      }),
      share(0.05),
    );

    expect(chain.snapshot().filter(({ isIsolated }) => isIsolated)).toEqual([]);
  });

  test("a check finds something or nothing, whatever the request is, and never throws", async () => {
    const { chain } = world();
    await fc.assert(
      fc.asyncProperty(fc.oneof(bent({ messages: HISTORY }), wild), async (request) => {
        const findings = await chain.check(wrong(request()));
        const errors = findings.filter(({ type }) => type === "invalid-request");
        expect(errors.length).toBeLessThanOrEqual(chain.tiers.length);
      }),
      share(0.05),
    );
  });

  test("messages of a stranger come out plain, or not at all", () => {
    fc.assert(
      fc.property(fc.oneof(bent(HISTORY), wild), (messages) => {
        const code = thrownCode(() => {
          const text = JSON.stringify(fromUntrusted(messages()));
          expect(text).not.toMatch(/"(?:origin|opaque)":|"signature"/);
        });
        expect(code).toMatch(/^(?:done|invalid-request)$/);
      }),
      share(0.1),
    );
  });

  test("a trace is printed, or refused", () => {
    const trace = {
      attempts: [{ attempt: 1, tier: "a", outcome: "answered", endedMs: 5, losses: [] }],
      skipped: [],
      totalMs: 5,
    };

    fc.assert(
      fc.property(fc.oneof(bent(trace), wild), (make) => {
        expect(thrownCode(() => formatTrace(wrong(make())))).toMatch(/^(?:done|invalid-request)$/);
      }),
      share(0.05),
    );
  });

  test("a response is made, or refused and its stream closed", async () => {
    const chain = createChain([talker]);
    const init = { status: 201, statusText: "Made", headers: { a: "b" }, keepAliveMs: 5 };

    await fc.assert(
      fc.asyncProperty(fc.oneof(bent(init), wild), async (make) => {
        const stream = await chain.stream("Hi");
        let response: Response | undefined;
        const code = thrownCode(() => (response = toResponse(stream, wrong(make()))));
        expect(code).toMatch(/^(?:done|invalid-request)$/);
        await response?.body?.cancel();
      }),
      share(0.05),
    );
  });

  test("whatever is thrown is an error of ours or is not", () => {
    fc.assert(
      fc.property(wild, (make) => {
        expect(isUnderstudyError(make())).toBe(false);
      }),
      share(0.05),
    );
  });

  test("nothing is changed that is handed over", async () => {
    const { chain } = world();
    const before = JSON.stringify(REQUEST);

    await outcome(chain.generate(wrong(REQUEST)));

    expect(JSON.stringify(REQUEST)).toBe(before);
  });
});
