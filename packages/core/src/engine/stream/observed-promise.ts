/** A promise that reports when it is first awaited. */
export class ObservedPromise<Value> implements Promise<Value> {
  readonly [Symbol.toStringTag] = "Promise";
  readonly #promise: Promise<Value>;
  readonly #onObserved: () => void;

  constructor(promise: Promise<Value>, onObserved: () => void) {
    this.#promise = promise;
    this.#onObserved = onObserved;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise is what it is
  then<Fulfilled = Value, Rejected = never>(
    onFulfilled?: ((value: Value) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#onObserved();
    return this.#promise.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Value | Rejected> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<Value> {
    this.#onObserved();
    return this.#promise.finally(onFinally);
  }
}
