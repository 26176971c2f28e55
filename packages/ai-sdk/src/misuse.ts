import { UnderstudyError } from "@understudy/core";
import { isObject } from "./metadata.ts";

/** What the application does wrong: an error of the kind that the chain itself throws. */
export function misuse(code: "config" | "invalid-request", message: string): UnderstudyError {
  return new UnderstudyError({ code, message });
}

/** Throws unless it is what a chain's `stream()` gives, once it is awaited. */
export function checkStream(stream: unknown, name: string): void {
  if (isObject(stream) && Symbol.asyncIterator in stream && "result" in stream) return;
  throw misuse("invalid-request", `${name}() takes what \`await chain.stream(…)\` gives.`);
}

export function checkOptions(options: unknown, name: string): void {
  if (!isObject(options)) throw misuse("invalid-request", `The options of ${name}() must be an object.`);
}
