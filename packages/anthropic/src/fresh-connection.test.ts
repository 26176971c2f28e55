import { nodeTransport } from "@understudy/core/node";
import type { AttemptContext, Target, TargetRequest } from "@understudy/core/adapter";
import { startAnthropic } from "@understudy/testing";
import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { anthropic } from "./index.ts";

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

const targets: readonly (readonly [string, (baseURL: string) => Target])[] = [
  ["over the global fetch", (baseURL) => anthropic("claude-sonnet-5-5", { baseURL, apiKey: "k" })],
  ["over nodeTransport", (baseURL) => anthropic("claude-sonnet-5-5", { baseURL, apiKey: "k", fetch: nodeTransport() })],
  ["with a client", (baseURL) => anthropic("claude-sonnet-5-5", { client: new Anthropic({ baseURL, apiKey: "k" }) })],
  [
    "with a client that has a fetch of its own",
    (baseURL) => {
      const transport = nodeTransport();
      const client = new Anthropic({ baseURL, apiKey: "k", fetch: (input, init) => transport(input, init) });
      return anthropic("claude-sonnet-5-5", { client });
    },
  ],
];

describe("an attempt on a fresh connection", () => {
  test.each(targets)("has one of its own, which nobody uses afterwards: %s", async (_, makeTarget) => {
    await using vendor = await startAnthropic();
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
