// When the queues are looked at: once a second while somebody sees it, less often for the history alone, and never for more
// than a fifth of the time: a look at very many queues keeps the server from its work.

export interface QueueLooksDeps {
  look(): Promise<void>;
  /** Whether somebody waits for it. */
  isHurried(): boolean;
  onFailure(error: unknown): void;
}

/** Looks again and again, one look after the other. */
export class QueueLooks {
  readonly #deps: QueueLooksDeps;
  readonly #timer: NodeJS.Timeout;
  #lastAtMs = 0;
  #restsUntilMs = 0;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: QueueLooksDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#lookWhenDue(), HURRIED_MS);
    this.#timer.unref();
    void this.now();
  }

  /** Looks, unless a look is under way: then waits for that. Never rejects. */
  now(): Promise<void> {
    this.#looking ??= this.#look();
    return this.#looking;
  }

  /** A look that is under way fails in silence. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #lookWhenDue(): void {
    if (Date.now() < this.#restsUntilMs) return;
    const isDue = Date.now() - this.#lastAtMs >= QUIET_MS - HURRIED_MS / 2;
    if (isDue || this.#deps.isHurried()) void this.now();
  }

  async #look(): Promise<void> {
    this.#lastAtMs = Date.now();
    try {
      await this.#deps.look();
    } catch (error) {
      if (!this.#isClosed) this.#deps.onFailure(error);
    } finally {
      this.#looking = undefined;
      this.#restsUntilMs = Date.now() + RESTS_TIMES * (Date.now() - this.#lastAtMs) - HURRIED_MS / 2;
    }
  }
}

const RESTS_TIMES = 4;
const HURRIED_MS = 1_000;
const QUIET_MS = 5_000;
