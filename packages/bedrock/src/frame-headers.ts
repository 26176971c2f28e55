/** Bytes of a value, by its type; the others say their length. */
const SIZES = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16] as const;
const TEXT = 7;
/** Of an unknown type nobody knows where it ends. */
const LAST_TYPE = 9;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The texts among the headers of a frame. Throws for what cannot be read. */
export function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let place = 0;
  const take = (length: number): Uint8Array => {
    const end = place + length;
    if (end > bytes.length) throw new RangeError("A header ends outside.");
    const taken = bytes.subarray(place, end);
    place = end;
    return taken;
  };
  const number = (length: number): number => take(length).reduce((sum, byte) => sum * 256 + byte, 0);
  while (place < bytes.length) {
    const name = decoder.decode(take(number(1)));
    const type = number(1);
    if (type > LAST_TYPE) throw new RangeError("A header is of no known type.");
    const value = take(SIZES[type] ?? number(2));
    if (type === TEXT) texts.set(name, decoder.decode(value));
  }
  return texts;
}
