// Rings when the next delayed job of a queue is due.
import type { Clock } from './clock.js';

/** One alarm at a time: what is set last counts. */
export class DueAlarm {
  readonly #clock: Clock;
  readonly #ring: (dueAtMs: number) => void;
  #pending: { readonly dueAtMs: number; readonly timer: unknown } | undefined;

  constructor(clock: Clock, ring: (dueAtMs: number) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings `lateMs` after the job is due, at once when that is past. */
  set(dueAtMs: number, lateMs: number): void {
    this.clear();
    const ring = () => {
      this.#pending = undefined;
      this.#ring(dueAtMs);
    };
    const timer = this.#clock.setTimeout(ring, Math.max(dueAtMs + lateMs - this.#clock.now(), 0));
    this.#pending = { dueAtMs, timer };
  }

  /** Answers for when it was set; undefined when it was not. */
  clear(): number | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) this.#clock.clearTimeout(pending.timer);
    return pending?.dueAtMs;
  }
}
