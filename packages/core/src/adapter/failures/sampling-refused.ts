import type { RequestRepair } from "../../model/target.ts";
import type { FailureRow } from "./failure-table.ts";
import { alsoNative, leaveUnset } from "../repairs/repairs.ts";
import type { VendorError } from "./vendor-error.ts";

const SAMPLERS: Readonly<Record<string, "temperature" | "topP" | "topK">> = {
  temperature: "temperature",
  top_p: "topP",
  top_k: "topK",
};
/** `temperature` and `top_p` cannot both be specified; top_k: Extra inputs are not permitted. */
const SAMPLING =
  /^`?(temperature|top_[pk])`?(?::| and `?(temperature|top_[pk])`? (?:cannot|may not)\b| (?:is|may|must|cannot)\b)/;

/** A row for sampling parameters that a 400 names: asked once more without them, common or native by the path that `native` says. */
export function samplingRefused(optionsKey: string, native: (name: string) => string = same): FailureRow {
  return {
    status: 400,
    text: SAMPLING,
    class: "request.unsupported",
    repair: (error) => dropSampling(error, optionsKey, native),
  };
}

function same(name: string): string {
  return name;
}

function dropSampling(
  { message = "" }: VendorError,
  optionsKey: string,
  native: (name: string) => string,
): RequestRepair {
  const names = (SAMPLING.exec(message) ?? []).slice(1).filter((name) => name !== undefined);
  // Two that exclude each other are both named: then the first may stay.
  const dropped = names.length > 1 ? names.slice(1) : names;
  const common = dropped.flatMap((name) => SAMPLERS[name] ?? []);
  return alsoNative(leaveUnset(common, dropped.join(" and ")), optionsKey, dropped.map(native));
}
