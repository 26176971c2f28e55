/** A program that nobody guards: run by a test that looks at what it prints. */
import { createChain, type Target } from "../src/index.ts";
import type { FailureClass } from "../src/model/failure.ts";
import { systemClock } from "../src/engine/system-clock.ts";
import { fail, scripted } from "./scripted-target.ts";

function failing(vendor: string, failureClass: FailureClass, endpoint: string): Target {
  const details = { status: 503, vendorMessage: "VENDOR-CANARY", requestId: "req_1" };
  return scripted(systemClock, [[fail(failureClass, details)]], { vendor, endpoint, key: `KEY-CANARY-${vendor}` });
}

const chain = createChain([
  failing("alpha", "server.gateway", "gateway.test"),
  failing("beta", "auth.invalid", "beta.test"),
  failing("gamma", "server.error", "gateway.test"),
]);

async function summarizeTicket(): Promise<string> {
  const answer = await chain.generate("PROMPT-CANARY");
  return answer.text;
}

await summarizeTicket();
