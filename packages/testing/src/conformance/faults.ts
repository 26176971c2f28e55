import assert from "node:assert/strict";
import { createChain, type StreamEvent } from "@understudy/core";
import type { Vendor } from "../simulators/vendor.ts";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { BACKUP_TEXT, backupTarget } from "./backup.ts";
import { FAULT_CASES, type FaultCase } from "./fault-cases.ts";
import { ANSWER_TEXT, API_KEY, playFault, PROMPT, type Form, type Played } from "./run-case.ts";

/** A lost attempt's connection is closed, or its answer read to the end, within this time. */
const LET_GO_MS = 100;

/** Every fault, streamed and whole: the next tier takes over, or the answer is good where the fault is none. */
export function testFaults({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  const check = (name: string, outcome: string, run: () => Promise<void>): void => {
    const reason = adapter.exemptions?.[name];
    if (reason === undefined) test(`${name} ${outcome}`, run);
    else test(`${name} (exempted: ${reason})`, async () => undefined);
  };
  for (const form of ["stream", "generate"] as const) {
    describe(`${adapter.name}: ${form} and`, () => {
      for (const faultCase of FAULT_CASES) {
        check(faultCase.name, `leads to ${title(faultCase)}`, async () => {
          await using vendor = await adapter.startVendor();
          const played = await playFault(vendor, adapter, form, faultCase.fault, faultCase.limits);
          checkOutcome(faultCase, played);
          if (form === "stream") checkEvents(played.events, faultCase);
          checkRequests(vendor, played);
          await checkLetGo(vendor, played);
        });
      }
      check("a refused connection", "leads to the next tier", async () => {
        const vendor = await adapter.startVendor();
        await vendor.close();
        const target = adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY });
        const answer = await collect(createChain([target, backupTarget()]), form);
        assert.equal(answer.text, BACKUP_TEXT);
        assert.equal(answer.trace.attempts[0]?.class, "network.refused");
      });
      check("a redirect", "is not followed and leads to the next tier", async () => {
        await using elsewhere = await adapter.startVendor();
        await using vendor = await adapter.startVendor();
        const played = await playFault(vendor, adapter, form, { type: "redirect", location: elsewhere.url });
        assert.equal(played.answer.trace.attempts[0]?.class, "redirect");
        assert.equal(elsewhere.requests.length, 0, "the prompt reached the second origin");
      });
    });
  }
}

function title({ expected }: FaultCase): string {
  return expected === "answered" ? "the good answer" : `the next tier (${expected.join(" or ")})`;
}

function checkOutcome({ expected }: FaultCase, { answer }: Played): void {
  const [first] = answer.trace.attempts;
  if (expected === "answered") {
    assert.equal(first?.class, undefined);
    assert.equal(answer.text, ANSWER_TEXT);
    assert.equal(answer.tier, "primary");
    return;
  }
  assert.ok(first?.class !== undefined && expected.includes(first.class), `classified as ${String(first?.class)}`);
  assert.equal(answer.text, BACKUP_TEXT);
  assert.equal(answer.tier, "backup");
}

/** Exactly one start, one finish at the very end, and a failover event before the second answer where text was shown. */
function checkEvents(events: readonly StreamEvent[], { expected }: FaultCase): void {
  const types = events.map((event) => event.type);
  assert.equal(types[0], "start");
  assert.equal(types.filter((type) => type === "start").length, 1);
  assert.equal(types.indexOf("finish"), types.length - 1);
  const begun = events.flatMap((event) => (event.type.endsWith("-start") && "id" in event ? [event.id] : []));
  assert.equal(new Set(begun).size, begun.length, "an id was used again by another attempt: take ids from newId()");
  const shown = events.flatMap((event) => (event.type === "text-delta" ? [event.delta] : [])).join("");
  const failover = events.find((event) => event.type === "failover");
  if (expected === "answered") {
    assert.equal(failover, undefined);
    assert.equal(shown, ANSWER_TEXT);
  } else if (failover === undefined) {
    assert.equal(shown, BACKUP_TEXT);
  } else {
    assert.equal(shown.slice(failover.discards.textChars), BACKUP_TEXT);
    assert.ok(ANSWER_TEXT.startsWith(shown.slice(0, failover.discards.textChars)));
  }
}

/** Nothing retries behind the engine's back, and nothing is sent that no trace names. */
function checkRequests(vendor: Vendor, { answer }: Played): void {
  const attempts = answer.trace.attempts.filter((attempt) => attempt.tier === "primary");
  assert.equal(vendor.requests.length, attempts.length);
}

/** Time in which this process could not run at all is not the adapter's. */
async function checkLetGo(vendor: Vendor, { leftAt, standstillMs }: Played): Promise<void> {
  await vendor.idle();
  if (leftAt === undefined) return;
  for (const { finishedAt } of vendor.requests) {
    const late = (finishedAt ?? Infinity) - leftAt;
    assert.ok(
      late <= LET_GO_MS + standstillMs(),
      `the connection was let go ${late} ms after the attempt was given up`,
    );
  }
}

async function collect(chain: ReturnType<typeof createChain>, form: Form): ReturnType<typeof chain.generate> {
  if (form === "generate") return chain.generate(PROMPT);
  const stream = await chain.stream(PROMPT);
  return stream.result;
}
