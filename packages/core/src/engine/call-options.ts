import { misuse, type UnderstudyError } from "../model/error.ts";
import { copyJson } from "../model/copy-json.ts";
import { isJsonObject, type JsonObject } from "../model/json.ts";
import {
  AMOUNT,
  checkShape,
  duration,
  FLAG,
  FULL_TEXT,
  FUNCTION,
  listed,
  OBJECT,
  oneOf,
  TEXT,
  type ShapeOf,
} from "../model/rules.ts";
import { meant, shownName } from "../model/unknown-names.ts";
import type { CallOptions } from "./options.ts";

/** Options that a chain and a call of it have in common. */
export const AFTER_RELEASE: ShapeOf<Pick<CallOptions, "afterRelease" | "continueWith">> = {
  afterRelease: oneOf("restart", "continue", "fail"),
  continueWith: {
    must: "be a string that is not empty, or a function",
    test: (value) => FUNCTION.test(value) || FULL_TEXT.test(value),
  },
};

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
  ...AFTER_RELEASE,
  pin: TEXT,
  maxCost: AMOUNT,
  metadata: OBJECT,
};

const LONGEST_METADATA = 8_192;

/** Reads the options of a call, once. Throws one `invalid-request` error that names everything that is wrong. */
export function readCallOptions(given: unknown, tiers: readonly string[]): CallOptions {
  const options: { -readonly [Name in keyof CallOptions]: CallOptions[Name] } = readArgument<CallOptions>(
    given,
    CALL,
    "the options of a call",
    "unknown call option",
  );
  const problems = (options.tiers ?? [])
    .filter((name) => !tiers.includes(name))
    .map(
      (name) =>
        `\`tiers\` names ${shownName(name)}, which is none of this chain: ${tiers.join(", ")}${meant(name, tiers)}`,
    );
  if (options.tiers !== undefined) options.tiers = [...options.tiers];
  if (options.metadata !== undefined) options.metadata = readMetadata(options.metadata, problems);
  if (problems.length > 0) throw invalidArgument(problems);
  return options;
}

function readMetadata(given: JsonObject, problems: string[]): JsonObject {
  const copy = copyJson(given, "metadata");
  if (!copy.ok) problems.push(copy.problem);
  else if (JSON.stringify(copy.value).length > LONGEST_METADATA) {
    problems.push(`metadata must be at most ${LONGEST_METADATA} characters of JSON: put ids in it`);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- else what was reported throws
  return (copy.ok ? copy.value : {}) as JsonObject;
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
