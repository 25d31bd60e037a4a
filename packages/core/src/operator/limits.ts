// The limits of a queue, as an operator sets them: how many of its jobs are under way at a time, and how many begin in a span.
import type { LimitChange, QueueLimits } from './queue-admin.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput, OptionTable } from '../options/option-spec.js';
import type { RateLimit } from '../engine/work-queue.js';

/** How many jobs begin in a span, or none. */
export const rateOption = {
  type: 'value',
  expected: '{ max, durationMs } with whole numbers from 1, durationMs up to 86,400,000, or "none"',
  accepts: isRate,
} as const;

const queueLimitTable = {
  concurrency: {
    type: 'count',
    min: 1,
    max: 1_000_000_000,
    orText: 'none',
    doc: 'How many jobs of the queue may be under way at a time, in the whole fleet; what it is now when left out.',
  },
  rate: {
    ...rateOption,
    doc: 'How many jobs of the queue may begin in a span, in the whole fleet, before what workers say; what it is now when left out.',
  },
} as const satisfies OptionTable;

/** Checks the limits of a queue. */
export const queueLimitOptions = defineOptions(queueLimitTable);

// generated: QueueLimitOptions

/** What {@link Operator.limit} takes. */
export interface QueueLimitOptions {
  /**
   * How many jobs of the queue may be under way at a time, in the whole fleet; what it is now when left out. From 1 to 1000000000, or
   * 'none'.
   */
  readonly concurrency?: OptionInput<typeof queueLimitTable, 'concurrency'> | undefined;
  /** How many jobs of the queue may begin in a span, in the whole fleet, before what workers say; what it is now when left out. */
  readonly rate?: OptionInput<typeof queueLimitTable, 'rate'> | undefined;
}

// end: QueueLimitOptions

/** The change that is asked for. */
export function changeIn({ concurrency, rate }: AskedLimits): LimitChange {
  return { concurrency: concurrency === 'none' ? null : concurrency, rate: rate === 'none' ? null : rate };
}

interface AskedLimits {
  readonly concurrency: number | 'none' | undefined;
  readonly rate: QueueLimits['rate'] | 'none';
}

function isRate(value: unknown): value is RateLimit | 'none' {
  if (value === 'none') return true;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { max, durationMs } = value as Partial<Record<keyof RateLimit, unknown>>;
  return isCount(max, 1_000_000_000) && isCount(durationMs, 86_400_000);
}

function isCount(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
