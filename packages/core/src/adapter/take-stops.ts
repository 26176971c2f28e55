import type { TargetRequest } from "../model/target.ts";
import type { Loss } from "../model/trace.ts";

/** The stop sequences of which an API takes so many; at the others the answer is cut on our side. */
export function takeStops(
  { stop }: TargetRequest,
  most: number,
  loss: (loss: Loss) => void,
): readonly string[] | undefined {
  if (stop.length > most) {
    loss({ what: "stop", action: "translated", reason: "the answer is cut on our side, without its usage" });
  }
  const kept = stop.slice(0, most);
  return kept.length === 0 ? undefined : kept;
}
