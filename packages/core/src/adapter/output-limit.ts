import type { RequestRepair } from "../model/target.ts";
import type { FailureRow } from "./failure-table.ts";
import { withOutputTokens } from "./repairs.ts";
import type { VendorError } from "./vendor-error.ts";

/** What vendors say of an output limit above the model's. */
const ABOVE_LIMIT =
  /^(?:`?max_\w{1,30}`? is too large: \d{1,12}\. This model supports at most|Invalid '?max_\w{1,30}'?: integer above maximum value\. Expected a value <=|[`'"]?max_\w{1,30}[`'"]? (?:must|should|can|cannot) be (?:less than or equal to|at most|no more than|greater than|<=)) ?[`'"]?(?<limit>\d{1,3}(?:,\d{3}){1,3}|\d{1,12})/;

/** A row for models whose output limit is not known: asked once more for what the refusal says that they write. */
export const OUTPUT_LIMIT_REFUSED: FailureRow = {
  status: [400, 422],
  text: ABOVE_LIMIT,
  class: "request.unsupported",
  repair: withinLimit,
};

function withinLimit({ message = "" }: VendorError): RequestRepair | undefined {
  const limit = Number(ABOVE_LIMIT.exec(message)?.groups?.["limit"]?.replaceAll(",", ""));
  return limit > 0 ? withOutputTokens(limit) : undefined;
}
