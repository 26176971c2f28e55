import assert from "node:assert/strict";
import { createChain, type AttemptRecord, type Request, type Target } from "@understudy/core";
import type { RequestRecord, Vendor } from "../../simulators/vendor.ts";
import type { AdapterUnderTest, SimulatorAccess } from "../adapter-under-test.ts";
import { backupTarget } from "../backup.ts";
import { API_KEY, codeOf, type Form } from "../run-case.ts";
import { same, type Witness } from "../witness.ts";

/** What became of one request. */
export interface Asked {
  /** Undefined where the target was passed over, as one that cannot take this. */
  readonly arrived: RequestRecord | undefined;
  /** Of the attempt whose request this is. */
  readonly attempt: AttemptRecord | undefined;
}

/** `generate` stands for answers in one piece, on the wire as well. */
export function accessOf(vendor: Vendor, form: Form): SimulatorAccess {
  return { baseURL: vendor.url, apiKey: API_KEY, ...(form === "generate" ? ({ streaming: "never" } as const) : {}) };
}

export function targetOf(adapter: AdapterUnderTest, vendor: Vendor, form: Form): Target {
  return adapter.makeTarget(accessOf(vendor, form));
}

/** Sends one request through a chain with a backup, and finds what arrived of it and under which attempt. */
export async function ask(
  vendor: Vendor,
  target: Target,
  form: Form,
  request: Request,
  { witness, isRefusedToo }: { readonly witness: Witness; readonly isRefusedToo: boolean },
): Promise<Asked> {
  const before = vendor.requests.length;
  const chain = createChain([
    { target, name: "primary" },
    { target: backupTarget(), name: "backup" },
  ]);
  const call = form === "generate" ? chain.generate(request) : chain.stream(request).then((stream) => stream.result);
  const answer = await call.catch((error: unknown) => {
    // Not even the backup takes another vendor's file.
    if (codeOf(error) === "unsupported" && vendor.requests.length === before) return undefined;
    throw error;
  });
  if (answer === undefined) return { arrived: undefined, attempt: undefined };
  const { tier, text, toolCalls, losses, trace } = answer;
  witness.read({ tier, text, toolCalls, losses });
  const records = vendor.requests.slice(before);
  const attempts = trace.attempts.filter((attempt) => attempt.tier === "primary");
  const [first] = attempts;
  if (records.length === 0) {
    const isPassedOver = trace.skipped.some((skip) => skip.tier === "primary" && skip.reason === "unsupported");
    const isUnsupported = isPassedOver || first?.class === "request.unsupported";
    assert.ok(isUnsupported, `nothing was sent, and the attempt failed with ${first?.class ?? "no class"}`);
    return { arrived: undefined, attempt: first };
  }
  same(records.length, attempts.length, "the number of requests, one for each attempt,");
  const index = isRefusedToo ? 0 : records.length - 1;
  const arrived = records[index];
  const attempt = attempts[index];
  if (!isRefusedToo) {
    const refusal = arrived?.refusal;
    assert.ok(refusal === undefined, `the vendor refuses what is sent: ${JSON.stringify(refusal?.body)}`);
    same(attempt?.class, undefined, "the failure of the attempt");
    same(arrived?.streamed, form === "stream", "whether the answer is asked for as a stream");
  }
  return { arrived, attempt };
}
