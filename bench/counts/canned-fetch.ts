import type { WireName } from "../wires/wire.ts";
import { wires } from "../wires/index.ts";
import { framesFor } from "../server/frames.ts";

/** How an answer is cut into reads: all of it in one, or every delta in one of its own. */
export type Reads = "one" | "per-delta";

function readsOf(wire: WireName, deltas: number, reads: Reads): readonly Uint8Array[] {
  const { opening, deltas: frames, closing } = framesFor(wire, deltas);
  return reads === "one" ? [Buffer.concat([opening, ...frames, closing])] : [opening, ...frames, closing];
}

/** A fetch that answers from memory, each read with one promise: what is counted beside these is the client's own. */
export function cannedFetch(wire: WireName, deltas: number, reads: Reads): typeof globalThis.fetch {
  const chunks = readsOf(wire, deltas, reads);
  return async () => {
    let next = 0;
    const reader = {
      read: () => {
        const value = chunks[next++];
        return Promise.resolve({ done: value === undefined, value });
      },
      cancel: () => Promise.resolve(),
    };
    const headers = new Headers({ "content-type": wires[wire].contentType });
    const body = { getReader: () => reader };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a response that is used
    return { ok: true, status: 200, statusText: "OK", url: "", headers, body } as unknown as Response;
  };
}
