/** What a user of the packed packages writes. Compiled and run in a project that has nothing else. */
import { anthropic } from "@understudy/anthropic";
import {
  createChain,
  defaultPolicy,
  FAILURE_RULES,
  isUnderstudyError,
  type Answer,
  type ChainOptions,
  type EngineEvent,
  type Message,
  type Request as ChatRequest,
  type StreamEvent,
  type Target,
} from "@understudy/core";
import { TargetFailure, type WireReader } from "@understudy/core/adapter";
import { Evidence } from "@understudy/core/toolkit";
import { lazy } from "@understudy/core/lazy";
import { memoryStore } from "@understudy/core/store";
import { formatTrace } from "@understudy/core/trace";
import { fromUntrusted } from "@understudy/core/web";
import { nodeTransport } from "@understudy/core/node";
import { bedrock } from "@understudy/bedrock";
import { deepseek } from "@understudy/deepseek";
import { gemini } from "@understudy/gemini";
import { mistral } from "@understudy/mistral";
import { openai } from "@understudy/openai";
import { openTelemetry } from "@understudy/otel";
import { redisStore } from "@understudy/redis";
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
  testAdapter,
  type AdapterUnderTest,
  type Vendor,
} from "@understudy/testing";

const vendors = await Promise.all([
  startAnthropic(),
  startOpenAI(),
  startOpenAIChat(),
  startDeepSeek(),
  startMistral(),
  startXAI(),
  startBedrock(),
  startGemini(),
] as const);
const [claude, gpt, chat, whale, wind, comet, rock, stars] = vendors;
const setup = (vendor: Vendor): { apiKey: string; baseURL: string } => ({ apiKey: "any", baseURL: vendor.url });

const targets: readonly Target[] = [
  anthropic("claude-sonnet-5-5", { ...setup(claude), transport: "node" }),
  openai("gpt-6.1-terra", setup(gpt)),
  openai.chat("gpt-5.5", { ...setup(chat), transport: "fetch", fetch: nodeTransport() }),
  deepseek("deepseek-flash", setup(whale)),
  mistral("mistral-small-latest", setup(wind)),
  xai("grok-4.6", setup(comet)),
  bedrock("us.anthropic.claude-haiku-4-5-20251001-v1:0", setup(rock)),
  gemini("gemini-3.8-flash", setup(stars)),
];
const events: EngineEvent[] = [];
redisStore({ command: async () => [] }).close();
const options: ChainOptions = {
  policy: defaultPolicy,
  store: memoryStore(),
  onEvent: (event) => events.push(event),
  observers: [openTelemetry({ chain: "packed" })],
};
const chain = lazy(() => createChain(targets, options));

const messages: Message[] = fromUntrusted([{ role: "user", content: "Why is the sky blue?" }]);
const request: ChatRequest = { messages, vendorOptions: { anthropic: { metadata: { user_id: "someone" } } } };
const answers: Answer[] = [];
for (const tier of chain.tiers) answers.push(await chain.generate(request, { tiers: [tier] }));

claude.script([{ fault: { type: "error", error: "overloaded" } }]);
const seen: StreamEvent["type"][] = [];
const stream = await chain.stream(request);
for await (const event of stream) seen.push(event.type);
const { trace } = await stream.result;

let code: string | undefined;
try {
  await chain.generate({ messages: [] });
} catch (error) {
  code = isUnderstudyError(error) ? error.code : String(error);
}

const kit: AdapterUnderTest = {
  name: "anthropic",
  startVendor: startAnthropic,
  makeTarget: (given) => anthropic("claude-sonnet-5-5", given),
};
let tests = 0;
testAdapter({ describe: (_name, define) => define(), test: () => tests++ }, kit);
const { isGiven }: WireReader["evidence"] = new Evidence();

await Promise.all([chain.close(), ...vendors.map((vendor) => vendor.close())]);
console.log(
  JSON.stringify({
    tiers: answers.map((answer) => answer.tier),
    texts: answers.map((answer) => answer.text),
    seen,
    classes: trace.attempts.map((attempt) => attempt.class ?? "answered"),
    lines: formatTrace(trace).split("\n").length,
    code,
    ends: events.filter((event) => event.type === "end").length,
    failure: new TargetFailure("conflict").class,
    rules: Object.keys(FAILURE_RULES).length > 50,
    kit: tests > 150,
    reader: isGiven,
  }),
);
