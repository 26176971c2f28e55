/** A chat whose history stays whole across a failover and back: stored as JSON, continued by whoever is there. */
import { anthropic } from "@understudy/anthropic";
import { createChain, type Message } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";

const claude = await startAnthropic();
const gpt = await startOpenAI();
claude.script([
  { answer: { reasoning: "Paris is a capital.", text: "Paris." } },
  { fault: { type: "status", status: 503 } },
  { answer: { text: "You asked about Paris, then about its people." } },
]);
gpt.answer({ text: "About two million." });

const chain = createChain([
  anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
  openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
]);

let stored = "[]";
for (const question of ["What is the capital of France?", "How many people live there?", "What did I ask?"]) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- messages are plain JSON, as written below
  const messages = JSON.parse(stored) as Message[];
  messages.push({ role: "user", content: question });
  // oxlint-disable-next-line no-await-in-loop -- each turn needs the one before
  const answer = await chain.generate({ messages });
  messages.push(answer.message);
  stored = JSON.stringify(messages);
  console.log(`> ${question}`);
  console.log(`${answer.text} (${answer.tier})`);
  for (const loss of answer.losses) console.log(`  ${loss.what} ${loss.action}: ${loss.reason ?? ""}`);
}

await Promise.all([claude.close(), gpt.close()]);
