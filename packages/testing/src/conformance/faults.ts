import assert from "node:assert/strict";
import { createChain, isUnderstudyError, type StreamEvent, type TierLimits } from "@understudy/core";
import { joined } from "../simulators/answer.ts";
import type { Vendor } from "../simulators/vendor.ts";
import type { AdapterUnderTest, TestRunner } from "./adapter-under-test.ts";
import { BACKUP_TEXT, backupTarget } from "./backup.ts";
import { ANSWER } from "./answer.ts";
import type { SingleCaseId } from "./cases/case-id.ts";
import type { FaultCase } from "./cases/fault-case.ts";
import { FAULT_CASES } from "./cases/fault-cases.ts";
import { exemptible, testCase } from "./exemptions.ts";
import { API_KEY, codeOf, errorOf, playFault, PROMPT, type Form, type Played } from "./run-case.ts";
import { standstillMs } from "./standstill.ts";
import { together, type Run } from "./together.ts";
import { same, witnessed, type Witness } from "./witness.ts";

/** A lost attempt's connection is closed, or its answer read to the end, within this time. */
const LET_GO_MS = 100;
/** A case that used to hang may still do so: it fails after this time. */
const EXEMPTED: TierLimits = { timeoutMs: 2_000, silentReasoningMs: 2_000 };
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Every fault, streamed and whole: the next tier takes over, or the answer is good where the fault is none. */
export function testFaults({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  const check = (id: SingleCaseId, form: Form, name: string, run: (witness: Witness) => Promise<void>): void =>
    testCase(test, name, exemptible(adapter, id, form), () => witnessed(name, run));
  const waiting = together();
  for (const form of ["stream", "generate"] as const) {
    describe(`${adapter.name}: ${form} and`, () => {
      for (const faultCase of FAULT_CASES) {
        const one = exemptible(adapter, faultCase.id, form);
        const { exemption } = one;
        const limits = faultCase.limits ?? (exemption === undefined ? undefined : EXEMPTED);
        const name = `${faultCase.name} leads to ${title(faultCase)}`;
        const run: Run = (begun) =>
          witnessed(name, async (witness) => {
            await using vendor = await adapter.startVendor();
            witness.watch(vendor);
            void vendor.arrived(0).then(begun);
            const played = await playFault(vendor, adapter, form, { ...faultCase, limits });
            witness.read(played.events);
            witness.read(played.answer);
            checkOutcome(faultCase, played);
            if (form === "stream") checkEvents(played.events, faultCase);
            checkRequests(vendor, played);
            await checkLetGo(vendor, played);
          });
        const waits = exemption?.harmful !== true && (faultCase.slow === true || limits !== undefined);
        const begin = waits ? waiting(run) : () => run(() => undefined);
        testCase(test, name, one, begin);
      }
      check("refused-connection", form, "a refused connection leads to the next tier", async (witness) => {
        const vendor = await adapter.startVendor();
        await vendor.close();
        const target = adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY });
        const answer = witness.read(await collect(createChain([target, backupTarget()]), form));
        same(answer.text, BACKUP_TEXT, "text");
        same(answer.trace.attempts[0]?.class, "network.refused", "the class of the failure");
      });
      check("redirect", form, "a redirect is not followed and leads to the next tier", async (witness) => {
        await using elsewhere = await adapter.startVendor();
        await using vendor = await adapter.startVendor();
        witness.watch(vendor);
        const played = await playFault(vendor, adapter, form, {
          fault: { type: "redirect", location: elsewhere.url },
        });
        witness.read(played.answer);
        same(played.answer.trace.attempts[0]?.class, "redirect", "the class of the failure");
        same(elsewhere.requests.length, 0, "the number of requests that reached the second origin");
      });
      check("stated-wait", form, "a wait stated in the stream is what the caller is told", async (witness) => {
        await using vendor = await adapter.startVendor();
        witness.watch(vendor);
        const message = "Rate limit reached. Please try again in 41.054s.";
        const limit = { type: "in-band-error", at: "preamble", error: "rate-limited", message } as const;
        vendor.script([{ fault: { ...limit, retryAfterMs: 41_054 } }]);
        const target = adapter.makeTarget({ baseURL: vendor.url, apiKey: API_KEY });
        const error = witness.read(await errorOf(collect(createChain([target]), form)));
        same(codeOf(error), "rate-limited", "the code of the error");
        checkWait(isUnderstudyError(error) ? error.retryAfterMs : undefined, 41_054);
        same(vendor.requests.length, 1, "the number of requests");
      });
    });
  }
}

function title({ expected }: FaultCase): string {
  return expected === "answered" ? "the good answer" : `the next tier (${expected.join(" or ")})`;
}

function textOf({ answer = ANSWER }: FaultCase): string {
  return joined(answer.text);
}

function checkOutcome(faultCase: FaultCase, { answer }: Played): void {
  const { expected, usage, waitMs } = faultCase;
  const [first] = answer.trace.attempts;
  if (expected === "answered") {
    same(first?.class, undefined, "the class of the failure");
    same(answer.text, textOf(faultCase), "text");
    same(answer.finishReason, "stop", "finishReason");
    same(answer.tier, "primary", "the tier that answered");
    if (usage === undefined) return;
    same({ ...answer.usage, ...usage }, answer.usage, "usage, with the vendor's counts in it,");
    same(answer.usageTotal.exact, true, "usageTotal.exact");
    return;
  }
  assert.ok(first?.class !== undefined, "the attempt did not fail: what came was taken for an answer");
  assert.ok(expected.includes(first.class), `the failure is ${first.class} instead of ${expected.join(" or ")}`);
  same(answer.text, BACKUP_TEXT, "text");
  same(answer.tier, "backup", "the tier that answered");
  same([...answer.toolCalls, ...answer.invalidToolCalls], [], "the calls of the backup's answer");
  if (waitMs === undefined) return;
  same(first.retryAfterMs, waitMs, "retryAfterMs");
  checkWait(first.cooldownMs, waitMs);
}

/** A stated wait is stretched by up to a half, so that not everybody comes back at once. */
function checkWait(ms: number | undefined, stated: number): void {
  assert.ok(ms !== undefined && ms >= stated - 1_000 && ms <= stated * 1.5, `${String(ms)} ms instead of ${stated}`);
}

/** Exactly one start, one finish at the very end, and a failover event before the second answer where text was shown. */
function checkEvents(events: readonly StreamEvent[], faultCase: FaultCase): void {
  const { expected } = faultCase;
  const types = events.map((event) => event.type);
  same(types[0], "start", "the type of the first event");
  same(types.filter((type) => type === "start").length, 1, "the number of start events");
  same(types.indexOf("finish"), types.length - 1, "the position of the first finish event");
  const begun = events.flatMap((event) => (event.type.endsWith("-start") && "id" in event ? [event.id] : []));
  assert.ok(new Set(begun).size === begun.length, "an id was used again by another attempt: take ids from newId()");
  const deltas = events.flatMap((event) => (event.type === "text-delta" ? [event.delta] : []));
  assert.ok(!deltas.some((delta) => LONE_SURROGATE.test(delta)), "a delta holds half of a character");
  assert.ok(!types.includes("tool-call"), "a tool call of a lost attempt was released");
  const shown = deltas.join("");
  const failover = events.find((event) => event.type === "failover");
  if (expected === "answered") {
    same(failover, undefined, "the failover event");
    same(shown, textOf(faultCase), "the text of all deltas");
  } else if (failover === undefined) {
    same(shown, BACKUP_TEXT, "the text of all deltas");
  } else {
    const { textChars } = failover.discards;
    same(shown.slice(textChars), BACKUP_TEXT, "the text behind the failover");
    const before = shown.slice(0, textChars);
    same(before, textOf(faultCase).slice(0, textChars), "the text before the failover");
  }
}

/** Nothing retries behind the engine's back, nothing is sent that no trace names, and every request is whole. */
function checkRequests(vendor: Vendor, { answer }: Played): void {
  const attempts = answer.trace.attempts.filter((attempt) => attempt.tier === "primary");
  same(vendor.requests.length, attempts.length, "the number of requests, one for each attempt in the trace,");
  for (const request of vendor.requests) assert.ok(request.text.includes(PROMPT), "a request lacks the prompt");
}

/** Time in which this process could not run at all is not the adapter's. */
async function checkLetGo(vendor: Vendor, { leftAt, stoodStillMs }: Played): Promise<void> {
  await vendor.idle();
  if (leftAt === undefined) return;
  const allowed = LET_GO_MS + standstillMs() - stoodStillMs;
  for (const { finishedAt } of vendor.requests) {
    const late = (finishedAt ?? Infinity) - leftAt;
    assert.ok(late <= allowed, `the connection was let go ${late} ms after the attempt was given up`);
  }
}

async function collect(chain: ReturnType<typeof createChain>, form: Form): ReturnType<typeof chain.generate> {
  if (form === "generate") return chain.generate(PROMPT);
  const stream = await chain.stream(PROMPT);
  return stream.result;
}
