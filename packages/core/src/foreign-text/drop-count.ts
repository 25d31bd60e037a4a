// Counts dropped messages and reports them now and then: a flood of messages must not become a flood of log lines.

/** Messages that were malformed, or whose listener threw. */
export interface DroppedMessages {
  /** Since the last report. */
  readonly count: number;
  /** Since the beginning. */
  readonly total: number;
  /** What the last one was, such as `news of the fleet`: where it came from, without its content. */
  readonly last: string;
  /** What the last one's listener threw; undefined when the message was malformed. */
  readonly error: unknown;
}

export class DropCount {
  readonly #onDropped: (dropped: DroppedMessages) => void;
  #total = 0;
  #reportedTotal = 0;
  #last = '';
  #error: unknown;
  #timer: NodeJS.Timeout | undefined;

  /** @param say called with the first, and then every ten seconds at most while there are more. */
  constructor(report: (dropped: DroppedMessages) => void) {
    this.#onDropped = report;
  }

  get total(): number {
    return this.#total;
  }

  drop(what: string, error?: unknown): void {
    this.#total += 1;
    this.#last = what;
    this.#error = error;
    if (this.#timer !== undefined) return;
    this.#report();
    this.#timer = setInterval(() => this.#report(), REPORT_EVERY_MS).unref();
  }

  /** Ends the reports. */
  close(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    const count = this.#total - this.#reportedTotal;
    if (count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#reportedTotal = this.#total;
    try {
      this.#onDropped({ count, total: this.#total, last: this.#last, error: this.#error });
    } catch {
      // Called from listeners and timers, where an exception ends the process. The count stays, for the next report.
    }
  }
}

const REPORT_EVERY_MS = 10_000;
