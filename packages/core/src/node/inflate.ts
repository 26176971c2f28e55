import { Transform, type TransformCallback } from "node:stream";
import zlib from "node:zlib";

/** Content coding `deflate`: with the header of zlib, as it should be, or without, as many servers send it. */
export class Inflate extends Transform {
  #inner: zlib.Inflate | zlib.InflateRaw | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    const [first] = chunk;
    if (first === undefined) {
      callback();
      return;
    }
    this.#inner ??= this.#start(first);
    // Called when the chunk is unpacked as a whole, for which what came out of it must have been taken.
    this.#inner.write(chunk, () => callback());
  }

  override _flush(callback: TransformCallback): void {
    if (this.#inner === undefined) callback();
    else this.#inner.once("end", callback).end();
  }

  override _read(size: number): void {
    this.#inner?.resume();
    // oxlint-disable-next-line no-underscore-dangle -- the name that a stream has for it
    super._read(size);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#inner?.destroy();
    callback(error);
  }

  #start(first: number): zlib.Inflate | zlib.InflateRaw {
    // The lower half of that header's first byte names the method, of which there is one.
    const inner = (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
    inner.on("data", (piece: Buffer) => {
      if (!this.push(piece)) inner.pause();
    });
    inner.on("error", (error) => this.destroy(error));
    return inner;
  }
}
