import type { StreamEvent } from "../../model/events.ts";

/** Read-ahead limit in characters of delivered but unread events. */
const READ_AHEAD = 65_536;
/** What an event weighs beside its text. */
const EVENT_WEIGHT = 16;

type Result = IteratorResult<StreamEvent, undefined>;

interface Waiter {
  readonly wants: Wanted | undefined;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Which events a reader is answered with; the others are read past. */
export type Wanted = (event: StreamEvent) => boolean;

type Terminal = { readonly type: "done" } | { readonly type: "error"; readonly error: unknown };

/**
 * Released events on their way to the one consumer. Keeps them in the batches in which they came, answers from these,
 * and lets the writer wait when they are too many.
 */
export class Output {
  #batches: (readonly StreamEvent[])[] = [];
  // The batch that is being read, and the event in it that comes next.
  #batch = 0;
  #event = 0;
  #weight = 0;
  /** Reads that found nothing, the oldest first: a consumer may pull more than once at a time. */
  readonly #waiters: Waiter[] = [];
  #terminal: Terminal | undefined;
  #onRoom: (() => void) | undefined;
  #discarding = false;
  #pulls = 0;

  /** Counts reads; when it stands still and no read waits, the consumer has stopped reading. */
  get pulls(): number {
    return this.#pulls;
  }

  get isAwaited(): boolean {
    return this.#waiters.length > 0 || this.#discarding;
  }

  /** Nobody will read: nothing has to be kept. */
  get isDiscarding(): boolean {
    return this.#discarding;
  }

  get hasRoom(): boolean {
    return this.#weight < READ_AHEAD || this.#discarding;
  }

  /** Calls back when there is room. At most one writer waits. */
  whenRoom(onRoom: () => void): void {
    this.#onRoom = onRoom;
  }

  /** Lets a waiting writer continue, whatever the room. */
  wakeWriter(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  /** `chars`: the length of all deltas among the events. The array is kept as it is. */
  push(events: readonly StreamEvent[], chars = 0): void {
    if (this.#discarding || this.#terminal !== undefined || events.length === 0) return;
    this.#batches.push(events);
    this.#weight += EVENT_WEIGHT * events.length + chars;
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const event = this.#take(waiter.wants);
      if (event === undefined) return;
      this.#waiters.shift();
      waiter.resolve({ done: false, value: event });
    }
  }

  end(): void {
    this.#terminate({ type: "done" });
  }

  fail(error: unknown): void {
    this.#terminate({ type: "error", error });
  }

  /** Answers come in the order of the reads. */
  next(wants?: Wanted): Promise<Result> {
    this.#pulls++;
    const event = this.#take(wants);
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    const terminal = this.#terminal;
    if (terminal?.type === "error") {
      // The error is thrown once; after it the iterator is done, as iterators are.
      this.#terminal = { type: "done" };
      return Promise.reject(terminal.error);
    }
    if (terminal !== undefined) return Promise.resolve({ done: true, value: undefined });
    const answer = new Promise<Result>((resolve, reject) => {
      this.#waiters.push({ wants, resolve, reject });
    });
    this.wakeWriter();
    return answer;
  }

  /** The consumer left or does not read: what comes is dropped. */
  discard(): void {
    this.#discarding = true;
    this.#empty();
  }

  /** The consumer left: it gets nothing more. */
  abandon(): void {
    this.discard();
    this.#terminate({ type: "done" });
    // Also instead of an error that had not been read yet.
    this.#terminal = { type: "done" };
  }

  #take(wants: Wanted | undefined): StreamEvent | undefined {
    for (;;) {
      const event = this.#shift();
      if (event === undefined || wants === undefined || wants(event)) return event;
    }
  }

  #shift(): StreamEvent | undefined {
    const batch = this.#batches[this.#batch];
    if (batch === undefined) return undefined;
    const event = batch[this.#event++];
    if (this.#event === batch.length) {
      this.#event = 0;
      this.#batch++;
      if (this.#batch === this.#batches.length) this.#empty();
    }
    return event;
  }

  #empty(): void {
    this.#batches = [];
    this.#batch = 0;
    this.#event = 0;
    this.#weight = 0;
    this.wakeWriter();
  }

  #terminate(terminal: Terminal): void {
    if (this.#terminal !== undefined) return;
    this.#terminal = terminal;
    for (const waiter of this.#waiters.splice(0)) {
      if (terminal.type === "error" && this.#terminal === terminal) {
        this.#terminal = { type: "done" };
        waiter.reject(terminal.error);
      } else {
        waiter.resolve({ done: true, value: undefined });
      }
    }
  }
}
