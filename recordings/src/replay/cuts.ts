const SMALL_BYTES = 4 * 1024;

/** Every way to read a body in pieces that the network may choose. */
export interface Cuts {
  /** Offsets at which the body is split in two. */
  readonly splits: readonly number[];
  /** Offsets after each event: where a connection may be cut cleanly. */
  readonly boundaries: readonly number[];
}

export function cutsOf(body: Uint8Array, isStream: boolean): Cuts {
  const boundaries = isStream ? boundariesOf(body) : [];
  if (body.length <= SMALL_BYTES) return { splits: range(1, body.length), boundaries };
  const around = boundaries.flatMap((offset) => [offset - 1, offset, offset + 1]);
  const inside = range(1, body.length).filter((offset) => ((body[offset] ?? 0) & 0xc0) === 0x80);
  const splits = [...new Set([...around, ...inside])].filter((offset) => offset > 0 && offset < body.length);
  return { splits, boundaries };
}

export function splitAt(body: Uint8Array, offset: number): readonly Uint8Array[] {
  return [body.subarray(0, offset), body.subarray(offset)];
}

export function piecesOf(body: Uint8Array, size: number): readonly Uint8Array[] {
  const count = Math.ceil(body.length / size);
  return Array.from({ length: count }, (_, index) => body.subarray(index * size, (index + 1) * size));
}

/** Offsets behind the blank line that ends an event. */
export function boundariesOf(body: Uint8Array): readonly number[] {
  const text = new TextDecoder("latin1").decode(body);
  return Array.from(text.matchAll(/\r?\n\r?\n/g), (match) => match.index + match[0].length);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
