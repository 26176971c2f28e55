import type { UnderstudyError } from "../model/error.ts";
import type { TargetFailure } from "../model/target-failure.ts";

// What is thrown here is recognised by its name, and texts are cleaned anew: this folder is loaded on its own, and
// whatever it shared with the engine would have to be loaded apart from both.

/** At most 200 characters of a foreign text, on one line. */
export function oneLine(text: unknown): string {
  return String(text)
    .slice(0, 200)
    .replaceAll(/\p{Cc}/gu, "?");
}

/** Whether it is what a call would be rejected with. */
export function isMisuse(error: unknown): error is UnderstudyError {
  return isNamed(error, "UnderstudyError");
}

/** Whether it is what an adapter says of a request that it cannot send. */
export function isFailure(value: unknown): value is TargetFailure {
  return isNamed(value, "TargetFailure");
}

function isNamed(value: unknown, name: string): boolean {
  try {
    return value instanceof Error && value.name === name;
  } catch {
    return false;
  }
}
