import assert from "node:assert/strict";
import { createChain, isUnderstudyError, type StandardSchema } from "@understudy/core";
import { deepseek } from "@understudy/deepseek";
import { startDeepSeek } from "@understudy/testing";

/**
 * An answer in JSON with a schema of a library, of an object with a `title` and a number of `minutes`: the schema is sent,
 * what fits it is given out, and what does not is refused.
 */
export async function checksOutput(
  schema: StandardSchema<{ readonly title: string; readonly minutes: number }>,
): Promise<void> {
  const vendor = await startDeepSeek();
  const chain = createChain([deepseek("deepseek-flash", { apiKey: "any", baseURL: vendor.url })]);
  const output = { type: "json", schema, name: "recipe" } as const;
  const request = { messages: [{ role: "user", content: "A recipe for pancakes." }], output } as const;

  vendor.answer({ text: JSON.stringify({ title: "Pancakes", minutes: 20 }) });
  const answer = await chain.generate(request);
  assert.deepEqual([answer.output, answer.validated], [{ title: "Pancakes", minutes: 20 }, true]);
  assert.match(vendor.requests[0]?.text.replaceAll("\\", "") ?? "", /"minutes": ?\{ ?"type": ?"number"/);

  vendor.answer({ text: JSON.stringify({ title: "Pancakes", minutes: "twenty" }) });
  const error: unknown = await chain.generate(request).catch((thrown: unknown) => thrown);
  assert.ok(isUnderstudyError(error));
  assert.equal(error.code, "invalid-output");
  await vendor.close();
}
