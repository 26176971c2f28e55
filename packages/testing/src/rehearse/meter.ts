import type { StreamPart } from "@understudy/core/adapter";
import type { RealCost } from "./drill-result.ts";

/** Counts what real targets are asked. */
export class Meter {
  #requests = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #counted = 0;

  get cost(): RealCost {
    const [requests, inputTokens, outputTokens] = [this.#requests, this.#inputTokens, this.#outputTokens];
    return { requests, inputTokens, outputTokens, exact: this.#counted === requests };
  }

  /** The same parts, counted as they come: whoever reads them may stop at any of them. */
  async *watch(batches: AsyncIterable<readonly StreamPart[]>): AsyncGenerator<readonly StreamPart[]> {
    this.#requests++;
    let [input, output, isKnown] = [0, 0, false];
    for await (const batch of batches) {
      for (const part of batch) {
        const usage = part.type === "usage" || part.type === "end" ? part.usage : undefined;
        if (usage !== undefined) {
          // Each replaces the one before.
          const { inputTokens = input, outputTokens = output } = usage;
          this.#inputTokens += inputTokens - input;
          this.#outputTokens += outputTokens - output;
          [input, output, isKnown] = [inputTokens, outputTokens, usage.exact !== false];
        }
        if (part.type === "end" && isKnown) this.#counted++;
      }
      yield batch;
    }
  }
}
