/** What a healthy call costs more with each of the options that look ahead of a failure. */
import { createChain, type CallOptions, type Chain, type ChainOptions, type Clock, type Tier } from "@understudy/core";
import type { StreamPart, Target } from "@understudy/core/adapter";
import { middleCost } from "../process/middle-cost.ts";
import type { Section } from "../report/section.ts";
import { quartiles, ratio, rounded, spread } from "../report/statistics.ts";

const CALLS = 3_000;
const PIECES = 30;
const WARMUP_ROUNDS = 3;
const PROMPT = "Why is the sky blue? ".repeat(20);

const PRICES = { "bench/a": { input: 3, output: 15 }, "bench/b": { input: 1, output: 4 } };

type TierOptions = Partial<Pick<Tier, "order" | "hedgeAfterMs">>;

export interface Variant {
  readonly tier?: TierOptions;
  readonly chain?: ChainOptions;
  /** Of the calls, by the pin of the one before. */
  readonly call?: (pin: string | undefined) => CallOptions;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  none: {},
  "hedgeAfterMs: 2000": { tier: { hedgeAfterMs: 2_000 } },
  'hedgeAfterMs: "p95"': { tier: { hedgeAfterMs: "p95" } },
  'afterRelease: "continue"': { chain: { afterRelease: "continue" } },
  "pins, each call with one": { chain: { pins: true }, call: (pin) => ({ pin }) },
  steering: { chain: { steering: true } },
  'order: "fastest"': { tier: { order: "fastest" } },
  "prices, and maxCost": { chain: { prices: PRICES }, call: () => ({ maxCost: 1 }) },
};

/** What a vendor that tells of its limits sends, all in one read. */
const ANSWER: readonly StreamPart[] = [
  {
    type: "response",
    rateLimits: { "limit-requests": "60000", "remaining-requests": "59999", "reset-requests": "1ms" },
  },
  { type: "text-start", id: "text" },
  ...Array.from({ length: 20 }, (): StreamPart => ({ type: "text-delta", id: "text", delta: "blue, and " })),
  { type: "text-end", id: "text", part: { type: "text", text: "blue, and ".repeat(20) } },
  { type: "usage", usage: { inputTokens: 100, outputTokens: 60 } },
  { type: "end", finishReason: "stop", rawFinishReason: "stop" },
];

/** Answers at once, from memory: what is measured is the engine alone. */
function target(model: string): Target {
  return {
    vendor: "bench",
    model,
    endpoint: "bench.test",
    scopes: { key: model, quota: model },
    capabilities: {
      tools: false,
      images: false,
      urls: false,
      files: false,
      audio: false,
      jsonOutput: false,
      contextWindow: 100_000,
      maxOutputTokens: 4_096,
      size: "unknown",
      reasoning: "unknown",
      keepAlives: false,
      toolCallId: { pattern: /^.+$/, maxLength: 100 },
    },
    problems: [],
    plan: () => ({ silentReasoning: false, eventsAtOnce: false, unary: false }),
    async *stream() {
      yield ANSWER;
    },
  };
}

/** The system's clock, which counts the timers that it sets. */
class CountingClock implements Clock {
  timers = 0;

  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    this.timers++;
    return setTimeout(callback, ms);
  }

  clearTimeout(timer: unknown): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what setTimeout gave
    clearTimeout(timer as NodeJS.Timeout);
  }
}

interface Subject {
  readonly variant: Variant;
  readonly chain: Chain;
  readonly clock: CountingClock;
  pin: string | undefined;
}

function subject(variant: Variant): Subject {
  const clock = new CountingClock();
  // An order is for several models, which all variants have.
  const tiers = [{ targets: [target("a"), target("b")], name: "both", order: "declared" as const, ...variant.tier }];
  const isOrdered = variant.tier?.order !== undefined;
  const chain = createChain(isOrdered ? tiers : [{ target: target("a"), ...variant.tier }, target("b")], {
    ...variant.chain,
    clock,
  });
  return { variant, chain, clock, pin: undefined };
}

/** CPU microseconds and timers of a call. */
async function round(one: Subject): Promise<{ readonly cpu: number; readonly timers: number }> {
  const { chain, variant, clock } = one;
  clock.timers = 0;
  const perPiece = await middleCost(PIECES, async () => {
    for (let call = 0; call < CALLS / PIECES; call += 1) {
      const { text, pin } = await chain.generate(PROMPT, variant.call?.(one.pin));
      if (text.length !== 200) throw new Error(`The answer has ${text.length} characters`);
      one.pin = pin;
    }
  });
  return { cpu: (perPiece * PIECES) / CALLS, timers: clock.timers / CALLS };
}

/** Of one variant: CPU microseconds of a call, and timers, by rounds. */
export type VariantCosts = readonly { readonly cpu: number; readonly timers: number }[];

/** Every variant in every round, in turns. */
export async function inTurns(
  variants: Readonly<Record<string, Variant>>,
  rounds: number,
): Promise<ReadonlyMap<string, VariantCosts>> {
  const subjects = new Map(Object.entries(variants).map(([name, variant]) => [name, subject(variant)]));
  const costs = new Map<string, VariantCosts>();
  for (let number = 0; number < rounds + WARMUP_ROUNDS; number += 1) {
    for (const [name, one] of subjects) {
      const { cpu, timers } = await round(one);
      if (number >= WARMUP_ROUNDS) costs.set(name, [...(costs.get(name) ?? []), { cpu, timers }]);
    }
  }
  return costs;
}

function cpuOf(costs: VariantCosts = []): readonly number[] {
  return costs.map(({ cpu }) => cpu);
}

export async function measureAhead({ rounds }: { readonly rounds: number }): Promise<Section> {
  const costs = await inTurns(VARIANTS, rounds);
  return {
    name: "ahead",
    title: "What looks ahead, while all is well",
    rows: [...costs].map(([asked, all]) => {
      const over = ratio(cpuOf(all), cpuOf(costs.get("none")));
      return {
        "asked for": asked,
        "µs per call": rounded(spread(cpuOf(all)).median),
        "× none": rounded(over.median),
        quartiles: quartiles(over),
        "timers per call": rounded(spread(all.map(({ timers }) => timers)).median),
      };
    }),
    notes: [`${CALLS} calls in each round, of a prompt of ${PROMPT.length} characters, answered from memory.`],
  };
}
