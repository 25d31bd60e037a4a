// How often workers ended of late, and what follows. Never changed: `with` answers a new one.

export interface RestartLimit {
  /** How many exits within the window are borne. */
  readonly restartLimit: number;
  readonly restartWindowMs: number;
}

export class RestartIntensity {
  readonly #limit: RestartLimit;
  readonly #exitsAtMs: readonly number[];

  constructor(limit: RestartLimit, exitsAtMs: readonly number[] = []) {
    this.#limit = limit;
    this.#exitsAtMs = exitsAtMs;
  }

  /** One exit more; those that have left the window are forgotten. `atMs` is by any clock, always the same one. */
  with(atMs: number): RestartIntensity {
    const recent = this.#exitsAtMs.filter((exitAtMs) => atMs - exitAtMs < this.#limit.restartWindowMs);
    return new RestartIntensity(this.#limit, [...recent, atMs]);
  }

  /** Whether restarting does not help: whatever ends the workers ends the next ones, too. */
  get isTooHigh(): boolean {
    return this.#exitsAtMs.length > this.#limit.restartLimit;
  }

  /** How long to wait before the next restart: a tenth of a second, doubled for each further exit in the window. */
  get backoffMs(): number {
    return Math.min(LEAST_BACKOFF_MS * 2 ** Math.max(0, this.#exitsAtMs.length - 1), MOST_BACKOFF_MS);
  }
}

const LEAST_BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 1_000;
