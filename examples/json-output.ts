/** JSON output with a Zod schema: typed, checked against the schema, and never seen half-done. */
import { anthropic } from "@understudy/anthropic";
import { createChain } from "@understudy/core";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";
import { z } from "zod";

const claude = await startAnthropic();
const gpt = await startOpenAI();
const recipe = { title: "Pancakes", minutes: 20, ingredients: ["flour", "milk", "eggs"] };
claude.answer({ text: JSON.stringify(recipe) });
claude.script([{ fault: { type: "cut", at: { deltas: 1 }, how: "clean" } }]);
gpt.answer({ text: JSON.stringify(recipe) });

const chain = createChain([
  anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
  openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
]);

const schema = z.object({ title: z.string(), minutes: z.number().int(), ingredients: z.array(z.string()) });
const answer = await chain.generate({
  messages: [{ role: "user", content: "A recipe for pancakes." }],
  output: { type: "json", schema, name: "recipe" },
});

const { output } = answer; // the schema's own type; undefined when the token limit cut the answer
if (output !== undefined) console.log(`${output.title}, ${output.minutes} minutes: ${output.ingredients.join(", ")}`);
console.log(`${answer.tier}, validated: ${answer.validated}`);
await Promise.all([claude.close(), gpt.close()]);
