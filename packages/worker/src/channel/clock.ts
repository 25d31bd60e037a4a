// Time as the channel takes it: the machine's by default, a simulated one in tests.

/** Milliseconds since the epoch, and timers. XState's clocks are of this form. */
export interface Clock {
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The machine's own clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Runs `task` again and again, `everyMs` after the last one ended, until the answer is called. */
export function repeat(clock: Clock, everyMs: number, task: () => Promise<void>): () => void {
  let isStopped = false;
  let timer: unknown;
  const schedule = () => {
    timer = clock.setTimeout(() => void task().finally(() => isStopped || schedule()), everyMs);
  };
  schedule();
  return () => {
    isStopped = true;
    clock.clearTimeout(timer);
  };
}
