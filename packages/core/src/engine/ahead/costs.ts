import type { AttemptRecord } from "../../model/trace.ts";
import type { Cost, Usage } from "../../model/usage.ts";
import type { Price } from "../options.ts";
import type { Candidate } from "../tier.ts";

const PER = 1_000_000;

/** What attempts cost by the prices that the application gave. */
export class Costs {
  readonly #prices: ReadonlyMap<string, Price>;
  readonly #currency: string | undefined;

  constructor(prices: Readonly<Record<string, Price>> = {}) {
    this.#prices = new Map(Object.entries(prices));
    [this.#currency] = [...this.#prices.values()].map(({ currency }) => currency);
  }

  priceOf({ target: { vendor, model, endpoint } }: Candidate): Price | undefined {
    return this.#prices.get(`${vendor}/${model}@${endpoint}`) ?? this.#prices.get(`${vendor}/${model}`);
  }

  /** The sum of what is known; nothing where no price is. */
  sum(
    billed: readonly AttemptRecord[],
    candidateOf: (record: AttemptRecord) => Candidate | undefined,
  ): Cost | undefined {
    let amount = 0;
    let priced = 0;
    let exact = true;
    for (const record of billed) {
      const candidate = candidateOf(record);
      const price = candidate === undefined ? undefined : this.priceOf(candidate);
      const { usage } = record;
      if (price !== undefined) priced++;
      if (price !== undefined && usage !== undefined) amount += costOf(price, usage);
      exact &&= price !== undefined && record.outcome === "answered" && isWhole(usage);
    }
    if (this.#prices.size === 0 || (priced === 0 && billed.length > 0)) return undefined;
    const cost = { amount, estimate: true, exact } as const;
    return Object.freeze(this.#currency === undefined ? cost : { ...cost, currency: this.#currency });
  }
}

/** What counts say, in the currency of the price. What came from a cache without a price of its own costs as the rest. */
export function costOf({ input, output, cacheRead = input, cacheWrite = input }: Price, usage: Usage): number {
  const { inputTokens = 0, cacheReadTokens: read = 0, cacheWriteTokens: written = 0, outputTokens = 0 } = usage;
  const plain = Math.max(0, inputTokens - read - written);
  return (plain * input + read * cacheRead + written * cacheWrite + outputTokens * output) / PER;
}

/** The most that input may cost, whatever a cache does. */
export function dearest(
  { input, output, cacheWrite = input }: Price,
  inputTokens: number,
  outputTokens: number,
): number {
  return (inputTokens * Math.max(input, cacheWrite) + outputTokens * output) / PER;
}

function isWhole(usage: Usage | undefined): boolean {
  return usage?.inputTokens !== undefined && usage.outputTokens !== undefined && usage.exact !== false;
}
