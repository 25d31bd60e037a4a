// The time of an engine in memory: a test's own, which stands still until it is moved, or the machine's.
import { steadyNowMs, type EngineClock } from '@acktor/core/engine';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Stands still until it is moved. */
export class VirtualClock implements EngineClock {
  #nowMs: number;
  /** By when they are due; equal ones in the order in which they were set. */
  readonly #timers: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimeout(run: () => void, ms: number): Timer {
    const timer = { atMs: this.#nowMs + Math.max(ms, 0), run };
    this.#timers.splice(placeOf(timer.atMs, this.#timers), 0, timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const at = this.#timers.indexOf(timer as Timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }

  /** When the next timer is due; Infinity when none is set. */
  get nextAtMs(): number {
    return this.#timers[0]?.atMs ?? Infinity;
  }

  /** Runs the timers that are due until then, each at its time, and moves on to then; stops before, after the one that `isEnough`. */
  runUntil(atMs: number, isEnough: () => boolean): void {
    for (let [timer] = this.#timers; timer !== undefined && timer.atMs <= atMs; [timer] = this.#timers) {
      if (isEnough() && timer.atMs > this.#nowMs) return;
      this.#timers.shift();
      this.moveTo(timer.atMs);
      timer.run();
    }
    if (!isEnough()) this.moveTo(atMs);
  }

  /** Moves on to this time, never back. Runs nothing. */
  moveTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}

/** Behind all that are due then or before. */
function placeOf(atMs: number, timers: readonly Timer[]): number {
  let [from, to] = [0, timers.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((timers[middle]?.atMs ?? Infinity) <= atMs) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The machine's time. Its timers do not keep a process alive. */
export const machineClock: EngineClock = {
  now: steadyNowMs,
  setTimeout: (run, ms) => setTimeout(run, Math.min(ms, LONGEST_TIMER_MS)).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Node fires a longer timer at once. Who waits for one looks again when it fires. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
