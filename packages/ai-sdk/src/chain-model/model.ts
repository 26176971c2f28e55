import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import type { CallOptions, Chain } from "@understudy/core";
import { isObject } from "../metadata.ts";
import { misuse, readOptions } from "../misuse.ts";
import { toFinishReason, toGenerateResult, toUsage } from "./answer.ts";
import { forCaller, textOfInvalid } from "./call-errors.ts";
import { translateCall, type TranslatedCall } from "./call-options.ts";
import { ContentWriter } from "./content.ts";
import { LiveParts } from "./live-parts.ts";
import { streamAnswer, streamWhole } from "./streams.ts";

/** Options of `understudy` and `understudyCall`; every one may be left out. */
export interface UnderstudyModelOptions {
  /** The model's name for the AI SDK. Default: the names of the tiers, joined with ` > `. */
  readonly modelId?: string | undefined;
  /**
   * URLs of files that are handed to the vendors as they are, by media type. Default: none, the AI SDK downloads them, so
   * that every tier can take the bytes.
   */
  readonly supportedUrls?: Record<string, RegExp[]> | undefined;
  /** The text between a void answer and the next one. Default: the chain's own; null: none. */
  readonly marker?: string | null | undefined;
  /** `all`: a stream is held until its answer is whole, so that nothing is ever shown twice. Default `start`. */
  readonly hold?: "start" | "all" | undefined;
  /** For every call; what `providerOptions.understudy` says counts before them. Default: none. */
  readonly callOptions?: Omit<CallOptions, "signal"> | undefined;
}

/**
 * A chain as a language model of the AI SDK: `streamText({ model: understudy(chain), … })`. One model serves any number of
 * calls at a time. Text that was shown before a failover stays in the stream, followed by a marker, a `custom` part of kind
 * `FAILOVER_KIND` and the whole answer; `understudyCall` and `retractDiscarded` take it back.
 */
export function understudy(chain: Chain, options: UnderstudyModelOptions = {}): LanguageModelV4 {
  const asked = new ChainModel(chain, options);
  return {
    ...asked.identity(),
    get modelId() {
      return asked.modelId;
    },
    doGenerate: (call) => asked.generate(call),
    doStream: async (call): Promise<LanguageModelV4StreamResult> => {
      const opened = await asked.open(call);
      if (!(opened instanceof LiveParts)) return { stream: opened };
      return { stream: streamAnswer(opened, (event) => opened.seam(event, asked.marker(event.marker))) };
    },
  };
}

/** What both forms of the model share: a call through the chain, and its answer or the beginning of it. */
export class ChainModel {
  readonly #chain: Chain;
  readonly #options: UnderstudyModelOptions;

  constructor(chain: Chain, options: UnderstudyModelOptions) {
    if (!isChain(chain)) throw misuse("config", "The model of a chain takes what `createChain(…)` gives.");
    this.#chain = chain;
    this.#options = readOptions(options, "understudy");
  }

  identity(): Pick<LanguageModelV4, "specificationVersion" | "provider" | "supportedUrls"> {
    return {
      specificationVersion: "v4",
      provider: "understudy",
      supportedUrls: this.#options.supportedUrls ?? {},
    };
  }

  get modelId(): string {
    return this.#options.modelId ?? this.#chain.tiers.join(" > ");
  }

  /** `shown` is null where no text has to be marked. */
  marker(shown: string | null): string | null {
    const { marker } = this.#options;
    return shown === null || marker === undefined ? shown : marker;
  }

  async generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const call = this.#translate(options);
    const wantsJson = wantsJsonOf(options);
    try {
      const answer = await this.#chain.generate(call.request, call.options);
      return toGenerateResult(answer, call.names, { warnings: call.warnings, wantsJson });
    } catch (error) {
      return rescue(error, call, options);
    }
  }

  /** Resolves when output is released: an early failover stays a pending promise. */
  async open(options: LanguageModelV4CallOptions): Promise<LiveParts | LanguageModelV4StreamResult["stream"]> {
    if (this.#options.hold === "all") return streamWhole(await this.generate(options));
    const call = this.#translate(options);
    const wantsJson = wantsJsonOf(options);
    try {
      const stream = await this.#chain.stream(call.request, call.options);
      return new LiveParts(stream, { ...call, wantsJson, signal: options.abortSignal });
    } catch (error) {
      return streamWhole(rescue(error, call, options));
    }
  }

  #translate(options: LanguageModelV4CallOptions): TranslatedCall {
    return translateCall(options, this.#options.callOptions);
  }
}

function wantsJsonOf({ responseFormat }: LanguageModelV4CallOptions): boolean {
  return responseFormat?.type === "json";
}

/** The text that was to be JSON and is none, as an ordinary answer. Throws every other error. */
function rescue(
  error: unknown,
  { names, warnings }: TranslatedCall,
  options: LanguageModelV4CallOptions,
): LanguageModelV4GenerateResult {
  const invalid = wantsJsonOf(options) ? textOfInvalid(error) : undefined;
  if (invalid === undefined) throw forCaller(error, options.abortSignal);
  const writer = new ContentWriter(names);
  const { content, attempt } = invalid;
  return {
    content: content.flatMap((part) => writer.whole(part)),
    finishReason: toFinishReason("stop", undefined),
    usage: toUsage(attempt?.usage),
    ...(attempt !== undefined && { response: { modelId: attempt.servedModel ?? attempt.model } }),
    warnings: [...warnings],
  };
}

function isChain(chain: unknown): boolean {
  try {
    return isObject(chain) && typeof chain["generate"] === "function" && typeof chain["stream"] === "function";
  } catch {
    // A getter or proxy threw.
    return false;
  }
}
