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
