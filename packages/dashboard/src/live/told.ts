// What browsers have been told of many things: only what is different now is told again, and so much at a time.

export interface Changed<Item> {
  readonly changed: readonly Item[];
  /** The keys of those that are no more. */
  readonly gone: readonly string[];
}

/** What changes again before it is told is told once, as it stands then. Whoever waits longest is next, so none starves. */
export class Told<Item> {
  readonly #keyOf: (item: Item) => string;
  readonly #told = new Map<string, string>();
  readonly #waiting = new Map<string, Item>();

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
  }

  /**
   * What has to be told of all that there are now.
   *
   * @param most how many may be told, and besides them the urgent ones.
   * @param isUrgent of whom nothing may be late.
   */
  take(items: readonly Item[], most: number, isUrgent: (item: Item) => boolean = () => false): Changed<Item> {
    const texts = new Map(items.map((item) => [this.#keyOf(item), JSON.stringify(item)] as const));
    for (const item of items) this.#note(item, texts);
    const gone = [...this.#told.keys()].filter((key) => !texts.has(key));
    for (const key of gone) this.#told.delete(key);
    for (const key of this.#waiting.keys()) if (!texts.has(key)) this.#waiting.delete(key);
    const keys = [...this.#waiting].filter(([, item], at) => at < most || isUrgent(item)).map(([key]) => key);
    return { changed: keys.flatMap((key) => this.#tell(key, texts)), gone };
  }

  /** Setting what waits already leaves it in its place. */
  #note(item: Item, texts: ReadonlyMap<string, string>): void {
    const key = this.#keyOf(item);
    if (this.#told.get(key) === texts.get(key)) this.#waiting.delete(key);
    else this.#waiting.set(key, item);
  }

  #tell(key: string, texts: ReadonlyMap<string, string>): readonly Item[] {
    const item = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#told.set(key, texts.get(key) ?? '');
    return item === undefined ? [] : [item];
  }
}
