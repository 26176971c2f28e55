import type { Capabilities } from "../../model/target.ts";
import { TargetFailure } from "../../model/target-failure.ts";

/** Thrown before anything is sent: a later tier may have what this one lacks. */
export function unsupported(capability: keyof Capabilities): TargetFailure {
  return new TargetFailure("request.unsupported", { capability });
}
