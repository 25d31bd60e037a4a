// An alarm at a time of the clock: one at once.
import type { Clock } from './clock.js';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: (atMs: number) => void;
  #pending: { readonly atMs: number; readonly timer: unknown } | undefined;

  constructor(clock: Clock, ring: (atMs: number) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** For when it is set; undefined when it is not. */
  get atMs(): number | undefined {
    return this.#pending?.atMs;
  }

  /**
   * Rings `lateMs` after the time it is set for, at once when that is past. What it was set for before is forgotten. A time that is
   * weeks away rings early: whoever hears of it looks, and sets it anew.
   */
  set(atMs: number, lateMs = 0): void {
    this.clear();
    const ring = () => {
      this.#pending = undefined;
      this.#ring(atMs);
    };
    const inMs = Math.max(atMs + lateMs - this.#clock.now(), 0);
    this.#pending = { atMs, timer: this.#clock.setTimeout(ring, Math.min(inMs, LONGEST_TIMER_MS)) };
  }

  clear(): void {
    if (this.#pending) this.#clock.clearTimeout(this.#pending.timer);
    this.#pending = undefined;
  }
}

/** Node takes a longer timer for one of a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
