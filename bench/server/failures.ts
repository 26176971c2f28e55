import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { wires } from "../wires/index.ts";
import type { WireName } from "../wires/wire.ts";
import { framesFor } from "./frames.ts";
import { noteFailure } from "./journal.ts";

export function failWithStatus(response: ServerResponse, wire: WireName): void {
  response.writeHead(503, { "content-type": "application/json" });
  response.end(JSON.stringify(wires[wire].unavailable()));
  noteFailure();
}

/** Breaks a stream off after some deltas: with the vendor's own error event, or by resetting the connection. */
export async function failInStream(
  response: ServerResponse,
  wire: WireName,
  failure: { readonly kind: "error-event" | "cut"; readonly deltas: number; readonly delayMs: number },
): Promise<void> {
  const frames = framesFor(wire, failure.deltas);
  response.write(Buffer.concat([frames.opening, ...frames.deltas]));
  await sleep(failure.delayMs);
  if (failure.kind === "cut") response.socket?.resetAndDestroy();
  else response.end(wires[wire].failure());
  noteFailure();
}
