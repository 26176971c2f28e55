import { anthropic } from "@understudy/anthropic";
import { createChain, type Chain } from "@understudy/core";
import { nodeTransport } from "@understudy/core/node";
import { openai } from "@understudy/openai";
import { VENDORS } from "./vendors.ts";

const CONSUMER_IDLE_MS = 1_000;
/** One of the models may think in silence. */
const LIMITS = { timeoutMs: 2_000, silentReasoningMs: 2_000, progressMs: 2_000, workingMs: 2_000 } as const;
const [ONE, TWO, STEADY] = VENDORS.map(({ wire }) => wire.model);

type Way = "sdk" | "fetch" | "node";

/** Loads what first calls load, and opens connections: a few calls of each target. */
export async function warm(chains: readonly Chain[]): Promise<void> {
  const calls = chains.flatMap((chain) => chain.tiers.map((tier) => chain.generate("Hello", { tiers: [tier] })));
  await Promise.allSettled(calls);
}

/** The two flapping vendors in either order, by every way to them; behind them the steady one. */
export function makeSocketChains([oneUrl, twoUrl, steadyUrl]: readonly string[]): readonly [Chain, ...Chain[]] {
  const node = nodeTransport({ idleMs: 500 });
  const by = (way: Way) =>
    way === "sdk"
      ? {}
      : way === "fetch"
        ? { transport: "fetch" as const }
        : { transport: "fetch" as const, fetch: node };
  const one = (way: Way) => anthropic(ONE ?? "", { apiKey: "k", baseURL: oneUrl, ...by(way) });
  const two = (way: Way) => openai.chat(TWO ?? "", { apiKey: "k", baseURL: twoUrl, ...by(way) });
  const steady = anthropic(STEADY ?? "", { apiKey: "k2", baseURL: steadyUrl, ...by("node") });
  const chain = (...targets: readonly ReturnType<typeof one>[]): Chain =>
    createChain(
      [...targets, steady].map((target, index) => ({ target, name: `tier ${index + 1}`, ...LIMITS })),
      { consumerIdleMs: CONSUMER_IDLE_MS },
    );
  return [chain(one("fetch"), two("node")), chain(two("fetch"), one("node")), chain(one("sdk"), two("sdk"))];
}
