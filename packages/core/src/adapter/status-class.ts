import type { FailureClass } from "../model/failure.ts";

const CLASSES: ReadonlyMap<number, FailureClass> = new Map<number, FailureClass>([
  [400, "request.rejected"],
  [401, "auth.invalid"],
  [402, "billing.exhausted"],
  [408, "timeout.upstream"],
  [409, "conflict"],
  [410, "model.deprecated"],
  [413, "request.too-large"],
  [422, "request.rejected"],
  [429, "rate.unknown"],
  [502, "server.gateway"],
  [504, "timeout.upstream"],
  [529, "server.overloaded"],
]);

/** The class of a status for which no row of the vendor's table fits. `isVendors`: the body is an error of the vendor. */
export function statusClass(status: number, isVendors: boolean, message: string | undefined): FailureClass {
  // Some runtimes hide a redirect that was not followed behind status 0.
  if (status === 0 || (status >= 300 && status < 400)) return "redirect";
  // Anything else than the vendor's own refusal comes from a firewall or gateway in between.
  if (status === 403) return isVendors ? "auth.forbidden" : "gateway.html";
  if (status === 404) return isVendors && says(message, /model/i) ? "model.not-found" : "endpoint.not-found";
  if (status === 503) return says(message, /overload|high demand|capacity/i) ? "server.overloaded" : "server.gateway";
  const known = CLASSES.get(status);
  if (known !== undefined) return known;
  if (status >= 520 && status <= 526) return "server.gateway";
  return status >= 500 ? "server.error" : "unknown";
}

function says(message: string | undefined, words: RegExp): boolean {
  return message !== undefined && words.test(message.slice(0, 2_048));
}
