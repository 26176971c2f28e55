import type { ServerResponse } from "node:http";
import { framesFor } from "./frames.ts";
import type { WireName } from "../wires/wire.ts";

export interface Pace {
  readonly deltas: number;
  /** Answers that run side by side; they start together when the last of them was requested. */
  readonly streams: number;
  /** Time between rounds. It must be longer than the client needs for a round, or reads would carry several deltas. */
  readonly paceMs: number;
}

const waiting = new Map<string, ServerResponse[]>();

/** One delta for every stream in each round, so that each arrives as a read of its own. */
export function streamOneDeltaPerRead(response: ServerResponse, key: string, wire: WireName, pace: Pace): void {
  const group = waiting.get(key) ?? [];
  group.push(response);
  waiting.set(key, group);
  response.once("close", () => {
    const index = group.indexOf(response);
    if (index !== -1 && !response.writableFinished) group.splice(index, 1);
  });
  if (group.length < pace.streams) return;
  waiting.delete(key);
  runRounds(group, wire, pace);
}

function runRounds(group: readonly ServerResponse[], wire: WireName, pace: Pace): void {
  const frames = framesFor(wire, pace.deltas);
  if (frames.opening.length > 0) for (const response of group) response.write(frames.opening);
  let round = 0;
  const next = (): void => {
    const frame = frames.deltas[round];
    round += 1;
    if (frame === undefined) {
      for (const response of group) response.end(frames.closing);
      return;
    }
    for (const response of group) response.write(frame);
    if (pace.paceMs > 0) setTimeout(next, pace.paceMs);
    else setImmediate(next);
  };
  setTimeout(next, Math.max(pace.paceMs, 5));
}
