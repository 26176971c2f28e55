import type { Duplex } from "node:stream";
import zlib from "node:zlib";
import { Inflate } from "./inflate.ts";

/** As many as the built-in fetch takes. */
const MAX_CODINGS = 5;

/** What unpacks a body, in the order in which it is to be done. A coding that is not known is left to the reader. */
export function contentDecoders(encoding: string | null): readonly Duplex[] {
  const codings = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  if (codings.length > MAX_CODINGS) throw new TypeError("The response has too many content codings.");
  const decoders: Duplex[] = [];
  // The last one was applied last.
  for (const coding of codings.toReversed()) {
    if (coding === "" || coding === "identity") continue;
    const decoder = decoderFor(coding);
    if (decoder === undefined) return [];
    decoders.push(decoder);
  }
  return decoders;
}

function decoderFor(coding: string): Duplex | undefined {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "br":
      return zlib.createBrotliDecompress();
    case "deflate":
      return new Inflate();
    case "zstd":
      // From Node 22.15 on.
      return typeof zlib.createZstdDecompress === "function" ? zlib.createZstdDecompress() : undefined;
    default:
      return undefined;
  }
}
