import { isUnderstudyError, UnderstudyError } from "@understudy/core";
import { isObject } from "./metadata.ts";

/** What the application does wrong: an error of the kind that the chain itself throws. */
export function misuse(code: "config" | "invalid-request", message: string): UnderstudyError {
  return new UnderstudyError({ code, message });
}

/** Throws unless it is what a chain's `stream()` gives, once it is awaited. */
export function checkStream(stream: unknown, name: string): void {
  if (isStream(stream)) return;
  throw misuse("invalid-request", `${name}() takes what \`await chain.stream(…)\` gives.`);
}

/** One that throws when it is looked at is none. */
function isStream(value: unknown): boolean {
  try {
    return isObject(value) && Symbol.asyncIterator in value && "result" in value;
  } catch {
    return false;
  }
}

/** The options, read once. */
export function readOptions<Options extends object>(options: Options, name: string): Options {
  return read(`The options of ${name}()`, () => {
    if (!isObject(options)) throw misuse("invalid-request", `The options of ${name}() must be an object.`);
    return { ...options };
  });
}

/** Reads what was handed over. What a getter or proxy throws meanwhile is not told: it may hold a value. */
export function read<Value>(what: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (isUnderstudyError(error)) throw error;
    throw misuse("invalid-request", `${what} cannot be read: a getter or proxy threw.`);
  }
}
