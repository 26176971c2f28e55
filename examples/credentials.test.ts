import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type Chain, type UnderstudyError } from "@understudy/core";
import type { Target } from "@understudy/core/adapter";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { xai } from "@understudy/xai";
import {
  startAnthropic,
  startBedrock,
  startDeepSeek,
  startGemini,
  startMistral,
  startOpenAI,
  startOpenAIChat,
  startXAI,
  type Vendor,
} from "@understudy/testing";
import { describe, expect, test } from "vitest";

interface Options {
  readonly baseURL: string;
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
}

interface Subject {
  readonly name: string;
  readonly start: () => Promise<Vendor>;
  readonly make: (options: Options) => Target;
  readonly keyHeader?: string;
}

const SUBJECTS: readonly Subject[] = [
  { name: "anthropic", start: startAnthropic, make: (options) => anthropic("claude-sonnet-5-5", options) },
  {
    name: "anthropic by fetch",
    start: startAnthropic,
    make: (options) => anthropic("claude-sonnet-5-5", { ...options, transport: "fetch" }),
  },
  { name: "openai", start: startOpenAI, make: (options) => openai("gpt-6-astra", options) },
  {
    name: "openai by fetch",
    start: startOpenAI,
    make: (options) => openai("gpt-6-astra", { ...options, transport: "fetch" }),
  },
  { name: "openai.chat", start: startOpenAIChat, make: (options) => openai.chat("gpt-4.1", options) },
  {
    name: "openai.chat by fetch",
    start: startOpenAIChat,
    make: (options) => openai.chat("gpt-4.1", { ...options, transport: "fetch" }),
  },
  {
    name: "gemini",
    start: startGemini,
    make: (options) => gemini("gemini-3.8-flash", options),
    keyHeader: "x-goog-api-key",
  },
  {
    name: "gemini by its SDK",
    start: startGemini,
    make: (options) => gemini("gemini-3.8-flash", { ...options, transport: "sdk" }),
    keyHeader: "x-goog-api-key",
  },
  { name: "deepseek", start: startDeepSeek, make: (options) => deepseek("deepseek-flash", options) },
  { name: "mistral", start: startMistral, make: (options) => mistral("mistral-small-latest", options) },
  { name: "xai", start: startXAI, make: (options) => xai("grok-4.6", options) },
  {
    name: "bedrock",
    start: startBedrock,
    make: (options) => bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", options),
  },
];

async function failureOf(chain: Chain): Promise<UnderstudyError> {
  const error = await chain.generate("Hi").catch((thrown: unknown) => thrown);
  if (!isUnderstudyError(error)) throw new Error("It did not fail.");
  return error;
}

describe.each(SUBJECTS)("$name", ({ start, make, keyHeader = "authorization" }) => {
  const value = (key: string): string => (keyHeader === "authorization" ? `Bearer ${key}` : key);

  test("asks a function for the key before each request, and sends what it returns", async () => {
    await using vendor = await start();
    let asked = 0;
    const chain = createChain([make({ baseURL: vendor.url, apiKey: () => Promise.resolve(`renewed-key-${++asked}`) })]);

    await chain.generate("Hi");
    await chain.generate("Hi");

    expect(vendor.requests.map(({ headers }) => headers[keyHeader])).toEqual([
      value("renewed-key-1"),
      value("renewed-key-2"),
    ]);
  });

  test("asks a function for headers before each request, whose names take the place of fixed ones", async () => {
    await using vendor = await start();
    let asked = 0;
    const name = keyHeader === "authorization" ? "Authorization" : "X-Goog-Api-Key";
    const headers = (): Record<string, string> => ({ [name]: value(`from-header-${++asked}`), "X-Team": "blue" });
    const chain = createChain([make({ baseURL: vendor.url, apiKey: "fixed-key", headers })]);

    await chain.generate("Hi");
    await chain.generate("Hi");

    expect(vendor.requests.map((request) => [request.headers[keyHeader], request.headers["x-team"]])).toEqual([
      [value("from-header-1"), "blue"],
      [value("from-header-2"), "blue"],
    ]);
  });

  test.each<readonly [string, Partial<Options>]>([
    ["throws", { apiKey: () => throwWords() }],
    ["rejects", { apiKey: () => Promise.reject(new Error("hush")) }],
    ["returns no key", { apiKey: () => "" }],
    ["for headers rejects", { apiKey: "k", headers: () => Promise.reject(new Error("hush")) }],
  ])("sends nothing when a function %s: the chain moves on, also to a sibling", async (_, options) => {
    await using vendor = await start();
    vendor.answer({ text: "From the sibling." });
    const events: string[] = [];
    const targets = [make({ baseURL: vendor.url, ...options }), make({ baseURL: vendor.url, apiKey: "good-key" })];
    const chain = createChain([{ targets }], { onEvent: ({ type }) => void events.push(type) });

    const answer = await chain.generate("Hi");

    expect(answer.text).toBe("From the sibling.");
    expect(answer.trace.attempts.map((attempt) => attempt.class)).toEqual(["auth.invalid", undefined]);
    expect(answer.trace.attempts[0]?.explanation).toMatch(/^the function for `\w+` .+; nothing was sent$/);
    expect(JSON.stringify(answer.trace)).not.toContain("hush");
    expect(events).toContain("credential-problem");
    expect(vendor.requests).toHaveLength(1);
  });

  test("keeps what a function returned out of everything that an error tells", async () => {
    await using vendor = await start();
    const body = {
      error: { type: "invalid_request_error", message: "No entry for tenant-pass-4711 here.", code: 403 },
    };
    vendor.script([{ fault: { type: "status", status: 403, body } }]);
    const chain = createChain([make({ baseURL: vendor.url, apiKey: () => "tenant-pass-4711" })]);

    const error = await failureOf(chain);

    expect(vendor.requests[0]?.headers[keyHeader]).toBe(value("tenant-pass-4711"));
    expect(error.vendorMessage).toBe("No entry for [redacted] here.");
    expect(JSON.stringify([error, error.message, error.attempts])).not.toContain("tenant-pass");
  });

  test("tells functions apart by identity: targets of one function share a scope, others do not", () => {
    const baseURL = "http://127.0.0.1:1";

    const key = (options: Partial<Options>): string => make({ baseURL, ...options }).scopes.key;

    expect(key({ apiKey: fixed })).toBe(key({ apiKey: fixed }));
    expect(key({ apiKey: fixed })).not.toBe(key({ apiKey: () => "k" }));
    expect(key({ apiKey: "k", headers: () => ({}) })).not.toBe(key({ apiKey: "k" }));
  });
});

function fixed(): string {
  return "k";
}

function throwWords(): never {
  throw new Error("hush");
}
