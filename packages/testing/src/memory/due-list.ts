// What will be due, the soonest first: the timers of a clock, the delayed jobs of a queue.

/** Sorted as items are added. What is due at one time comes in the order in which it was added. */
export class DueList<T extends object> implements Iterable<T> {
  readonly #items: T[] = [];
  readonly #atMsOf: (item: T) => number;

  constructor(atMsOf: (item: T) => number) {
    this.#atMsOf = atMsOf;
  }

  get size(): number {
    return this.#items.length;
  }

  /** What is due next; undefined when nothing is. */
  get first(): T | undefined {
    return this.#items[0];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }

  add(item: T): void {
    this.#items.splice(this.#endOf(this.#atMsOf(item)), 0, item);
  }

  /** Its time must be the one that it was added with. Does nothing when it is not there. */
  delete(item: T): void {
    // Most are the next.
    if (this.first === item) return void this.#items.shift();
    const atMs = this.#atMsOf(item);
    for (let at = this.#endOf(atMs) - 1; at >= 0; at -= 1) {
      const other = this.#items[at];
      if (other === item) return void this.#items.splice(at, 1);
      if (other === undefined || this.#atMsOf(other) < atMs) return;
    }
  }

  /** The place behind all that are due then or before. */
  #endOf(atMs: number): number {
    let [from, to] = [0, this.#items.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const item = this.#items[middle];
      if (item !== undefined && this.#atMsOf(item) <= atMs) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** Returns whether it was there. Most are at the front. */
export function removeFrom<T>(list: T[], item: T): boolean {
  if (list[0] === item) return list.shift() !== undefined;
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
