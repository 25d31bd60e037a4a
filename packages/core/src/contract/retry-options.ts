// How often and when a job is tried again: asked for by its contract, or for one job alone when it is sent.
import type { OptionTable } from '../options/option-spec.js';

const dayMs = 86_400_000;

/** How often a job is tried in all; the default is up to who asks. */
export const attemptsOption = {
  type: 'count',
  min: 1,
  max: 1_000,
  because: {
    min: 'it counts the first attempt, too: 1 tries once and never again, which is what BullMQ means by 0 and by none',
    max: 'a job that failed a thousand times fails again: dead-letter it and redrive it once the cause is gone',
  },
  doc: 'How often a job is tried in all before it is dead-lettered.',
} as const;

const backoffTable = {
  type: {
    type: 'choice',
    of: ['fixed', 'exponential'],
    required: true,
    doc: 'Whether the wait stays or doubles, up to an hour.',
  },
  delayMs: { type: 'ms', required: true, max: 30 * dayMs, doc: 'The first wait.' },
  jitter: { type: 'share', default: 0, doc: 'The share of the wait that is drawn at random.' },
} as const satisfies OptionTable;

/** The wait between attempts; the default is up to who asks. */
export const backoffOption = { type: 'group', of: backoffTable, doc: 'The wait between attempts.' } as const;

/** How often a job is tried in all where its contract does not say. */
export const DEFAULT_ATTEMPTS = 3;

/** The wait between attempts where a contract does not say. */
export const DEFAULT_BACKOFF: Backoff = Object.freeze({ type: 'exponential', delayMs: 1_000, jitter: 0.5 });

/** How a job is tried again, as far as it says so itself; for the rest, the contract of its worker counts. */
export interface Retries {
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
}

/** How a contract says that its jobs are tried again. */
export type ContractRetries = { readonly [Field in keyof Retries]: NonNullable<Retries[Field]> };

/**
 * What of a contract's retries has to travel with each job: all but the defaults. A job without them takes what its worker's contract
 * says. The defaults as JSON have more than the 64 bytes up to which Redis keeps a hash compact
 * (`hash-max-listpack-value`): a small job took 656 bytes of its memory with them, and takes 232 without (`MEMORY USAGE`, Redis 7.0).
 */
export function retriesToStore({ attempts, backoff }: ContractRetries): Retries {
  return {
    attempts: attempts === DEFAULT_ATTEMPTS ? undefined : attempts,
    backoff: isDefaultBackoff(backoff) ? undefined : backoff,
  };
}

function isDefaultBackoff({ type, delayMs, jitter }: Backoff): boolean {
  return type === DEFAULT_BACKOFF.type && delayMs === DEFAULT_BACKOFF.delayMs && jitter === DEFAULT_BACKOFF.jitter;
}

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
