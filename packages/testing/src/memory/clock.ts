// The time of an engine in memory: a test's own, which stands still until it is moved, or the machine's.
import { steadyNowMs, type EngineClock } from '@acktor/core/engine';
import { DueList } from './due-list.js';

interface Timer {
  readonly atMs: number;
  readonly spanMs: number;
  readonly run: () => void;
  /** It is set again for the same span each time that it has run, and changes nothing. */
  isRoutine: boolean;
}

/** Stands still until it is moved. */
export class VirtualClock implements EngineClock {
  #nowMs: number;
  readonly #timers = new DueList<Timer>(({ atMs }) => atMs);
  /** The spans of the timers that ran in this step, and the timers that were set for one of them. */
  readonly #ranMs = new Set<number>();
  #set: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimeout(run: () => void, ms: number): Timer {
    const spanMs = Math.max(ms, 0);
    const timer: Timer = { atMs: this.#nowMs + spanMs, spanMs, run, isRoutine: false };
    this.#timers.add(timer);
    if (this.#ranMs.has(spanMs)) this.#set.push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (typeof timer === 'object' && timer !== null) this.#timers.delete(timer as Timer);
  }

  /** When the next timer is due; Infinity when none is set. */
  get nextAtMs(): number {
    return this.#timers.first?.atMs ?? Infinity;
  }

  /** Whether all timers that are due next are routine. */
  get isRoutineNext(): boolean {
    const { nextAtMs } = this;
    for (const { atMs, isRoutine } of this.#timers) {
      if (atMs > nextAtMs) return true;
      if (!isRoutine) return false;
    }
    return true;
  }

  /** Runs the timers that are due until then, each at its time, and moves on to then; stops before, after the one that `isEnough`. */
  runUntil(atMs: number, isEnough: () => boolean): void {
    for (let timer = this.#timers.first; timer !== undefined && timer.atMs <= atMs; timer = this.#timers.first) {
      if (isEnough() && timer.atMs > this.#nowMs) return;
      this.#timers.delete(timer);
      this.moveTo(timer.atMs);
      this.#ranMs.add(timer.spanMs);
      timer.run();
    }
    if (!isEnough()) this.moveTo(atMs);
  }

  /** Ends the step that `runUntil` began. Where it changed nothing, a timer that was set meanwhile for the span of one that ran is routine. */
  endStep(hasChanged: boolean): void {
    for (const timer of this.#set) timer.isRoutine = !hasChanged;
    this.#set = [];
    this.#ranMs.clear();
  }

  /** Moves on to this time, never back. Runs nothing. */
  moveTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }
}

/** The machine's time. Its timers do not keep a process alive. */
export const machineClock: EngineClock = {
  now: steadyNowMs,
  setTimeout: (run, ms) => setTimeout(run, Math.min(ms, LONGEST_TIMER_MS)).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Node fires a longer timer at once. A caller that waits for longer looks again when it fires. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
