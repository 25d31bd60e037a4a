// How many messages of others were dropped, said now and then: a flood of them must not become one of log lines.

/** Messages that did not fit, or on which whoever listens failed. */
export interface DroppedMessages {
  /** Since it was said last. */
  readonly count: number;
  /** Since the beginning. */
  readonly total: number;
  /** What the last one was, such as `news of the fleet`: where it came from, and nothing of what it says. */
  readonly last: string;
  /** What the last one's listener threw; undefined when the message did not fit. */
  readonly error: unknown;
}

export class DropCount {
  readonly #say: (dropped: DroppedMessages) => void;
  #total = 0;
  #saidTotal = 0;
  #last = '';
  #error: unknown;
  #timer: NodeJS.Timeout | undefined;

  /** @param say called with the first, and then every ten seconds at most while there are more. */
  constructor(say: (dropped: DroppedMessages) => void) {
    this.#say = say;
  }

  get total(): number {
    return this.#total;
  }

  drop(what: string, error?: unknown): void {
    this.#total += 1;
    this.#last = what;
    this.#error = error;
    if (this.#timer !== undefined) return;
    this.#tell();
    this.#timer = setInterval(() => this.#tell(), SAY_EVERY_MS).unref();
  }

  /** Says nothing any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const count = this.#total - this.#saidTotal;
    if (count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#saidTotal = this.#total;
    try {
      this.#say({ count, total: this.#total, last: this.#last, error: this.#error });
    } catch {
      // Said from listeners and timers, where what is thrown ends the process. It is counted, and said again.
    }
  }
}

const SAY_EVERY_MS = 10_000;
