/** The UTF-16 offsets of some UTF-8 offsets, in one pass. */
export function toCharacters(text: string, wanted: ReadonlySet<number>): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  let byte = 0;
  let index = 0;
  for (const character of text) {
    if (wanted.has(byte)) offsets.set(byte, index);
    byte += bytesOf(character);
    index += character.length;
  }
  if (wanted.has(byte)) offsets.set(byte, index);
  return offsets;
}

/** The bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
