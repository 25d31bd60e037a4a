// What has come to a consumer, and who waits for it.

/** Values in the order in which they came, each taken once. */
export class Inbox<Value> {
  readonly #values: Value[] = [];
  readonly #waiting: ((value: Value) => void)[] = [];
  readonly #looking: (() => void)[] = [];

  get hasMore(): boolean {
    return this.#values.length > 0;
  }

  put(value: Value): void {
    const first = this.#waiting.shift();
    if (first) return first(value);
    this.#values.push(value);
    for (const look of this.#looking.splice(0)) look();
  }

  next(): Promise<Value> {
    const value = this.#values.shift();
    if (value !== undefined) return Promise.resolve(value);
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Resolves when there is one. Takes none. */
  ready(): Promise<void> {
    if (this.hasMore) return Promise.resolve();
    return new Promise((resolve) => void this.#looking.push(resolve));
  }
}
