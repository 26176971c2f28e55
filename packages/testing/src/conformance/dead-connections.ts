import assert from "node:assert/strict";
import { createChain, type Answer } from "@understudy/core";
import type { IdleEnd } from "../simulators/vendor.ts";
import type { SetTimer } from "../simulators/set-timer.ts";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { ANSWER, ANSWER_TEXT } from "./answer.ts";
import { backupTarget } from "./backup.ts";
import { DEAD_COUNTS, DEAD_ENDS, exemptible, testCase } from "./exemptions.ts";
import { API_KEY, PROMPT, type Form } from "./run-case.ts";
import { same, witnessed, type Witness } from "./witness.ts";

/** After a pause, a deployment of a load balancer or a laptop's sleep every pooled connection is dead at once. */
export function testDeadConnections({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  describe(`${adapter.name}: pooled connections that died idle`, () => {
    for (const how of DEAD_ENDS) {
      for (const count of DEAD_COUNTS) {
        for (const form of ["stream", "generate"] as const) {
          const calls = count === 1 ? "a call" : `${count} calls at once`;
          const one = exemptible(adapter, `dead.${how}.${count}`, form);
          const name = `(${how}) cost ${calls} neither the answer nor the tier (${form})`;
          testCase(test, name, one, () =>
            witnessed(`pooled connections that died idle ${name}`, (witness) =>
              loseAll(adapter, how, count, form, witness),
            ),
          );
        }
      }
    }
  });
}

async function loseAll(
  adapter: AdapterUnderTest,
  how: IdleEnd,
  count: number,
  form: Form,
  witness: Witness,
): Promise<void> {
  await using vendor = await adapter.startVendor({ setTimer: whenAllWait(count) });
  witness.watch(vendor);
  const target = adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY });
  const chain = createChain([
    { target, name: "primary" },
    { target: backupTarget(), name: "backup" },
  ]);
  const call = async (): Promise<Answer> =>
    form === "generate" ? chain.generate(PROMPT) : (await chain.stream(PROMPT)).result;
  const callAll = (): Promise<readonly Answer[]> => Promise.all(Array.from({ length: count }, call));
  vendor.answer(ANSWER);
  vendor.script(Array.from({ length: count }, () => ({ fault: { type: "delay", ms: 1 } })));
  await callAll();
  await vendor.idle();
  // The client takes a turn of the event loop to have its connections back.
  await new Promise((resolve) => setImmediate(resolve));
  const dead = vendor.connections.accepted;
  same(dead, count, "the number of connections, one for each call,");

  vendor.dropIdle(how);
  const answers = await callAll();

  for (const { text, tier, trace } of answers) {
    same(text, ANSWER_TEXT, "text");
    same(tier, "primary", "the tier that answered");
    const repeats = trace.attempts.map((attempt) => [attempt.tier, attempt.class, attempt.repeat]);
    const lost = [
      ["primary", "network.reset", undefined],
      ["primary", undefined, "fresh-connection"],
    ];
    same(repeats, trace.attempts.length === 1 ? [["primary", undefined, undefined]] : lost, "tier, class and repeat");
  }
  same(chain.snapshot()[0]?.breaker, "closed", "the breaker");
  // What went out on a dead connection reached no server: every call reached the vendor once, on its own connection.
  const reached = vendor.requests.slice(count);
  same(reached.length, count, "the number of requests that reached the vendor");
  for (const { text, connection } of reached) {
    assert.ok(connection >= dead, "a dead connection answered");
    assert.ok(text.includes(PROMPT), "a request lacks the prompt");
  }
  await vendor.idle();
  const lost = answers.filter(({ trace }) => trace.attempts.length > 1).length;
  const { open, accepted } = vendor.connections;
  assert.ok(open <= accepted - (how === "closed" ? dead : lost), "a dead connection is still open");
}

/** Lets no pause end before there are so many: only then each call has its own connection. */
function whenAllWait(count: number): SetTimer {
  const waiting: (() => void)[] = [];
  return (callback) => {
    waiting.push(callback);
    if (waiting.length === count) for (const resume of waiting) resume();
    return () => undefined;
  };
}
