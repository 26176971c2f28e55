import { nodeTransport } from "@understudy/core/node";
import type { AttemptContext, Target, TargetRequest } from "@understudy/core/adapter";
import { startOpenAI, startOpenAIChat, type Vendor } from "@understudy/testing";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { openai } from "../index.ts";

const request: TargetRequest = {
  messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  output: { type: "text" },
  stop: [],
  reasoning: { visible: true },
};

const context: AttemptContext = {
  signal: new AbortController().signal,
  clock: { now: () => 0, wallNow: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined },
  newId: () => "p",
  loss: () => undefined,
};

async function ask(target: Target, freshConnection: boolean): Promise<void> {
  let last: string | undefined;
  for await (const parts of target.stream(request, { ...context, freshConnection })) last = parts.at(-1)?.type ?? last;
  expect(last).toBe("end");
}

const targets: readonly (readonly [string, (baseURL: string) => Target, () => Promise<Vendor>])[] = [
  ["over the global fetch", (baseURL) => openai("gpt-5.6-terra", { baseURL, apiKey: "k" }), startOpenAI],
  [
    "over nodeTransport",
    (baseURL) => openai("gpt-5.6-terra", { baseURL, apiKey: "k", fetch: nodeTransport() }),
    startOpenAI,
  ],
  [
    "with a client",
    (baseURL) => openai("gpt-5.6-terra", { client: new OpenAI({ baseURL, apiKey: "k" }) }),
    startOpenAI,
  ],
  [
    "with a client that has a fetch of its own",
    (baseURL) => {
      const transport = nodeTransport();
      const client = new OpenAI({ baseURL, apiKey: "k", fetch: (input, init) => transport(input, init) });
      return openai("gpt-5.6-terra", { client });
    },
    startOpenAI,
  ],
  ["Chat Completions", (baseURL) => openai.chat("gpt-4.1", { baseURL, apiKey: "k" }), startOpenAIChat],
];

describe("an attempt on a fresh connection", () => {
  test.each(targets)("has one of its own, which nobody uses afterwards: %s", async (_, makeTarget, start) => {
    await using vendor = await start();
    const target = makeTarget(vendor.url);

    for (const isFresh of [false, false, true, true, false]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await ask(target, isFresh);
    }

    const connections = vendor.requests.map(({ connection }) => connection);
    const [first, second, third, fourth, last] = connections;
    const usual = new Set([first, second]);
    expect(new Set([...usual, third, fourth]).size).toBe(usual.size + 2);
    expect(usual).toContain(last);
  });
});
