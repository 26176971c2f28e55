import { TargetFailure } from "../../model/target-failure.ts";

/** What servers and gateways say in place of a finish reason when they broke off. */
const BROKEN_OFF: ReadonlySet<string> = new Set([
  "error",
  "abort",
  "aborted",
  "cancelled",
  "canceled",
  "failed",
  "timeout",
]);

/** Throws `server.error` for a finish value which says that the server broke off: what came before is not an answer. */
export function checkFinishValue(value: string): void {
  if (BROKEN_OFF.has(value.toLowerCase())) throw new TargetFailure("server.error", { vendorCode: value });
}
