import type { TargetRequest } from "../../model/target.ts";
import type { Loss } from "../../model/trace.ts";

const CUT_HERE: Loss = {
  what: "stop",
  action: "translated",
  reason: "the answer is cut on our side, without its usage",
};

/** The stop sequences of which an API takes so many; at the others the answer is cut on our side. */
export function takeStops(
  { stop }: TargetRequest,
  most: number,
  loss: (loss: Loss) => void,
): readonly string[] | undefined {
  return kept(stop, stop.slice(0, most), loss);
}

/** The same for an API that takes any number, but refuses blank ones. */
export function takeFilledStops({ stop }: TargetRequest, loss: (loss: Loss) => void): readonly string[] | undefined {
  return kept(
    stop,
    stop.filter((text) => !isBlankStop(text)),
    loss,
  );
}

export function isBlankStop(text: string): boolean {
  return text.trim() === "";
}

function kept(
  asked: readonly string[],
  taken: readonly string[],
  loss: (loss: Loss) => void,
): readonly string[] | undefined {
  if (taken.length < asked.length) loss(CUT_HERE);
  return taken.length === 0 ? undefined : taken;
}
