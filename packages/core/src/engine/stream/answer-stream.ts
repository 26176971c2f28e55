import type { Answer } from "../../model/answer.ts";
import type { Clock } from "../../model/clock.ts";
import { misuse } from "../../model/error.ts";
import type { StreamEvent } from "../../model/events.ts";
import type { Call } from "../call/call.ts";
import { ObservedPromise } from "./observed-promise.ts";

/**
 * A released answer. It has one consumer: the first of iterating it, as `toResponse(stream)` does, and `textStream()`; a
 * second one throws at once. Leaving the loop early lets everything go at once. Its members may be taken off:
 * `const { textStream, result } = stream`.
 */
export class AnswerStream<Output = unknown> implements AsyncIterable<StreamEvent> {
  readonly #call: Call;
  readonly #clock: Clock;
  #consumer: string | undefined;

  constructor(call: Call, clock: Clock) {
    this.#call = call;
    this.#clock = clock;
  }

  /** Which call of the chain it is, as in events and traces. */
  get callId(): number {
    return this.#call.callId;
  }

  /** The events of the answer, in order; throws an `UnderstudyError` after the last one when the call fails. */
  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent, undefined> {
    this.#claim("an iterator");
    return eventsOf(this.#call);
  }

  /** The text alone. Where another target starts the answer again after text was shown, the marker stands in between. */
  readonly textStream = (): AsyncIterableIterator<string, undefined> => {
    this.#claim("textStream()");
    return textsOf(this.#call);
  };

  /**
   * The whole answer, as `generate()` gives it. Never rejects unobserved. If the stream has no consumer by
   * the turn after this is awaited, it is read to its end here.
   */
  get result(): Promise<Answer<Output>> {
    // The output's type is what the request's schema promised, and validation has checked it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const result = this.#call.ending.result as Promise<Answer<Output>>;
    return new ObservedPromise(result, () => this.#drainSoon());
  }

  #drainSoon(): void {
    if (this.#consumer !== undefined) return;
    this.#clock.setTimeout(
      () => {
        if (this.#consumer !== undefined) return;
        this.#consumer = "awaiting `result`";
        this.#call.output.discard();
      },
      0,
      false,
    );
  }

  #claim(consumer: string): void {
    if (this.#consumer !== undefined) {
      throw misuse(
        "invalid-request",
        `The stream is already read by ${this.#consumer}: it has one consumer. Use \`result\` for the whole answer.`,
      );
    }
    this.#consumer = consumer;
  }
}

/**
 * No generator: that would let `return()` wait for a pending read, do nothing before the first one, and cost a layer.
 * Reads that still wait when the consumer leaves are done before it is answered.
 */
function iterate<Item>(
  call: Call,
  next: () => Promise<IteratorResult<Item, undefined>>,
): AsyncIterableIterator<Item, undefined> {
  return {
    next,
    return: () => {
      call.abandon();
      return next();
    },
    throw: async (error) => {
      call.abandon();
      await next();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function eventsOf(call: Call): AsyncIterableIterator<StreamEvent, undefined> {
  return iterate(call, () => call.output.next());
}

function textsOf(call: Call): AsyncIterableIterator<string, undefined> {
  return iterate(call, () => call.output.next(holdsText).then(toText));
}

function holdsText(event: StreamEvent): boolean {
  return textOf(event) !== null;
}

function toText(result: IteratorResult<StreamEvent, undefined>): IteratorResult<string, undefined> {
  return result.done === true ? result : { done: false, value: textOf(result.value) ?? "" };
}

/** What an event prints, if anything. */
function textOf(event: StreamEvent): string | null {
  if (event.type === "text-delta") return event.delta;
  return event.type === "failover" ? event.marker : null;
}
