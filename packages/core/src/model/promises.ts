type Thenable = PromiseLike<unknown>;

/** Whether a value is a promise, of whatever make. */
export function isThenable(value: unknown): value is Thenable {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  try {
    return "then" in value && typeof value.then === "function";
  } catch {
    // Whoever awaits it gets what this getter throws.
    return true;
  }
}

/** Callbacks may be async: what such a promise is rejected with is handed on instead of ending the process. */
export function watch(value: unknown, onRejected: (error: unknown) => void): void {
  if (isThenable(value)) toPromise(value).catch(onRejected);
}

/** Never throws: also what reading or calling `then` throws becomes a rejection. */
export function toPromise<Value>(value: PromiseLike<Value>): Promise<Value> {
  return new Promise((resolve) => {
    resolve(value);
  });
}
