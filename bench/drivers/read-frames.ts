const LENGTHS_BYTES = 8;
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/** Hands on what is in each frame of an AWS event stream. The least that a reader can do: no checksum is compared. */
export function readFrames(onData: (data: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest: Uint8Array = new Uint8Array();
  return (bytes) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let start = 0;
    while (all.length - start >= LENGTHS_BYTES) {
      const size = view.getUint32(start);
      if (all.length - start < size) break;
      const payload = start + PRELUDE_BYTES + view.getUint32(start + CHECKSUM_BYTES);
      onData(decoder.decode(all.subarray(payload, start + size - CHECKSUM_BYTES)));
      start += size;
    }
    rest = all.subarray(start);
  };
}
