import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { wires } from "../wires/index.ts";
import { answerText } from "../wires/text.ts";
import type { WireName } from "../wires/wire.ts";
import { framesFor } from "./frames.ts";

/** A short answer in one write, streamed or in one piece. */
export function answerShortly(response: ServerResponse, wire: WireName, deltas: number, streamed: boolean): void {
  const frames = framesFor(wire, deltas);
  if (streamed) response.end(Buffer.concat([frames.opening, ...frames.deltas, frames.closing]));
  else response.end(JSON.stringify(wires[wire].whole(answerText(deltas))));
}

/** The first delta at once, the rest later. */
export async function answerFirstDeltaAtOnce(
  response: ServerResponse,
  wire: WireName,
  deltas: number,
  restAfterMs: number,
): Promise<void> {
  const frames = framesFor(wire, deltas);
  const [first, ...rest] = frames.deltas;
  if (first !== undefined) response.write(Buffer.concat([frames.opening, first]));
  await sleep(restAfterMs);
  response.end(Buffer.concat([...rest, frames.closing]));
}

/** A delta from time to time until the client goes away. */
export async function answerSlowly(response: ServerResponse, wire: WireName, intervalMs: number): Promise<void> {
  const frames = framesFor(wire, 1_000);
  response.write(frames.opening);
  for (let index = 0; !response.destroyed; index += 1) {
    response.write(frames.deltas[index % frames.deltas.length]);
    await sleep(intervalMs);
  }
}
