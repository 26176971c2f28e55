import { isUnderstudyError, type AttemptRecord, type PartialAnswer } from "@understudy/core";

/**
 * What the AI SDK has to see instead of an error of ours: when the caller aborted, the caller's own reason, by which it
 * knows an abort. Everything else is thrown as it is, and the AI SDK does not repeat it.
 */
export function forCaller(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true || !isUnderstudyError(error) || error.code !== "aborted") return error;
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException("The call was aborted.", "AbortError");
}

/** JSON was asked for, and what came is none: then the AI SDK wants the text, to repair it or to raise its own error. */
export function textOfInvalid(
  error: unknown,
): { readonly content: PartialAnswer["content"]; readonly attempt: AttemptRecord | undefined } | undefined {
  if (!isUnderstudyError(error) || error.code !== "invalid-output" || error.partial === undefined) return undefined;
  return { content: error.partial.content, attempt: error.attempts.at(-1) };
}
