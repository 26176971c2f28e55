/** A chain as a model of the AI SDK, and that model as a tier of a chain. */
import assert from "node:assert/strict";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { aiSdk, understudy, understudyCall } from "@understudy/ai-sdk";
import { createChain } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";
import { generateText, streamText } from "ai";
import { TEXT } from "./two-calls.ts";

const vendor = await startDeepSeek();
const chain = createChain([deepseek("deepseek-flash", { apiKey: "any", baseURL: vendor.url })]);
const model: LanguageModelV4 = understudy(chain);
const prompt = "Why is the sky blue?";

const { text } = await generateText({ model, prompt });
assert.equal(text, TEXT);
const { textStream } = streamText({ ...understudyCall(chain), prompt });
let shown = "";
for await (const delta of textStream) shown += delta;
assert.equal(shown, TEXT);

const answer = await createChain([aiSdk(model)]).generate(prompt);
assert.equal(answer.text, TEXT);
assert.equal(vendor.requests.length, 3);
await vendor.close();
