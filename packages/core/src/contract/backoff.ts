// How long a job waits after an attempt that failed.
import type { OptionTable } from '../options/option-spec.js';

/** How long a rejected delivery waits before the next attempt. */
export interface Backoff {
  readonly type: 'fixed' | 'exponential';
  /** The first wait, in milliseconds; 0 or more. */
  readonly delayMs: number;
  /** The share of the wait that is drawn at random, from 0 (none) to 1 (all of it); default 0. */
  readonly jitter?: number;
}

/**
 * How long to wait after a failed attempt, in milliseconds, from 0 to 30 days; -1 for no further attempt: the job becomes a dead letter.
 *
 * `attempt` counts the attempts that failed, this one included: 1 after the first. `error` is what the handler threw, or the error that
 * aborted its signal. Anything else that it returns, and what it throws, is logged, and the wait is the default one.
 * @example
 * backoff: (attempt, error) => (error instanceof RateLimited ? error.retryAfterMs : 1_000 * attempt)
 */
export type BackoffFunction = (attempt: number, error: unknown) => number;

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

/** The longest wait that may be asked for. */
export const LONGEST_BACKOFF_MS = 30 * 86_400_000;

const backoffTable = {
  type: {
    type: 'choice',
    of: ['fixed', 'exponential'],
    required: true,
    doc: 'Whether the wait stays or doubles, up to an hour.',
  },
  delayMs: { type: 'ms', required: true, max: LONGEST_BACKOFF_MS, doc: 'The first wait.' },
  jitter: { type: 'share', default: 0, doc: 'The share of the wait that is drawn at random.' },
} as const satisfies OptionTable;

/** The wait between attempts. The table that includes it sets the default. */
export const backoffOption = { type: 'group', of: backoffTable, doc: 'The wait between attempts.' } as const;

/** The wait between attempts where a contract does not say. */
export const DEFAULT_BACKOFF: Backoff = Object.freeze({ type: 'exponential', delayMs: 1_000, jitter: 0.5 });

/** What a contract's `backoff` may be besides such an object. */
export const backoffFunction = {
  expected: 'a function (attempt, error) => milliseconds',
  accepts: (value: unknown): value is BackoffFunction => typeof value === 'function',
} as const;
