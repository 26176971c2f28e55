import { generateText, streamText } from "ai";
import { expect, test } from "vitest";
import { understudy, understudyCall } from "../src/index.ts";
import { counts, partsOf, RESET, setUp } from "./set-up.ts";

test("1", async () => {
  await using s = await setUp();
  s.claude.answer({ text: "The sky is blue." });
  const r = await generateText({ model: understudy(s.chain), prompt: "Why?" });
  console.log(r.text, r.finishReason, r.usage, r.response, r.finalStep.providerMetadata, r.warnings);
});
test("3", async () => {
  await using s = await setUp();
  s.claude.answer({ text: ["The sky ", "is"] });
  s.claude.script([{ fault: RESET }]);
  s.gpt.answer({ text: "Because of Rayleigh." });
  const r = streamText({ model: understudy(s.chain), prompt: "Why?" });
  console.dir(await partsOf(r.fullStream), { depth: 6 });
  console.log(JSON.stringify(await r.text), counts(s));
});
test("4", async () => {
  await using s = await setUp();
  s.claude.answer({ text: ["The sky ", "is"] });
  s.claude.script([{ fault: RESET }]);
  s.gpt.answer({ text: "Because of Rayleigh." });
  const errors: unknown[] = [];
  const r = streamText({ ...understudyCall(s.chain), prompt: "Why?", onError: ({ error }) => { errors.push(error); } });
  console.dir(await partsOf(r.fullStream), { depth: 3 });
  console.log(JSON.stringify(await r.text), counts(s), errors);
});
