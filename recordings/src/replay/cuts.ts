import { framesOf, isFramed } from "../frames.ts";
import { isLong } from "../../../scripts/long.ts";

const SMALL_BYTES = 4 * 1024;
/** How many splits of each body are read: all of them take minutes (`pnpm replay`). */
const MOST_SPLITS = Number(process.env["UNDERSTUDY_SPLITS"] ?? (isLong ? 15 : 6));
/** All of them in all but the largest recordings, which have thousands of events. */
const MOST_TRUNCATIONS = 400;

/** Every way to read a body in pieces that the network may choose. */
export interface Cuts {
  /** Offsets at which the body is split in two. */
  readonly splits: readonly number[];
  /** Offsets at which the body ends too early: after each event and in its middle; of JSON, a few. */
  readonly truncations: readonly number[];
}

export function cutsOf(body: Uint8Array, isStream: boolean): Cuts {
  const boundaries = isStream ? boundariesOf(body) : [];
  const ends = isStream ? [...boundaries.slice(0, -1), ...middlesOf(boundaries)] : partsOf(body);
  const truncations = sampleOf(ends, MOST_TRUNCATIONS);
  if (body.length <= SMALL_BYTES) return { splits: sampleOf(range(1, body.length)), truncations };
  const around = boundaries.flatMap((offset) => [offset - 1, offset, offset + 1]);
  const inside = range(1, body.length).filter((offset) => ((body[offset] ?? 0) & 0xc0) === 0x80);
  const splits = [...new Set([...around, ...inside])].filter((offset) => offset > 0 && offset < body.length);
  return { splits: sampleOf(splits), truncations };
}

/** Evenly spread, and beginning elsewhere in every body, so that all kinds of places are met in some. */
function sampleOf(offsets: readonly number[], most: number = MOST_SPLITS): readonly number[] {
  const step = Math.max(1, offsets.length / most);
  const first = offsets.length % Math.ceil(step);
  return offsets.filter((_, index) => Math.floor((index + first) / step) !== Math.floor((index + first - 1) / step));
}

export function splitAt(body: Uint8Array, offset: number): readonly Uint8Array[] {
  return [body.subarray(0, offset), body.subarray(offset)];
}

export function piecesOf(body: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.ceil(body.length / size);
  return Array.from({ length: count }, (_, index) => body.subarray(index * size, (index + 1) * size));
}

/** Offsets behind the blank line or the frame that ends an event. */
export function boundariesOf(body: Uint8Array): readonly number[] {
  if (isFramed(body)) return framesOf(body).map(({ end }) => end);
  const text = new TextDecoder("latin1").decode(body);
  return Array.from(text.matchAll(/\r?\n\r?\n/g), (match) => match.index + match[0].length);
}

function middlesOf(boundaries: readonly number[]): readonly number[] {
  return boundaries.map((offset, index) => Math.floor(((boundaries[index - 1] ?? 0) + offset) / 2));
}

/** Sixteen places all over a JSON text, and the one before its last character. */
function partsOf(body: Uint8Array): readonly number[] {
  const length = new TextDecoder("latin1").decode(body).trimEnd().length;
  return [...range(1, 17).map((part) => Math.ceil((part / 17) * (length - 1))), length - 1];
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
