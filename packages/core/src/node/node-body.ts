import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { contentDecoders } from "./content-decoders.ts";

type Read = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

interface Waiter {
  readonly resolve: (read: Read) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes that may wait unread before the socket pauses. */
const READ_AHEAD_BYTES = 65_536;
const DONE: Read = { done: true, value: undefined };

/** The bytes of a response, read as from a web stream's reader but straight from the socket's events. */
export class NodeBody {
  /** The message and what unpacks it, each reading from the one before. */
  readonly #streams: readonly Readable[];
  readonly #source: Readable;
  readonly #signal: AbortSignal | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  readonly #waiters: Waiter[] = [];
  #end: { readonly error: unknown } | "whole" | undefined;

  constructor(message: IncomingMessage, encoding: string | null, signal: AbortSignal | undefined) {
    this.#signal = signal;
    // Some servers compress although they were asked not to.
    const decoders = contentDecoders(encoding);
    this.#streams = [message, ...decoders];
    this.#source = decoders.reduce<Readable>((source, decoder) => source.pipe(decoder), message);
    for (const stream of this.#streams) this.#watch(stream);
    this.#source.on("data", (chunk: Uint8Array) => this.#take(chunk));
    this.#source.on("end", () => this.#finish("whole"));
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
  }

  getReader(): this {
    return this;
  }

  read(): Promise<Read> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.byteLength;
      if (this.#bytes < READ_AHEAD_BYTES && this.#source.isPaused()) this.#source.resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#end === "whole") return Promise.resolve(DONE);
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** Ends reading. A body that is not whole takes its connection with it. */
  cancel(): Promise<void> {
    this.#chunks = [];
    this.#finish("whole");
    return Promise.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined> {
    try {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- a body is read in order
        const { done, value } = await this.read();
        if (done) return;
        yield value;
      }
    } finally {
      await this.cancel();
    }
  }

  #take(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= READ_AHEAD_BYTES) this.#source.pause();
  }

  #watch(stream: Readable): void {
    stream.on("error", (error) => this.#finish({ error }));
    stream.on("close", () => {
      if (!stream.readableEnded) this.#finish({ error: new Error("The connection was closed.") });
    });
  }

  /** The first end counts. It lets go of everything: a decoder that is only left alone continues to unpack. */
  #finish(end: { readonly error: unknown } | "whole"): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const waiter of this.#waiters.splice(0)) {
      if (end === "whole") waiter.resolve(DONE);
      else waiter.reject(end.error);
    }
    // The connection of a message that has been read to its end is kept.
    for (const stream of this.#streams) stream.destroy();
  }

  readonly #onAbort = (): void => {
    this.#chunks = [];
    this.#finish({ error: this.#signal?.reason });
  };
}
