import type { Loss } from "../../model/trace.ts";

/** A setting of the request, unless there is a reason not to send it: then it is reported as dropped. */
export function takeUnless<Value>(
  reason: string | undefined,
  what: string,
  value: Value | undefined,
  loss: (loss: Loss) => void,
): Value | undefined {
  if (value === undefined || reason === undefined) return value;
  loss({ what, action: "dropped", reason });
  return undefined;
}
