// A promise that a test keeps the key of.

export interface Signal<T = void> {
  readonly given: Promise<T>;
  readonly give: (value: T) => void;
}

export function signal<T = void>(): Signal<T> {
  let give: (value: T) => void = () => undefined;
  const given = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

/** Lets everything run that is due in this turn of the event loop and the next. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
