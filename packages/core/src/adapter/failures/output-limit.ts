import type { RequestRepair, TargetRequest } from "../../model/target.ts";
import type { FailureRow } from "./failure-table.ts";
import { alsoNative, withOutputTokens } from "../repairs/repairs.ts";
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

/** Less is hardly an answer. */
const LEAST_OUTPUT = 1_024;

/**
 * For adapters that send a limit with every request: asked once more with the `limit` that the sentence states, or with what
 * the `input` leaves of the `window`, in groups of these names. Another prompt leaves another.
 */
export function withinStated(sentence: RegExp, optionsKey: string): (error: VendorError) => RequestRepair | undefined {
  return ({ message = "" }) => {
    const { limit, input, window } = sentence.exec(message)?.groups ?? {};
    if (limit !== undefined) return withMaxOutput(Number(limit), optionsKey);
    const room = Number(window) - Number(input);
    return room >= LEAST_OUTPUT ? { ...withMaxOutput(room, optionsKey), once: true } : undefined;
  };
}

function withMaxOutput(limit: number, optionsKey: string): RequestRepair {
  const apply = (request: TargetRequest): TargetRequest =>
    (request.maxOutputTokens ?? Infinity) <= limit ? request : { ...request, maxOutputTokens: limit };
  return alsoNative({ ...withOutputTokens(limit), apply }, optionsKey, ["max_tokens"]);
}

function withinLimit({ message = "" }: VendorError): RequestRepair | undefined {
  const limit = Number(ABOVE_LIMIT.exec(message)?.groups?.["limit"]?.replaceAll(",", ""));
  return limit > 0 ? withOutputTokens(limit) : undefined;
}
