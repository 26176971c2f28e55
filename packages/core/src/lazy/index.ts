import type { Finding } from "../check/finding.ts";
import type { Answer } from "../model/answer.ts";
import { misuse } from "../model/error.ts";
import { watch } from "../model/promises.ts";
import type { Request } from "../model/request.ts";
import { FUNCTION, having } from "../model/rules.ts";
import type { Chain, ChainDescription, IsolateOptions, TargetSelector } from "../engine/chain.ts";
import type { TargetHealth } from "../engine/health/health-events.ts";
import type { CallOptions } from "../engine/options.ts";
import type { AnswerStream } from "../engine/stream/answer-stream.ts";

/**
 * A chain that `build` makes when it is first used, for modules that are loaded without keys: `lazy(() => createChain(…))`.
 * What `build` throws goes to that use (`generate`, `stream` and `check` reject), and the next use tries again. `close()` builds nothing.
 */
export function lazy(build: () => Chain): Chain {
  if (!FUNCTION.test(build)) throw misuse("config", WANTED);
  return new LazyChain(build);
}

const WANTED = "lazy() takes a function that returns a chain at once: lazy(() => createChain([ … ])).";
const CHAIN = having("", "generate", "stream", "snapshot", "close");

class LazyChain implements Chain {
  readonly #build: () => Chain;
  #chain: Chain | undefined;
  #isClosed = false;

  constructor(build: () => Chain) {
    this.#build = build;
  }

  get tiers(): readonly string[] {
    return this.#built().tiers;
  }

  readonly generate = async <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ): Promise<Answer<Output>> => this.#built().generate(input, options);

  readonly stream = async <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ): Promise<AnswerStream<Output>> => this.#built().stream(input, options);

  readonly check = async (input?: string | Request): Promise<readonly Finding[]> => this.#built().check(input);

  readonly describe = (): ChainDescription => this.#built().describe();

  readonly snapshot = (): readonly TargetHealth[] => this.#built().snapshot();

  readonly isolate = (selector: TargetSelector | "all", options?: IsolateOptions): readonly TargetHealth[] =>
    this.#built().isolate(selector, options);

  readonly enable = (selector: TargetSelector | "all"): readonly TargetHealth[] => this.#built().enable(selector);

  readonly close = async (): Promise<void> => {
    this.#isClosed = true;
    return this.#chain?.close();
  };

  readonly [Symbol.asyncDispose] = this.close;

  #built(): Chain {
    if (this.#chain !== undefined) return this.#chain;
    if (this.#isClosed) throw misuse("config", "The chain is closed.");
    const made = this.#build();
    if (!CHAIN.test(made)) {
      // That there is a promise at all is what is reported.
      watch(made, () => undefined);
      throw misuse("config", WANTED);
    }
    this.#chain = made;
    return made;
  }
}
