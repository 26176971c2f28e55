import type { AttemptContext, WireEvent, WireReader } from "@understudy/core/adapter";

/** One whole answer as the vendor writes it, with what it says. Written by hand: the reader is held against it. */
export interface ReaderSample {
  /** Appears in the titles. */
  readonly name: string;
  /** The events of the stream, from the first to the last; without `[DONE]`. */
  readonly events: readonly WireEvent[];
  /** The body of the same answer in one piece. Default: it is not read that way. */
  readonly whole?: unknown;
  /** All of its text. */
  readonly text: string;
}

/** A reader, as the kit drives it: event by event, without a server. */
export interface ReaderUnderTest {
  /** Appears in the titles. */
  readonly name: string;
  /** Makes a reader for one answer. */
  readonly make: (context: AttemptContext) => WireReader;
  /** Answers that end well. */
  readonly samples: readonly [ReaderSample, ...ReaderSample[]];
}
