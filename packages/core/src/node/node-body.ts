import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import zlib from "node:zlib";

type Read = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value: undefined };

interface Waiter {
  readonly resolve: (read: Read) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes that may wait unread before the socket is told to pause. */
const READ_AHEAD_BYTES = 65_536;
const DONE: Read = { done: true, value: undefined };

/** The bytes of a response, read as from a web stream's reader but straight from the socket's events. */
export class NodeBody {
  readonly #message: IncomingMessage;
  readonly #source: Readable;
  readonly #signal: AbortSignal | undefined;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #waiter: Waiter | undefined;
  #end: { readonly error: unknown } | "whole" | undefined;

  constructor(message: IncomingMessage, signal: AbortSignal | undefined) {
    this.#message = message;
    this.#signal = signal;
    this.#source = decoded(message, (error) => this.#finish({ error }));
    this.#source.on("data", (chunk: Uint8Array) => this.#take(chunk));
    this.#source.on("end", () => this.#finish("whole"));
    this.#source.on("error", (error) => this.#finish({ error }));
    this.#source.on("close", () => this.#finish({ error: new Error("The connection was closed.") }));
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
      this.#waiter = { resolve, reject };
    });
  }

  /** Ends reading. A body that is not whole takes its connection with it. */
  cancel(): Promise<void> {
    this.#chunks = [];
    this.#finish("whole");
    if (!this.#message.complete) this.#message.destroy();
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
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= READ_AHEAD_BYTES) this.#source.pause();
  }

  /** The first end counts. */
  #finish(end: { readonly error: unknown } | "whole"): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (end === "whole") waiter?.resolve(DONE);
    else waiter?.reject(end.error);
  }

  readonly #onAbort = (): void => {
    this.#chunks = [];
    this.#finish({ error: this.#signal?.reason });
    this.#message.destroy();
  };
}

/** Some servers compress although they were asked not to. */
function decoded(message: IncomingMessage, onError: (error: unknown) => void): Readable {
  const decoder = decoderFor(message.headers["content-encoding"]);
  if (decoder === undefined) return message;
  message.on("error", onError);
  message.on("aborted", () => onError(new Error("The connection was closed.")));
  return message.pipe(decoder);
}

function decoderFor(encoding: string | undefined): zlib.Gunzip | zlib.BrotliDecompress | zlib.Inflate | undefined {
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "br":
      return zlib.createBrotliDecompress();
    case "deflate":
      return zlib.createInflate();
    default:
      return undefined;
  }
}
