import assert from "node:assert/strict";
import type { AdapterUnderTest, TestRunner } from "../adapter-under-test.ts";
import { exemptible, testCase } from "../exemptions.ts";
import type { Form } from "../run-case.ts";
import { witnessed, type Witness } from "../witness.ts";
import { holds, textsIn, type Sought } from "./arrived.ts";
import { ask, targetOf, type Asked } from "./ask.ts";
import { DIFFERENCE_CASES } from "./difference-cases.ts";
import { CARRY_CASES } from "./case-ids.ts";
import type { Carried, DifferenceCase, RequestCase } from "./request-case.ts";
import { SINGLE_REQUEST_CASES } from "./single-cases.ts";

type Define = (id: RequestCase["id"], title: string, rule: string, run: (witness: Witness) => Promise<void>) => void;

/**
 * Everything that a request says arrives, is reported as a loss, or has the target passed over. The kit knows no wire: it
 * looks for words and numbers that stand nowhere else, and whether two requests that differ also arrive differently.
 */
export function testRequests({ describe, test }: TestRunner, adapter: AdapterUnderTest): void {
  for (const form of ["stream", "generate"] as const) {
    const words = form === "stream" ? "for a stream" : "for an answer in one piece";
    const define: Define = (id, title, rule, run) =>
      testCase(test, title, exemptible(adapter, id, form), () => witnessed(rule, run));
    describe(`${adapter.name}: a request ${words}`, () => {
      for (const one of CARRY_CASES) {
        const rule = `${one.name} arrives at the vendor, or is reported as a loss${one.mayBeUnsupported === true ? ", or has the next tier asked" : ""}`;
        define(one.id, `carries ${one.name}`, rule, (witness) => carry(adapter, form, one, witness));
      }
      for (const one of DIFFERENCE_CASES) {
        const rule = `${one.name} changes what arrives at the vendor, or is reported as a loss`;
        define(one.id, `says ${one.name}`, rule, (witness) => differ(adapter, form, one, witness));
      }
      for (const { id, name, rule, run } of SINGLE_REQUEST_CASES) {
        define(id, name, rule, (witness) => run(adapter, form, witness));
      }
    });
  }
}

async function carry(adapter: AdapterUnderTest, form: Form, one: RequestCase, witness: Witness): Promise<void> {
  await using vendor = await adapter.startVendor();
  witness.watch(vendor);
  if (one.answer !== undefined) vendor.answer(one.answer);
  const target = targetOf(adapter, vendor, form);
  const { mayBeRefused } = one;
  const isUnknown = typeof mayBeRefused === "string" && target.capabilities[mayBeRefused] === "unknown";
  const addressee = { vendor: target.vendor, optionsKey: adapter.optionsKey ?? target.vendor };
  const asked = await ask(vendor, target, form, one.request(addressee), {
    witness,
    isRefusedToo: mayBeRefused === true || isUnknown,
  });
  const { arrived } = asked;
  if (arrived === undefined) {
    assert.ok(one.mayBeUnsupported === true, "the target was passed over as one that cannot take this, which any can");
    return;
  }
  const lost = one.carried.filter((carried) => !holdsOne(asked, carried) && !isReported(asked, carried));
  assert.ok(lost.length === 0, lost.map(({ what, sought }) => missing(what, sought)).join("; "));
  const told = (one.hidden ?? []).filter((hidden) => holds(arrived, hidden.sought));
  assert.ok(told.length === 0, told.map(({ what }) => `${what} arrived`).join("; "));
}

async function differ(adapter: AdapterUnderTest, form: Form, one: DifferenceCase, witness: Witness): Promise<void> {
  await using vendor = await adapter.startVendor();
  witness.watch(vendor);
  if (one.answer !== undefined) vendor.answer(one.answer);
  const target = targetOf(adapter, vendor, form);
  const asked: (Asked & { readonly name: string; readonly wire: string })[] = [];
  for (const [name, request] of Object.entries(one.requests())) {
    // oxlint-disable-next-line no-await-in-loop -- requests are told apart by their order
    const result = await ask(vendor, target, form, request, { witness, isRefusedToo: false });
    if (result.arrived === undefined) {
      assert.ok(one.mayBeUnsupported === true, `${name}: the target was passed over`);
      continue;
    }
    const wire = `${result.arrived.path} ${result.arrived.text}`;
    for (const other of asked) {
      const isTold = other.wire !== wire || [result, other].some((each) => hasLoss(each, one.loss));
      assert.ok(isTold, `${one.name}: ${other.name} and ${name} arrive as the same bytes, and no loss says so`);
    }
    asked.push({ ...result, name, wire });
  }
}

function holdsOne({ arrived }: Asked, { sought, or, orWord }: Carried): boolean {
  if (arrived === undefined) return false;
  if (holds(arrived, sought) || (or !== undefined && holds(arrived, or))) return true;
  return orWord !== undefined && textsIn(arrived.body).includes(orWord);
}

function isReported(asked: Asked, { loss, mayBeTranslated }: Carried): boolean {
  return loss !== undefined && hasLoss(asked, loss, mayBeTranslated);
}

function hasLoss({ attempt }: Asked, loss: RegExp, mayBeTranslated = false): boolean {
  const found = attempt?.losses.filter(({ what }) => loss.test(what)) ?? [];
  return found.some(({ action }) => mayBeTranslated || action !== "translated");
}

function missing(what: string, sought: Sought): string {
  return `${what} (${JSON.stringify(sought).slice(0, 80)}) is neither in what arrived nor reported as a loss`;
}
