import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { WireName } from "../wires/wire.ts";
import { framesFor } from "./frames.ts";

const blockBytes = 64 * 1024;
const blocks = new Map<string, readonly Buffer[]>();

/** The whole answer in blocks as large as one read of a socket, cut without regard to events. */
function blocksFor(wire: WireName, deltas: number): readonly Buffer[] {
  const key = `${wire}/${deltas}`;
  const known = blocks.get(key);
  if (known !== undefined) return known;
  const frames = framesFor(wire, deltas);
  const body = Buffer.concat([frames.opening, ...frames.deltas, frames.closing]);
  const cut = Array.from({ length: Math.ceil(body.length / blockBytes) }, (_, index) =>
    body.subarray(index * blockBytes, (index + 1) * blockBytes),
  );
  blocks.set(key, cut);
  return cut;
}

/** Writes as fast as the client reads. */
export async function streamAtFullSpeed(response: ServerResponse, wire: WireName, deltas: number): Promise<void> {
  await pipeline(Readable.from(blocksFor(wire, deltas)), response);
}
