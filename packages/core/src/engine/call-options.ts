import { misuse, type UnderstudyError } from "../model/error.ts";
import { isJsonObject } from "../model/json.ts";
import { checkShape, duration, FLAG, FUNCTION, listed, TEXT, type ShapeOf } from "../model/rules.ts";
import { shownName } from "../model/unknown-names.ts";
import type { CallOptions } from "./options.ts";

const CALL: ShapeOf<CallOptions> = {
  signal: {
    must: "be an AbortSignal, such as `controller.signal`",
    test: (value) =>
      isJsonObject(value) &&
      FLAG.test(value["aborted"]) &&
      FUNCTION.test(value["addEventListener"]) &&
      FUNCTION.test(value["removeEventListener"]),
  },
  deadlineMs: duration(1),
  startWithinMs: duration(1),
  tiers: {
    must: "be an array of names",
    // Spread, as a hole would be passed over.
    test: (value) => Array.isArray(value) && [...value].every((name) => TEXT.test(name)),
  },
  allowDegraded: FLAG,
};

/** Reads the options of a call, once. Throws one `invalid-request` error that names everything that is wrong. */
export function readCallOptions(given: unknown, tiers: readonly string[]): CallOptions {
  const options: CallOptions = readArgument(given, CALL, "the options of a call", "unknown call option");
  const problems = (options.tiers ?? [])
    .filter((name) => !tiers.includes(name))
    .map((name) => `\`tiers\` names ${shownName(name)}, which is none of this chain: ${tiers.join(", ")}`);
  if (problems.length > 0) throw invalidArgument(problems);
  return options.tiers === undefined ? options : { ...options, tiers: [...options.tiers] };
}

/** A copy of an object of the caller's whose fields are as the rules say. */
export function readArgument<Fields extends object>(
  given: unknown,
  shape: ShapeOf<Fields>,
  what: string,
  unknown: string,
): Fields {
  let copy: object = {};
  let problems: readonly string[];
  try {
    if (isJsonObject(given)) copy = { ...given };
    problems = isJsonObject(given) ? checkShape(copy, shape, "", unknown) : [`${what} must be an object`];
  } catch {
    // What a getter or proxy throws may hold anything.
    problems = [`${what} cannot be read: a getter or proxy threw`];
  }
  if (problems.length > 0) throw invalidArgument(problems);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return copy as Fields;
}

function invalidArgument(problems: readonly string[]): UnderstudyError {
  return misuse("invalid-request", `The call cannot be made: ${listed(problems)}.`);
}
