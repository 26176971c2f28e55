import { nodeTransport } from "@understudy/core/node";
import type { AttemptContext, Target, TargetRequest } from "@understudy/core/adapter";
import { startGemini } from "@understudy/testing";
import { describe, expect, test } from "vitest";
import { gemini } from "./index.ts";

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
  ["over the global fetch", (baseURL) => gemini("gemini-3.8-flash", { baseURL, apiKey: "k" })],
  ["over nodeTransport", (baseURL) => gemini("gemini-3.8-flash", { baseURL, apiKey: "k", fetch: nodeTransport() })],
  ["through the SDK", (baseURL) => gemini("gemini-3.8-flash", { baseURL, apiKey: "k", transport: "sdk" })],
];

describe("an attempt on a fresh connection", () => {
  test.each(targets)("has one of its own, which nobody uses afterwards: %s", async (_, makeTarget) => {
    await using vendor = await startGemini();
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
