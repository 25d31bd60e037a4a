// An alarm that rings after a while: one at once.
import type { Clock } from './clock.js';

export class Alarm<What> {
  readonly #clock: Clock;
  readonly #ring: (what: What) => void;
  #pending: { readonly what: What; readonly timer: unknown } | undefined;

  constructor(clock: Clock, ring: (what: What) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** What it is set for; undefined when it is not. */
  get pending(): What | undefined {
    return this.#pending?.what;
  }

  /**
   * Rings in so many milliseconds, at once for none or less. What it was set for before is forgotten. A time that is weeks away rings
   * early: whoever hears of it looks, and sets it anew.
   */
  set(what: What, inMs: number): void {
    this.clear();
    const ring = () => {
      this.#pending = undefined;
      this.#ring(what);
    };
    this.#pending = { what, timer: this.#clock.setTimeout(ring, Math.min(Math.max(inMs, 0), LONGEST_TIMER_MS)) };
  }

  clear(): void {
    if (this.#pending) this.#clock.clearTimeout(this.#pending.timer);
    this.#pending = undefined;
  }
}

/** Node takes a longer timer for one of a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
