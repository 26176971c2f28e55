/** An answer in JSON with a schema of a library: it is sent, and what does not fit it is refused. */
import assert from "node:assert/strict";
import { createChain, isUnderstudyError, type StandardSchema } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { openai } from "@understudy/openai";
import { startDeepSeek, startOpenAI } from "@understudy/testing";

/** A recipe with a title and minutes, as each library has it. */
export async function checksOutput(
  schema: StandardSchema<{ readonly title: string; readonly minutes: number }>,
): Promise<void> {
  const [gpt, whale] = await Promise.all([startOpenAI(), startDeepSeek()]);
  const chain = createChain([
    openai("gpt-6.1-terra", { apiKey: "any", baseURL: gpt.url, transport: "fetch" }),
    deepseek("deepseek-flash", { apiKey: "any", baseURL: whale.url }),
  ]);
  const ask = () =>
    chain.generate({
      messages: [{ role: "user", content: "A recipe for pancakes." }],
      output: { type: "json", schema, name: "recipe" },
    });
  gpt.answer({ text: JSON.stringify({ title: "Pancakes", minutes: "twenty" }) });
  whale.answer({ text: JSON.stringify({ title: "Pancakes", minutes: 20 }) });
  const { output, validated, tier } = await ask();
  assert.deepEqual([output, validated, tier], [{ title: "Pancakes", minutes: 20 }, true, "deepseek/deepseek-flash"]);
  assert.match(gpt.requests[0]?.text ?? "", /"minutes":\{[^}]*"type":"(?:number|integer)"/);

  whale.answer({ text: "[]" });
  const error: unknown = await ask().catch((thrown: unknown) => thrown);
  assert.ok(isUnderstudyError(error));
  await Promise.all([gpt.close(), whale.close()]);
}
