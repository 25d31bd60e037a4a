// Time as the channel takes it: the engine's, the machine's by default, a simulated one in tests.
import { steadyNowMs, type EngineClock } from '@acktor/core/engine';

/**
 * The clock of the engine, or the machine's.
 *
 * What is decided by it are spans within this process. It says when it is for people alone, and never to the server, which has a clock.
 */
export type Clock = EngineClock;

/**
 * The machine's own clock, from when the process started: neither who sets the machine's clock nor a handler that puts another
 * `Date.now` in place changes it. Its timers do not keep a process alive.
 */
export const systemClock: Clock = {
  now: steadyNowMs,
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Runs `task` again and again, `everyMs()` after the last one ended, until the answer is called. */
export function repeat(clock: Clock, everyMs: () => number, task: () => Promise<void>): () => void {
  let isStopped = false;
  let timer: unknown;
  const schedule = () => {
    timer = clock.setTimeout(() => void task().finally(() => isStopped || schedule()), everyMs());
  };
  schedule();
  return () => {
    isStopped = true;
    clock.clearTimeout(timer);
  };
}

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
