// Validation is synchronous for most schemas; waiting for it would cost the hot path a turn of the microtask queue.

/** A value that is there at once, or later. `await` takes both. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with the value at once when it is there already. */
export function andThen<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}
