// Whoever compiles against the declarations may have an older `lib`, without `Symbol.asyncDispose`.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Finding } from "../check/finding.ts";
import type { Answer } from "../model/answer.ts";
import type { Request } from "../model/request.ts";
import type { TargetHealth } from "./health/health-events.ts";
import type { CallOptions, ChainOptions } from "./options.ts";
import type { AnswerStream } from "./stream/answer-stream.ts";
import type { Tier } from "./tier.ts";

/**
 * Ordered tiers that answer as one model. Serves any number of concurrent calls; all state of a call lives in the call.
 * Its functions may be taken off: `const { generate } = chain`.
 */
export interface Chain {
  /** The whole answer. Held until it is complete, so every failure on the way to it is silent. */
  readonly generate: <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ) => Promise<Answer<Output>>;
  /** Resolves when the answer begins; rejects if every tier failed before that. */
  readonly stream: <Output = unknown>(
    input: string | Request<Output>,
    options?: CallOptions,
  ) => Promise<AnswerStream<Output>>;
  /**
   * Looks at the chain, and at what it would make of a request, without sending anything: tiers that are not like the
   * first, that fail together, that end soon, or that lose something. Worst findings first. Never throws or rejects,
   * whatever the request is; loaded with its first use. Waits for what the chain's options load, so that no call has to.
   */
  readonly check: (input?: string | Request) => Promise<readonly Finding[]>;
  /** Names of the tiers, in order. */
  readonly tiers: readonly string[];
  /** What the chain is made of, to look at it or to build one like it. Frozen, and never throws. */
  readonly describe: () => ChainDescription;
  /** What is known about every target, in order. */
  readonly snapshot: () => readonly TargetHealth[];
  /**
   * Takes matching targets out until `enable`, or for a time, which with a store holds for all its chains; returns them. A
   * selector that matches none throws `invalid-request`.
   */
  readonly isolate: (selector: TargetSelector | "all", options?: IsolateOptions) => readonly TargetHealth[];
  /**
   * Puts matching targets back, ends their cooldowns and open breakers, and returns them. A selector that matches none
   * throws `invalid-request`.
   */
  readonly enable: (selector: TargetSelector | "all") => readonly TargetHealth[];
  /**
   * Ends the chain's life: new calls reject with `config`, running ones continue. Resolves when the last of them is over
   * and the store is left; never rejects, and may be called again. To hurry the calls, abort their signals. The other
   * methods still work: `snapshot` shows what was last known.
   */
  readonly close: () => Promise<void>;
  /** The same as `close()`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** What a chain is made of: `createChain(tiers, options)` makes another one that does the same. */
export interface ChainDescription {
  /** In order, with every default filled in. */
  readonly tiers: readonly Tier[];
  /** As they were given; what was left out is left out. */
  readonly options: ChainOptions;
}

/**
 * Targets that have all of the given properties, at least one. One that is wrong (misspelt, undefined, no object) or matches
 * no target throws `invalid-request`, names the targets that there are, and changes nothing.
 */
export interface TargetSelector {
  /** The name of a tier. */
  readonly tier?: string;
  /** The vendor's name, such as `anthropic`. */
  readonly vendor?: string;
  /** The model's id, as it was given to the target's factory. */
  readonly model?: string;
  /** Host or region label, as `snapshot()` shows it. */
  readonly endpoint?: string;
  /** The place in a tier of several targets, from 1, as `snapshot()` shows it. */
  readonly sibling?: number;
}

/** How targets are taken out. */
export interface IsolateOptions {
  /**
   * Milliseconds, above 0 and at most 86,400,000; else `isolate` throws `invalid-request`. Default: until `enable`, in this
   * chain alone.
   */
  readonly forMs?: number | undefined;
}
