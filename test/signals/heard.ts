// What happened so far, and a way to wait for what has not happened yet: tests sleep for nothing.

/** Remembers every item, and tells whoever waits for one. */
export class Heard<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: T): void {
    this.all.push(item);
    for (const look of this.#waiting) look();
  }

  /** The first item that `isIt`, heard already or yet to come. */
  async first(isIt: (item: T) => boolean = () => true): Promise<T> {
    const found = await this.#when(() => this.all.filter(isIt).slice(0, 1), 1);
    return found[0] as T;
  }

  /** The first `count` items, when there are so many. */
  upTo(count: number): Promise<readonly T[]> {
    return this.#when(() => this.all.slice(0, count), count);
  }

  #when(look: () => readonly T[], count: number): Promise<readonly T[]> {
    return new Promise((resolve) => {
      const tryNow = () => {
        const found = look();
        if (found.length < count) return;
        this.#waiting.delete(tryNow);
        resolve(found);
      };
      this.#waiting.add(tryNow);
      tryNow();
    });
  }
}
