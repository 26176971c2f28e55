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

/** The same for `temperature`, which an API takes up to a bound. */
export function takeTemperature(
  reason: string | undefined,
  temperature: number | undefined,
  most: number,
  loss: (loss: Loss) => void,
): number | undefined {
  const taken = takeUnless(reason, "temperature", temperature, loss);
  if (taken === undefined || taken <= most) return taken;
  loss({ what: "temperature", action: "downgraded", reason: `at most ${most}` });
  return most;
}
