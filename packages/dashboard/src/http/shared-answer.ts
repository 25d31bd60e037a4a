// One reading for all who ask at about the same time.

/** Keeps what was read for a moment, so that many browsers cost the server no more than one. */
export class SharedAnswer<Value> {
  readonly #read: () => Promise<Value>;
  readonly #keptMs: number;
  #kept: { readonly value: Promise<Value>; readonly atMs: number } | undefined;

  /** @param keptMs how old an answer may be, in milliseconds from when it was begun. */
  constructor(read: () => Promise<Value>, keptMs: number) {
    this.#read = read;
    this.#keptMs = keptMs;
  }

  /** @throws what reading throws: to all who share it, and to nobody after. */
  async get(): Promise<Value> {
    const nowMs = Date.now();
    if (this.#kept === undefined || nowMs - this.#kept.atMs > this.#keptMs)
      this.#kept = { value: this.#read(), atMs: nowMs };
    const { value } = this.#kept;
    try {
      return await value;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** What comes next is read anew: something was changed. */
  forget(): void {
    this.#kept = undefined;
  }
}
