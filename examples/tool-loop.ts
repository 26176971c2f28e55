/** A tool loop that goes on when its vendor fails in the middle: the tool runs once, and the next vendor gets its result. */
import { anthropic } from "@understudy/anthropic";
import { createChain, type Message, type ToolCallPart, type ToolResultPart } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { z } from "zod";

const claude = await startAnthropic();
const gpt = await startOpenAI();
claude.script([
  { answer: { text: "Let me look.", toolCalls: [{ name: "weather", input: { city: "Paris" } }] } },
  { fault: { type: "error", error: "overloaded" } },
]);
gpt.answer({ text: "Take a coat: it rains." });

const chain = createChain([
  anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
  openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
]);

const weatherInput = z.object({ city: z.string() });
const tools = [{ name: "weather", description: "The weather in a city.", inputSchema: weatherInput }];

async function run({ toolCallId, input }: ToolCallPart): Promise<ToolResultPart> {
  const { city } = weatherInput.parse(input);
  console.log(`running weather(${city})`);
  return { type: "tool-result", toolCallId, content: `12 degrees and rain in ${city}.` };
}

const messages: Message[] = [{ role: "user", content: "Do I need a coat in Paris?" }];
for (let turn = 0; turn < 8; turn++) {
  // oxlint-disable-next-line no-await-in-loop -- each turn needs the one before
  const answer = await chain.generate({ messages, tools });
  messages.push(answer.message);
  console.log(`${answer.tier}: ${answer.text}`);
  if (answer.toolCalls.length === 0) break;
  // oxlint-disable-next-line no-await-in-loop
  messages.push({ role: "tool", content: await Promise.all(answer.toolCalls.map(run)) });
}

console.log("What the second vendor received, in its own words:");
console.log(JSON.stringify(gpt.requests.map((request) => request.body)));
console.log(`Claude had ${claude.requests.length} requests, GPT ${gpt.requests.length}.`);
await Promise.all([claude.close(), gpt.close()]);
