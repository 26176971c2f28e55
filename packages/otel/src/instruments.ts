import type { Attributes, Counter, Histogram, Meter, ObservableCallback } from "@opentelemetry/api";
import type { AttemptRecord, Chain, TargetHealth } from "@understudy/core";
import { errorOf, given, serviceOf, type Mode } from "./attributes.ts";
import type { CallEnd } from "./call-spans.ts";
import { NAMES, providerOf } from "./names.ts";
import type { Conventions } from "./options.ts";

/** 0.01 s to 81.92 s, each twice the one before. */
const SECONDS = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);
/** 1 to 67,108,864, each four times the one before. */
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const ATTEMPTS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20];

/** What failed, and who took over. */
export interface Failover {
  readonly from: AttemptRecord;
  readonly to: Pick<AttemptRecord, "vendor" | "endpoint" | "tier">;
  /** Whether output had reached the consumer. */
  readonly isReleased: boolean;
}

export interface InstrumentsSetup {
  readonly meter: Meter;
  readonly conventions: Conventions;
  readonly chainName: string;
  readonly chain: Pick<Chain, "snapshot">;
}

/** The metrics of one chain. No number of a call, request or scope is ever an attribute. */
export class Instruments {
  readonly #duration: Histogram;
  readonly #firstChunk: Histogram;
  readonly #usage: (record: AttemptRecord, attributes: Attributes) => void;
  readonly #callDuration: Histogram;
  readonly #callAttempts: Histogram;
  readonly #failovers: Counter;
  readonly #skips: Counter;
  readonly #transitions: Counter;
  readonly #problems: Counter;
  readonly #chain: Attributes;

  constructor({ meter, conventions, chainName, chain }: InstrumentsSetup) {
    const { duration, firstChunk } = NAMES[conventions];
    this.#chain = { "understudy.chain.name": chainName };
    this.#duration = meter.createHistogram(duration, inSeconds("Time of one attempt, from its request to its end."));
    this.#firstChunk = meter.createHistogram(
      firstChunk,
      inSeconds("Time from the request to the first output of a stream."),
    );
    this.#usage = conventions === "latest" ? separateUsage(meter) : commonUsage(meter);
    this.#callDuration = meter.createHistogram("understudy.call.duration", inSeconds("Time of one call of a chain."));
    this.#callAttempts = meter.createHistogram("understudy.call.attempts", {
      description: "Attempts of one call of a chain.",
      unit: "{attempt}",
      advice: { explicitBucketBoundaries: ATTEMPTS },
    });
    this.#failovers = meter.createCounter("understudy.failovers", {
      description: "Times that another target took over.",
      unit: "{failover}",
    });
    this.#skips = meter.createCounter("understudy.skips", {
      description: "Targets that a call passed over.",
      unit: "{target}",
    });
    this.#transitions = meter.createCounter("understudy.breaker.transitions", {
      description: "Changes of a breaker's state.",
      unit: "{transition}",
    });
    this.#problems = meter.createCounter("understudy.credential_problems", {
      description: "Failures that a person has to act on.",
      unit: "{problem}",
    });
    this.#watch(meter, chain);
  }

  attemptEnded(record: AttemptRecord, mode: Mode): void {
    const service = given({ ...serviceOf(record), "gen_ai.response.model": record.servedModel });
    this.#duration.record(record.endedMs / 1_000, given({ ...service, "error.type": errorOf(record) }));
    if (mode === "stream" && record.firstContentMs !== undefined) {
      this.#firstChunk.record(record.firstContentMs / 1_000, service);
    }
    this.#usage(record, service);
  }

  callEnded({ outcome, tier, code, totalMs }: CallEnd, attempts: number): void {
    const attributes = { ...this.#chain, "understudy.outcome": outcome };
    const error = outcome === "failed" ? code : undefined;
    this.#callDuration.record(totalMs / 1_000, given({ ...attributes, "understudy.tier": tier, "error.type": error }));
    this.#callAttempts.record(attempts, attributes);
  }

  failover({ from, to, isReleased }: Failover): void {
    this.#failovers.add(
      1,
      given({
        ...this.#chain,
        "understudy.from.provider": providerOf(from.vendor, from.endpoint),
        "understudy.to.provider": providerOf(to.vendor, to.endpoint),
        "error.type": errorOf(from),
        "understudy.released": isReleased,
      }),
    );
  }

  skipped(tier: string, reason: string): void {
    this.#skips.add(1, { ...this.#chain, "understudy.tier": tier, "understudy.reason": reason });
  }

  transition(attributes: Attributes): void {
    this.#transitions.add(1, { ...this.#chain, ...attributes });
  }

  credentialProblem(tier: string, failed: string): void {
    this.#problems.add(1, { ...this.#chain, "understudy.tier": tier, "error.type": failed });
  }

  /** A chain that nobody holds is not kept alive by its gauge. */
  #watch(meter: Meter, chain: Pick<Chain, "snapshot">): void {
    const held = new WeakRef(chain);
    const gauge = meter.createObservableGauge("understudy.targets.blocked", {
      description: "Targets that calls pass over now, by reason.",
      unit: "{target}",
    });
    const observe: ObservableCallback = (result) => {
      const alive = held.deref();
      if (alive === undefined) gauge.removeCallback(observe);
      for (const [attributes, count] of blockedIn(alive?.snapshot() ?? [])) {
        result.observe(count, { ...this.#chain, ...attributes });
      }
    };
    gauge.addCallback(observe);
  }
}

function inSeconds(description: string): NonNullable<Parameters<Meter["createHistogram"]>[1]> {
  return { description, unit: "s", advice: { explicitBucketBoundaries: SECONDS } };
}

/** Siblings are counted together: two values under the same attributes would be one. */
function blockedIn(targets: readonly TargetHealth[]): Iterable<readonly [Attributes, number]> {
  const counts = new Map<string, readonly [Attributes, number]>();
  for (const { tier, vendor, model, endpoint, breaker, cooldownScope, isIsolated } of targets) {
    const reasons = { breaker: breaker !== "closed", cooldown: cooldownScope !== undefined, isolated: isIsolated };
    for (const [reason, isBlocked] of Object.entries(reasons)) {
      const provider = providerOf(vendor, endpoint);
      const key = JSON.stringify([tier, provider, model, reason]);
      const attributes = {
        "understudy.tier": tier,
        "understudy.provider": provider,
        "understudy.model": model,
        "understudy.reason": reason,
      };
      counts.set(key, [attributes, (counts.get(key)?.[1] ?? 0) + (isBlocked ? 1 : 0)]);
    }
  }
  return counts.values();
}

/** v1.41: one histogram. */
function commonUsage(meter: Meter): (record: AttemptRecord, attributes: Attributes) => void {
  const usage = meter.createHistogram("gen_ai.client.token.usage", inTokens("Tokens of one attempt."));
  return ({ usage: counts }, attributes) => {
    for (const [type, tokens] of [
      ["input", counts?.inputTokens],
      ["output", counts?.outputTokens],
    ] as const) {
      if (tokens !== undefined) usage.record(tokens, { ...attributes, "gen_ai.token.type": type });
    }
  };
}

/** Since then: counters, of which nothing has to be told apart by an attribute, and two histograms. */
function separateUsage(meter: Meter): (record: AttemptRecord, attributes: Attributes) => void {
  const counter = (kind: string): Counter =>
    meter.createCounter(`gen_ai.client.inference.usage.${kind}_tokens`, {
      description: "Tokens of all attempts.",
      unit: "{token}",
    });
  const counters = [
    [counter("input"), "inputTokens"],
    [counter("output"), "outputTokens"],
    [counter("cache_read.input"), "cacheReadTokens"],
    [counter("cache_write.input"), "cacheWriteTokens"],
    [counter("reasoning.output"), "reasoningTokens"],
  ] as const;
  const histograms = [
    [
      meter.createHistogram("gen_ai.client.inference.operation.input_tokens", inTokens("Input of one attempt.")),
      "inputTokens",
    ],
    [
      meter.createHistogram("gen_ai.client.inference.operation.output_tokens", inTokens("Output of one attempt.")),
      "outputTokens",
    ],
  ] as const;
  return ({ usage }, attributes) => {
    for (const [tokens, field] of counters) {
      tokens.add(usage?.[field] ?? 0, { ...attributes, "gen_ai.token.modality": "unknown" });
    }
    for (const [tokens, field] of histograms) {
      const count = usage?.[field];
      if (count !== undefined) tokens.record(count, attributes);
    }
  };
}

function inTokens(description: string): NonNullable<Parameters<Meter["createHistogram"]>[1]> {
  return { description, unit: "{token}", advice: { explicitBucketBoundaries: TOKENS } };
}
