/** What an operator sees: every decision as an event, one readable trace per call, and the health of all targets. */
import { anthropic } from "@understudy/anthropic";
import { createChain, isUnderstudyError, type EngineEvent } from "@understudy/core";
import { formatTrace } from "@understudy/core/trace";
import { openai } from "@understudy/openai";
import { startAnthropic, startOpenAI } from "@understudy/testing";

const claude = await startAnthropic();
const gpt = await startOpenAI();
claude.script(Array.from({ length: 10 }, () => ({ fault: { type: "status", status: 500 } })));
gpt.script([{}, {}, {}, {}, {}, { fault: { type: "error", error: "bad-key" } }]);

function log(event: EngineEvent): void {
  switch (event.type) {
    case "attempt-end":
      console.log(`attempt ${event.record.attempt}: ${event.record.tier} ${event.record.class ?? "answered"}`);
      break;
    case "credential-problem":
      console.log(`ALERT ${event.tier}: ${event.reason}`);
      break;
    case "breaker":
      console.log(`breaker of ${event.vendor}/${event.model}: ${event.from} → ${event.to}`);
      break;
    case "cooldown":
      console.log(`cooldown of a ${event.scope}: ${event.reason}`);
      break;
    case "end":
      console.log(`call ${event.callId}: ${event.outcome}`);
      break;
    default:
  }
}

const chain = createChain(
  [
    anthropic("claude-sonnet-5-5", { apiKey: "simulated", baseURL: claude.url }),
    openai("gpt-6.1-terra", { apiKey: "simulated", baseURL: gpt.url }),
  ],
  { onEvent: log },
);

const answer = await chain.generate("Why is the sky blue?");
console.log(formatTrace(answer.trace));

// Claude stays down. Five failures in a row open its breaker; then it is passed over at once.
// oxlint-disable-next-line no-await-in-loop -- one call after the other
for (let call = 2; call <= 5; call++) await chain.generate("Why is the sky blue?");

// Now nobody can answer: GPT's key was revoked.
try {
  await chain.generate("Why is the sky blue?");
} catch (error) {
  if (!isUnderstudyError(error)) throw error;
  console.log(`${error.code}: ${error.attempts.map((attempt) => attempt.class).join(", ")}`);
}

for (const { vendor, breaker, counts, blockedForMs, cooldownScope } of chain.snapshot()) {
  const block = blockedForMs > 0 ? `, blocked by its ${cooldownScope ?? "breaker"}` : "";
  console.log(`${vendor}: breaker ${breaker}, ${counts.bad} bad of ${counts.starts}${block}`);
}
await Promise.all([claude.close(), gpt.close()]);
