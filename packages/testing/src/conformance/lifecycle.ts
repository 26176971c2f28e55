import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createChain } from "@understudy/core";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import type { RequestRecord, Vendor } from "../simulators/vendor.ts";
import { ANSWER, ANSWER_TEXT } from "./answer.ts";
import { API_KEY, codeOf, errorOf, PROMPT } from "./run-case.ts";
import { exemptible, testCase } from "./exemptions.ts";
import { same, shown, witnessed, type Witness } from "./witness.ts";

const GOOD_CALLS = 50;
const CLOSED_WITHIN_MS = 2_000;
const GOOD_SETUP = { baseURL: "http://127.0.0.1:9", apiKey: API_KEY };
const WRONG_SETUPS: readonly Readonly<Record<string, unknown>>[] = [
  { baseURL: "" },
  { baseURL: "no URL" },
  { baseURL: "ftp://127.0.0.1" },
  { baseURL: 5 },
  { baseURL: null },
  { apiKey: 5 },
  { apiKey: null },
  { apiKey: {} },
  { apiKey: "two\r\nlines" },
  { headers: 7 },
  { headers: { "no name": "x" } },
  { headers: { "x-header": 5 } },
  { fetch: "no function" },
  { streaming: "perhaps" },
];

/** What a target owes its surroundings: connections used again, closed when no consumer reads, and no secrets anywhere. */
export function testLifecycle({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  const check = (name: string, run: (witness: Witness) => Promise<void>): void =>
    void test(name, () => witnessed(`a target ${name}`, run));
  const start = async (witness: Witness): Promise<Vendor> => {
    const vendor = await adapter.startVendor();
    witness.watch(vendor);
    vendor.answer(ANSWER);
    return vendor;
  };
  describe(`${adapter.name}: a target`, () => {
    for (const form of ["stream", "generate"] as const) {
      check(`uses its connection again over ${GOOD_CALLS} good calls in a row (${form})`, async (witness) => {
        await using vendor = await start(witness);
        const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);
        for (let call = 0; call < GOOD_CALLS; call++) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
          const answer = await (form === "generate" ? chain.generate(PROMPT) : (await chain.stream(PROMPT)).result);
          same(answer.text, ANSWER_TEXT, `the text of call ${call + 1}`);
          // oxlint-disable-next-line no-await-in-loop
          await vendor.idle();
        }
        same(vendor.requests.length, GOOD_CALLS, "the number of requests");
        // The next call may begin before the client has the last connection back: then two take turns.
        assert.ok(vendor.connections.accepted <= 2, `${vendor.connections.accepted} connections were opened`);
      });
    }

    check("closes its connection when the caller aborts", async (witness) => {
      await using vendor = await start(witness);
      vendor.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
      const controller = new AbortController();
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })], { holdMs: 0 });
      const stream = await chain.stream(PROMPT, { signal: controller.signal });

      const record = await vendor.arrived(0);
      controller.abort(new Error("no longer wanted"));
      const error = await errorOf(Promise.resolve(stream.result));
      await closed(record);

      same(codeOf(error), "aborted", "the code of the error");
      same(record.closedByClient, true, "whether the connection was closed by the client");
    });

    check("closes its connection when the consumer leaves early", async (witness) => {
      await using vendor = await start(witness);
      vendor.script([{ fault: { type: "silence", at: { deltas: 1 } } }]);
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })], { holdMs: 0 });

      const iterator = (await chain.stream(PROMPT))[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.return?.();
      const record = await vendor.arrived(0);
      await closed(record);

      same(record.closedByClient, true, "whether the connection was closed by the client");
    });

    check("sends nothing when the signal is aborted from the start", async (witness) => {
      await using vendor = await start(witness);
      const chain = createChain([adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY })]);

      const error = await errorOf(chain.generate(PROMPT, { signal: AbortSignal.abort() }));

      same(codeOf(error), "aborted", "the code of the error");
      same(vendor.requests.length, 0, "the number of requests");
    });

    const whatever = "is made of whatever options without throwing, and says what is wrong with them";
    const makeOfWhatever = (): Promise<void> => {
      for (const wrong of WRONG_SETUPS) {
        // As a program calls that no compiler has checked.
        const make = (): unknown => Reflect.apply(adapter.makeTarget, undefined, [{ ...GOOD_SETUP, ...wrong }]);
        const problems: unknown = Reflect.get(Object(madeOf(make, shown(wrong))), "problems");
        assert.ok(Array.isArray(problems), `${shown(wrong)}: the target has no list of problems`);
        assert.ok(
          problems.length > 0,
          `${shown(wrong)}: the target has no problem; it has to be handed to the factory`,
        );
        assert.ok(!problems.join().includes(API_KEY), `${shown(wrong)}: the key is in a problem`);
      }
      return Promise.resolve();
    };
    testCase(test, whatever, exemptible(adapter, "wrong-options", "stream"), () =>
      witnessed(`a target ${whatever}`, makeOfWhatever),
    );

    check("keeps key, prompt and answer out of errors, traces and events", async (witness) => {
      await using vendor = await start(witness);
      const echo = `You sent ${PROMPT} with ${API_KEY}`;
      // Again for every repair.
      vendor.script(
        Array.from({ length: 3 }, () => ({ fault: { type: "error", error: "bad-request", message: echo } })),
      );
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

function madeOf(make: () => unknown, setup: string): unknown {
  try {
    return make();
  } catch (error) {
    throw new Error(`${setup}: the factory throws, where it has to put a sentence into \`problems\``, { cause: error });
  }
}

/** Fails where the connection is still open after far more time than closing it takes. */
async function closed(record: RequestRecord): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stillOpen = new Error(`${CLOSED_WITHIN_MS} ms later the connection is still open`);
  const timer = setTimeout(() => reject(stillOpen), CLOSED_WITHIN_MS);
  await Promise.race([record.closed, promise]).finally(() => clearTimeout(timer));
}
