import type { Target } from "@understudy/core/adapter";
import { scriptedTarget } from "@understudy/testing";

/** A target in this process that takes everything. Unlike a scripted one it keeps nothing of its calls. */
export function plainTarget(vendor: string, model: string, stream: Target["stream"]): Target {
  const { capabilities } = scriptedTarget([]);
  const key = `${vendor}/${model}`;
  return {
    vendor,
    model,
    endpoint: "in-process",
    scopes: { key, quota: key },
    capabilities,
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    stream,
  };
}
