import type { FailureClass } from "../../model/failure.ts";
import { namesModel, saysBadCredential, saysDaily, saysModelMissing, saysOverloaded } from "./error-words.ts";
import type { VendorError } from "./vendor-error.ts";

const CLASSES: ReadonlyMap<number, FailureClass> = new Map<number, FailureClass>([
  [400, "request.rejected"],
  [401, "auth.invalid"],
  [402, "billing.exhausted"],
  [407, "network.proxy"],
  [408, "timeout.upstream"],
  [409, "conflict"],
  [410, "model.deprecated"],
  [413, "request.too-large"],
  [422, "request.rejected"],
  [429, "rate.unknown"],
  [502, "server.gateway"],
  [503, "server.gateway"],
  [504, "timeout.upstream"],
  [529, "server.overloaded"],
]);

export interface StatusFacts {
  readonly status: number;
  /** The body is an error of the vendor. */
  readonly isVendors: boolean;
  /** It stood inside a stream or a body with status 200. */
  readonly isInBand: boolean;
  readonly error: VendorError;
}

/** The class of a status for which no row of the vendor's table fits. */
export function statusClass({ status, isVendors, isInBand, error }: StatusFacts): FailureClass {
  if (status >= 300 && status < 400) return "redirect";
  if ((status === 400 || status === 422) && saysModelMissing(error)) return "model.not-found";
  if (status === 403 && saysBadCredential(error)) return "auth.invalid";
  // Anything else than the vendor's own refusal comes from a firewall or gateway in between.
  if (status === 403) return isVendors ? "auth.forbidden" : "gateway.html";
  // An endpoint that answers with status 200 was found.
  if (status === 404) return isInBand || namesModel(error) ? "model.not-found" : "endpoint.not-found";
  if (status === 429 && saysDaily(error)) return "rate.daily";
  if (status === 503 && saysOverloaded(error)) return "server.overloaded";
  const known = CLASSES.get(status);
  if (known !== undefined) return known;
  if (status >= 520 && status <= 526) return "server.gateway";
  return status >= 500 && status <= 599 ? "server.error" : "unknown";
}
