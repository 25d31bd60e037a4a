// How often and when a job is tried again: asked for by its contract, or for one job alone when it is sent.

import type { OptionTable } from '../options/option-spec.js';

const dayMs = 86_400_000;

/** How often a job is tried in all; the default is up to who asks. */
export const attemptsOption = {
  type: 'count',
  min: 1,
  max: 1_000,
  because: 'a job that failed a thousand times fails again: dead-letter it and redrive it once the cause is gone',
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
