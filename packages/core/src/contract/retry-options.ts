// How often and when a job is tried again: asked for by its contract, or for one job alone when it is sent.

import type { OptionTable } from '../options/option-spec.js';
import type { Backoff } from './backoff.js';

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
