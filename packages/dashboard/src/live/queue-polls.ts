// When the queues are polled: once a second while a browser shows them, less often for their history alone, and never for more
// than a fifth of the time: reading very many queues keeps the server from its work.

export interface QueuePollsDeps {
  poll(): Promise<void>;
  /** Whether a browser shows the queues. */
  isWatched(): boolean;
  onFailure(error: unknown): void;
}

/** Polls again and again, one poll after the other. */
export class QueuePolls {
  readonly #deps: QueuePollsDeps;
  readonly #timer: NodeJS.Timeout;
  #lastAtMs = 0;
  #restsUntilMs = 0;
  #polling: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: QueuePollsDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#pollWhenDue(), WATCHED_EVERY_MS);
    this.#timer.unref();
    void this.now();
  }

  /** Polls, or waits for the poll that is under way. Never rejects. */
  now(): Promise<void> {
    this.#polling ??= this.#poll();
    return this.#polling;
  }

  /** A poll that is under way fails in silence. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #pollWhenDue(): void {
    if (Date.now() < this.#restsUntilMs) return;
    const isDue = Date.now() - this.#lastAtMs >= UNWATCHED_EVERY_MS - WATCHED_EVERY_MS / 2;
    if (isDue || this.#deps.isWatched()) void this.now();
  }

  async #poll(): Promise<void> {
    this.#lastAtMs = Date.now();
    try {
      await this.#deps.poll();
    } catch (error) {
      if (!this.#isClosed) this.#deps.onFailure(error);
    } finally {
      this.#polling = undefined;
      this.#restsUntilMs = Date.now() + RESTS_TIMES * (Date.now() - this.#lastAtMs) - WATCHED_EVERY_MS / 2;
    }
  }
}

const RESTS_TIMES = 4;
const WATCHED_EVERY_MS = 1_000;
const UNWATCHED_EVERY_MS = 5_000;
