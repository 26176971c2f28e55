import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createChain } from "@understudy/core";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT } from "./answer.ts";
import { API_KEY, codeOf, errorOf, PROMPT } from "./run-case.ts";

const GOOD_CALLS = 50;

/** What a target owes its surroundings: connections used again, closed when no consumer reads, and no secrets anywhere. */
export function testLifecycle({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  describe(`${adapter.name}: a target`, () => {
    for (const form of ["stream", "generate"] as const) {
      test(`uses its connection again over ${GOOD_CALLS} good calls in a row (${form})`, async () => {
        await using vendor = await adapter.startVendor();
        vendor.answer(ANSWER);
        const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);
        for (let call = 0; call < GOOD_CALLS; call++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
          const answer = await (form === "generate" ? chain.generate(PROMPT) : (await chain.stream(PROMPT)).result);
          assert.equal(answer.text, ANSWER_TEXT);
          // oxlint-disable-next-line no-await-in-loop
          await vendor.idle();
        }
        assert.equal(vendor.requests.length, GOOD_CALLS);
        // The next call may begin before the client has the last connection back: then two take turns.
        assert.ok(vendor.connections.accepted <= 2, `${vendor.connections.accepted} connections were opened`);
      });
    }

    test("closes its connection when the caller aborts", async () => {
      await using vendor = await adapter.startVendor();
      vendor.answer(ANSWER);
      vendor.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
      const controller = new AbortController();
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })], { holdMs: 0 });
      const stream = await chain.stream(PROMPT, { signal: controller.signal });

      const record = await vendor.arrived(0);
      controller.abort(new Error("no longer wanted"));
      const error = await errorOf(Promise.resolve(stream.result));
      await record.closed;

      assert.equal(codeOf(error), "aborted");
      assert.equal(record.closedByClient, true);
    });

    test("closes its connection when the consumer leaves early", async () => {
      await using vendor = await adapter.startVendor();
      vendor.answer(ANSWER);
      vendor.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })], { holdMs: 0 });

      const iterator = (await chain.stream(PROMPT))[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return?.();
      const record = await vendor.arrived(0);
      await record.closed;

      assert.equal(record.closedByClient, true);
    });

    test("sends nothing when the signal is aborted from the start", async () => {
      await using vendor = await adapter.startVendor();
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);

      const error = await errorOf(chain.generate(PROMPT, { signal: AbortSignal.abort() }));

      assert.equal(codeOf(error), "aborted");
      assert.equal(vendor.requests.length, 0);
    });

    test("keeps key, prompt and answer out of errors, traces and events", async () => {
      await using vendor = await adapter.startVendor();
      const echo = `You sent ${PROMPT} with ${API_KEY}`;
      vendor.script([
        { fault: { type: "status", status: 400, body: { error: { type: "invalid_request_error", message: echo } } } },
      ]);
      const seen: unknown[] = [];
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })], {
        onEvent: (event) => seen.push(event),
      });

      const error = await errorOf(chain.generate(PROMPT));

      const dump = [
        inspect(error, { depth: 10 }),
        JSON.stringify(error),
        String(error),
        inspect(seen, { depth: 10 }),
      ].join("\n");
      assert.ok(!dump.includes(API_KEY), "the key is in the dump");
      assert.ok(!dump.includes("canary"), "the prompt is in the dump");
    });
  });
}
