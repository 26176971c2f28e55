const POLYNOMIAL = 0xedb8_8320;

/** Signed: engines keep such numbers without allocating. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** CRC-32, as in a ZIP file, of the first so many bytes, as a signed number. */
export function checksum(bytes: Uint8Array, length: number): number {
  let sum = -1;
  for (let index = 0; index < length; index++) sum = (TABLE[(sum ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum;
}
