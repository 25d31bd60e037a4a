// What a queue keeps of jobs that have ended: how many, and for how long.
import type { OptionTable } from '../options/option-spec.js';

const YEAR_SECONDS = 31_536_000;
const MOST_KEPT = 10_000_000;

export const retentionTable = {
  ackedAgeSeconds: {
    type: 'count',
    min: 1,
    max: YEAR_SECONDS,
    orText: 'forever',
    doc: 'For how many seconds an acked job, its result and its id are remembered. Left out, for an hour, and jobs of BullMQ clients are kept as these said; set, it holds for theirs, too, but for those with a `removeOnComplete` of their own.',
  },
  ackedCount: {
    type: 'count',
    min: 1,
    max: MOST_KEPT,
    orText: 'all',
    doc: 'How many acked jobs a queue remembers at most. Left out, 10,000, of which the oldest hundred are forgotten together, and jobs of BullMQ clients are neither counted nor forgotten; set, it holds for theirs, too.',
    because: { min: 'an id that is forgotten at once cannot stop a resend from adding the job twice' },
  },
  deadAgeSeconds: {
    type: 'count',
    min: 1,
    max: 10 * YEAR_SECONDS,
    doc: 'For how many seconds a dead letter is kept, whichever client sent the job; left out, until it is redriven or purged.',
  },
  deadCount: {
    type: 'count',
    min: 1,
    max: MOST_KEPT,
    doc: 'How many dead letters a queue keeps at most, whichever clients sent the jobs; the oldest go first. Left out, all.',
  },
} as const satisfies OptionTable;

/** What the caller says of it; what is undefined is left to {@link retentionOf}. */
export interface RetentionOptions {
  readonly ackedAgeSeconds?: number | 'forever' | undefined;
  readonly ackedCount?: number | 'all' | undefined;
  readonly deadAgeSeconds?: number | undefined;
  readonly deadCount?: number | undefined;
}

/** The part of the options that says what is kept. */
export function retentionIn(options: RetentionOptions): RetentionOptions {
  const { ackedAgeSeconds, ackedCount, deadAgeSeconds, deadCount } = options;
  return { ackedAgeSeconds, ackedCount, deadAgeSeconds, deadCount };
}

/** How many jobs are kept, and for how long; Infinity for no bound. */
export interface Kept {
  readonly ageSeconds: number;
  readonly count: number;
}

/** What a queue keeps. A job with a retention of its own is kept as that says. */
export interface Retention {
  readonly acked: Kept;
  /** Whether `acked` holds for the jobs of other clients, too. Otherwise those are kept. */
  readonly isForAllClients: boolean;
  readonly dead: Kept;
}

/** Fills in what was left out: what other clients kept is not ours to forget unless a bound was asked for. */
export function retentionOf(options: RetentionOptions): Retention {
  const { ackedAgeSeconds, ackedCount, deadAgeSeconds = Infinity, deadCount = Infinity } = options;
  const ageSeconds = ackedAgeSeconds === 'forever' ? Infinity : (ackedAgeSeconds ?? DEFAULT_ACKED.ageSeconds);
  const count = ackedCount === 'all' ? Infinity : (ackedCount ?? DEFAULT_ACKED.count);
  return {
    acked: { ageSeconds, count },
    isForAllClients: ackedAgeSeconds !== undefined || ackedCount !== undefined,
    dead: { ageSeconds: deadAgeSeconds, count: deadCount },
  };
}

/** What is kept of acked jobs where nothing is said. */
export const DEFAULT_ACKED: Kept = Object.freeze({ ageSeconds: 3_600, count: 10_000 });
