import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Chain, type ChainOptions } from "@understudy/core";
import { TargetFailure, type StreamPart, type Target } from "@understudy/core/adapter";
import { plainTarget } from "../plain-target.ts";

/** Longer than the first time for which a breaker is open: there are probes. */
const PERIOD_MS = 14_000;
const ILL_MS = 1_000;
const ANSWER_MS = 2;

function target(vendor: string, isIll: () => boolean): Target {
  async function* stream(): AsyncGenerator<readonly StreamPart[], void> {
    await sleep(ANSWER_MS);
    if (isIll()) throw new TargetFailure("server.error", { status: 500 });
    const part = { type: "text", text: "Hello." } as const;
    yield [
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: part.text },
      { type: "text-end", id: "t", part },
      { type: "end", finishReason: "stop", rawFinishReason: "stop" },
    ];
  }
  return plainTarget(vendor, "m", stream);
}

/** A vendor that is ill for a second now and then, from the first call on, with one behind it that never is. */
export function flappingChain(options: ChainOptions): Chain {
  let begunAt: number | undefined;
  const isIll = (): boolean => (performance.now() - (begunAt ??= performance.now())) % PERIOD_MS < ILL_MS;
  return createChain([target("flapping", isIll), target("well", () => false)], options);
}
