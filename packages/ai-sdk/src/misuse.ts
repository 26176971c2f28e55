import { isUnderstudyError, UnderstudyError } from "@understudy/core";
import { isObject } from "./metadata.ts";

/** What the application does wrong: an error of the kind that the chain itself throws. */
export function misuse(code: "config" | "invalid-request", message: string): UnderstudyError {
  return new UnderstudyError({ code, message });
}

/** Throws unless it is what a chain's `stream()` gives, once it is awaited. */
export function checkStream(stream: unknown, name: string): void {
  read(name, () => {
    if (isObject(stream) && Symbol.asyncIterator in stream && "result" in stream) return;
    throw misuse("invalid-request", `${name}() takes what \`await chain.stream(…)\` gives.`);
  });
}

/** The options, read once. */
export function readOptions<Options extends object>(options: Options, name: string): Options {
  return read(name, () => {
    if (!isObject(options)) throw misuse("invalid-request", `The options of ${name}() must be an object.`);
    return { ...options };
  });
}

/** Reads what a function was given. What a getter or proxy throws meanwhile is not told: it may hold a value. */
export function read<Value>(name: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (isUnderstudyError(error)) throw error;
    throw misuse("invalid-request", `What ${name}() is given cannot be read: it threw.`);
  }
}
