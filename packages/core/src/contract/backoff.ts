// How long a rejected delivery waits before its next attempt.

/** How long a rejected delivery waits before the next attempt. */
export interface Backoff {
  readonly type: 'fixed' | 'exponential';
  /** The first wait, in milliseconds; 0 or more. */
  readonly delayMs: number;
  /** The share of the wait that is drawn at random, from 0 (none) to 1 (all of it); default 0. */
  readonly jitter?: number;
}

/** Where exponential waits stop growing: one hour, or `delayMs` when that is longer. */
export const longestExponentialDelayMs = 3_600_000;

/**
 * The wait before the next attempt, in whole milliseconds.
 *
 * `attemptsMade` counts the attempts rejected so far, the last one included: the first rejection (1) waits `delayMs`.
 * A fixed backoff waits the same each time; an exponential one doubles up to {@link longestExponentialDelayMs}. Jitter
 * only ever shortens the wait, so that jobs which failed together do not come back together. `random` draws from 0 up
 * to 1 and is a parameter for tests.
 */
export function backoffDelayMs(backoff: Backoff, attemptsMade: number, random: () => number = Math.random): number {
  const fullDelayMs = backoff.type === 'fixed' ? backoff.delayMs : doubledDelayMs(backoff.delayMs, attemptsMade);
  return Math.round(fullDelayMs * (1 - (backoff.jitter ?? 0) * random()));
}

function doubledDelayMs(delayMs: number, attemptsMade: number): number {
  // 0 times an overflown power would be NaN.
  if (delayMs === 0) return 0;
  const ceilingMs = Math.max(delayMs, longestExponentialDelayMs);
  return Math.min(ceilingMs, delayMs * 2 ** Math.max(0, attemptsMade - 1));
}
