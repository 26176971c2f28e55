import { anthropic } from "@understudy/anthropic";
import { bedrock } from "@understudy/bedrock";
import { createChain, isUnderstudyError, type Target } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
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
import { xai } from "@understudy/xai";
import { describe, expect, test } from "vitest";

interface Options {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly transport?: "fetch" | "node";
  readonly fetch?: typeof globalThis.fetch;
}

const vertex = { project: "my-project", location: "europe-west1", accessToken: () => "good-token" };

const SUBJECTS: readonly (readonly [string, () => Promise<Vendor>, (options: Options) => Target])[] = [
  ["anthropic", startAnthropic, (options) => anthropic("claude-sonnet-5-5", options)],
  ["openai", startOpenAI, (options) => openai("gpt-6.1-terra", options)],
  ["openai.chat", startOpenAIChat, (options) => openai.chat("llama-4", options)],
  ["gemini", startGemini, (options) => gemini("gemini-3.8-flash", options)],
  [
    "gemini on Vertex",
    () => startGemini({ vertex: true }),
    (options) => gemini("gemini-3.8-flash", { ...options, apiKey: undefined, vertex }),
  ],
  [
    "anthropic on Vertex",
    () => startAnthropic({ vertex: true }),
    (options) => anthropic("claude-sonnet-5-5", { ...options, apiKey: undefined, vertex }),
  ],
  ["deepseek", startDeepSeek, (options) => deepseek("deepseek-flash", options)],
  ["mistral", startMistral, (options) => mistral("mistral-small-latest", options)],
  ["xai", startXAI, (options) => xai("grok-4.6", options)],
  ["bedrock", startBedrock, (options) => bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", options)],
];

/** Who made the latest request: the SDKs and the global fetch of Node name themselves, `node:http` does not. */
function makerOf({ requests }: Vendor): string {
  const { headers = {} } = requests.at(-1) ?? {};
  if (headers["x-stainless-lang"] !== undefined) return "sdk";
  return headers["user-agent"] === "node" ? "fetch" : (headers["user-agent"] ?? "node");
}

function refusal(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    return isUnderstudyError(error) ? `${error.code}: ${error.message}` : "another error";
  }
  return "none";
}

describe.each(SUBJECTS)("%s", (name, start, make) => {
  test("makes its requests over node:http by its own word, and by that of its chain", async () => {
    await using vendor = await start();
    const options = { baseURL: vendor.url, apiKey: "good-key" };
    const usual = make(options);
    const makers: string[] = [];

    for (const chain of [
      createChain([make({ ...options, transport: "node" })]),
      createChain([make({ ...options, transport: "node" })], { transport: "fetch" }),
      createChain([usual], { transport: "node" }),
      createChain([{ targets: [usual] }], { transport: "fetch" }),
      createChain([make({ ...options, transport: "fetch" })], { transport: "node" }),
      createChain([make({ ...options, fetch: globalThis.fetch })], { transport: "node" }),
      createChain([usual]),
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await (
        await chain.stream("Hi")
      ).result;
      makers.push(makerOf(vendor));
    }

    const own = ["anthropic", "openai", "openai.chat"].includes(name) ? "sdk" : "fetch";
    expect(makers).toEqual(["node", "node", "node", "fetch", "fetch", own, own]);
  });

  test("refuses at once an own fetch beside it, and a word that there is not, wherever it is said", async () => {
    const options = { baseURL: "http://127.0.0.1:1", apiKey: "good-key" };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what callers without types pass
    const wrong = "nodes" as never;
    expect(refusal(() => createChain([make({ ...options, transport: "node", fetch: globalThis.fetch })]))).toMatch(
      /^config: The chain cannot be built: tier 1 .*: `fetch` and `transport: 'node'` exclude each other: both make the requests; leave one of them out\.$/,
    );
    expect(refusal(() => createChain([make({ ...options, transport: wrong })]))).toMatch(
      /^config: The chain cannot be built: tier 1 .*: `transport` must be .*'node'.* \(did you mean `node`\?\)\.$/,
    );
    expect(refusal(() => createChain([make(options)], { transport: wrong }))).toBe(
      "config: The chain cannot be built: transport must be 'fetch' or 'node' (did you mean `node`?).",
    );
  });
});

test("connections over node:http are those of all chains: one that is closed leaves them to the others", async () => {
  await using vendor = await startDeepSeek();
  const target = deepseek("deepseek-flash", { baseURL: vendor.url, apiKey: "good-key" });
  const first = createChain([target], { transport: "node" });
  const second = createChain([target], { transport: "node" });

  await first.generate("Hi");
  await first.close();
  await second.generate("Hi");
  await createChain([deepseek("deepseek-flash", { baseURL: vendor.url, apiKey: "k", transport: "node" })]).generate(
    "Hi",
  );

  expect(vendor.connections.accepted).toBe(1);
});
