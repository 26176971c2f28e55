import { createChain, type StreamEvent } from "@understudy/core";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { ANSWER_CASES, checkParts, type AnswerCase } from "./answer-cases.ts";
import { exemptible, testCase } from "./exemptions.ts";
import { targetOf } from "./requests/ask.ts";
import type { Form } from "./run-case.ts";
import { same, witnessed, type Witness } from "./witness.ts";

/** Good answers arrive whole, in order and with what the vendor says about them, in both forms that a wire has. */
export function testAnswers({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  for (const form of ["stream", "generate"] as const) {
    describe(`${adapter.name}: an answer ${form === "stream" ? "that is streamed" : "in one piece"}`, () => {
      for (const one of ANSWER_CASES) {
        testCase(test, one.name, exemptible(adapter, one.id, form), () =>
          witnessed(`an answer ${one.name}`, (witness) => play(adapter, form, one, witness)),
        );
      }
    });
  }
}

async function play(adapter: AdapterUnderTest, form: Form, one: AnswerCase, witness: Witness): Promise<void> {
  await using vendor = await adapter.startVendor();
  witness.watch(vendor);
  vendor.answer(one.said);
  const chain = createChain([targetOf(adapter, vendor, form)]);
  const stream = await chain.stream(one.request);
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  const streamed = witness.read(await stream.result);
  const whole = await chain.generate(one.request);
  same(vendor.requests[0]?.streamed, form === "stream", "whether the answer is asked for as a stream");
  same(whole.text, streamed.text, "the text of generate(), beside that of stream(),");
  same(whole.finishReason, streamed.finishReason, "the finish reason of generate(), beside that of stream(),");
  checkParts(events, streamed.invalidToolCalls.length);
  one.check(streamed, events, vendor.requests[0]?.answered ?? "");
}
