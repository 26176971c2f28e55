import { TargetFailure } from "../../model/target-failure.ts";
import type { EventCutter, FrameReader, OnEvent } from "./framing.ts";

/** Frames of an adapter's own kind. Keeps what of one has come, and no more of it than an event may have. */
export class Frames implements EventCutter<Uint8Array> {
  readonly came = "no whole frame came";
  readonly #onEvent: OnEvent;
  readonly #reader: FrameReader;
  readonly #maxBytes: number;
  #kept = new Uint8Array();
  #length = 0;
  /** Of the frame that has begun, once it is known. */
  #size: number | undefined;
  #seen = 0;
  #hasBegun = false;

  constructor(onEvent: OnEvent, maxBytes: number, reader: FrameReader) {
    this.#onEvent = onEvent;
    this.#maxBytes = maxBytes;
    this.#reader = reader;
  }

  get expected(): string {
    return this.#reader.name;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isInside(): boolean {
    return this.#length > 0;
  }

  push(bytes: Uint8Array): void {
    if (this.#length === 0) {
      this.#keep(this.#cut(bytes));
      return;
    }
    this.#keep(bytes);
    const rest = this.#cut(this.#kept.subarray(0, this.#length));
    this.#kept.copyWithin(0, rest.byteOffset - this.#kept.byteOffset, this.#length);
    this.#length = rest.byteLength;
  }

  end(): boolean {
    return this.#length === 0;
  }

  /** Hands on the frames that are whole, and returns the beginning of the next one. */
  #cut(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.byteLength > 0) {
      this.#size ??= this.#sizeOf(rest);
      if (this.#size === undefined || this.#size > rest.byteLength) return rest;
      const event = this.#reader.read(rest.subarray(0, this.#size));
      rest = rest.subarray(this.#size);
      this.#size = undefined;
      this.#seen = 0;
      this.#hasBegun = true;
      if (event !== undefined) this.#onEvent(event);
    }
    return rest;
  }

  #sizeOf(bytes: Uint8Array): number | undefined {
    const size = this.#reader.sizeOf(bytes, this.#seen);
    this.#seen = bytes.byteLength;
    const least = size ?? bytes.byteLength;
    if (Number.isInteger(least) && least > 0 && least <= this.#maxBytes) return size;
    throw new TargetFailure(least > this.#maxBytes ? "stream.oversized" : "stream.malformed", {
      explanation: `expected ${this.expected}; the size of one is ${least} bytes`,
    });
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.byteLength;
    if (length > this.#kept.byteLength) {
      // Twice as much each time: a frame that comes byte by byte is not copied with each of them.
      const larger = new Uint8Array(Math.max(length, 2 * this.#kept.byteLength));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(bytes, this.#length);
    this.#length = length;
  }
}
