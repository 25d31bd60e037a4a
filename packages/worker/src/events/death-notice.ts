// The job that is added with a dead letter: what its listener needs to know of the death, whatever becomes of the letter.
import { job, type AnyJob, type DeadLetter } from '@acktor/core';
import type { Failure, LeasedJob } from '@acktor/core/engine';
import { amount, count, MISFIT, optional, shape, text } from '@acktor/core/internal';

/** One death of one job, as its notice has it. */
export interface DeathNotice extends Pick<
  DeadLetter,
  'id' | 'version' | 'reason' | 'attemptsMade' | 'deliveries' | 'leasesLost' | 'priority'
> {
  /** Left out where it is longer than the worker takes. */
  readonly payload?: string | undefined;
  readonly stack?: string | undefined;
  readonly sentAtMs: number;
}

/** The queue of a queue's notices. The braces keep it in the queue's own slot of a cluster, where both can be written in one step. */
export function onDeadQueue(queue: string): string {
  return `${/\{[^}]+\}/.test(queue) ? queue : `{${queue}}`}@onDead`;
}

/** The contract of the notices for the jobs of this one. */
export function noticeContract(of: AnyJob): AnyJob {
  const retries = { attempts: 20, backoff: { type: 'exponential', delayMs: 1_000, jitter: 0.5 } } as const;
  const none = { result: undefined, deadlineMs: undefined, maxLength: undefined, scheduleData: undefined };
  const plain = { ...none, version: 1, upgrade: {} };
  return Object.freeze({ ...of, ...retries, ...plain, queue: onDeadQueue(of.queue), data: NOTICE_SCHEMA });
}

/** What sends the notices of a queue whose listeners are in other processes. */
export function noticesOf(queue: string): AnyJob {
  return noticeContract(job('notice', { queue, data: NOTICE_SCHEMA }));
}

/** How a notice is written: JSON, with at most so many bytes of the dead job's payload. */
export function writeNotice({ record }: LeasedJob, { reason, stack }: Failure, mostPayloadBytes: number): string {
  const { id, version, attemptsMade, deliveries, leasesLost, priority, sentAtMs } = record;
  const payload = Buffer.byteLength(record.payload) <= mostPayloadBytes ? record.payload : undefined;
  const counts = { attemptsMade: attemptsMade + 1, deliveries, leasesLost, priority, sentAtMs };
  const notice: DeathNotice = { id, payload, version, reason, stack, ...counts };
  return JSON.stringify(notice);
}

/** The most bytes that such a notice has: a text is at most twice as long within JSON when it is JSON itself, and six times when it is not. */
export function mostNoticeBytes({ maxPayloadBytes, maxReasonBytes, maxStackBytes }: NoticeLimits): number {
  return 2 * maxPayloadBytes + 6 * (maxReasonBytes + maxStackBytes) + 65_536;
}

export interface NoticeLimits {
  readonly maxPayloadBytes: number;
  readonly maxReasonBytes: number;
  readonly maxStackBytes: number;
}

const anyText = text(Infinity);

const readNotice = shape<DeathNotice>({
  id: anyText,
  payload: optional(anyText),
  version: count,
  reason: anyText,
  stack: optional(anyText),
  sentAtMs: amount,
  attemptsMade: count,
  deliveries: count,
  leasesLost: count,
  priority: amount,
});

/** What another client puts into the queue is refused, like any payload off its schema. */
const NOTICE_SCHEMA: AnyJob['data'] = {
  '~standard': {
    version: 1,
    vendor: 'acktor',
    validate: (value) => {
      const notice = readNotice(value);
      return notice === MISFIT ? { issues: [{ message: 'expected the notice of a dead job' }] } : { value: notice };
    },
  },
};
