import { wires } from "../wires/index.ts";
import { answerText, deltaText } from "../wires/text.ts";
import type { Piece, WireName } from "../wires/wire.ts";

/** A streamed answer, serialised before the first request that wants it is answered. */
export interface Frames {
  readonly opening: Buffer;
  readonly deltas: readonly Buffer[];
  readonly closing: Buffer;
}

const cache = new Map<string, Frames>();

export function framesFor(wireName: WireName, deltas: number): Frames {
  const key = `${wireName}/${deltas}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const wire = wires[wireName];
  const frames: Frames = {
    opening: joined(wire.opening()),
    deltas: Array.from({ length: deltas }, (_, index) => joined([wire.delta(index, deltaText(index))])),
    closing: joined(wire.closing(answerText(deltas), deltas)),
  };
  cache.set(key, frames);
  return frames;
}

function joined(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}
