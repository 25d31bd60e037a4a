// Jobs as BullMQ's users have them: what each road adds to the plainest job.
import type { BulkJobOptions, Queue } from 'bullmq';
import type { BenchPayload } from './peer.js';

/** One kind of job: the plainest, or the same with one thing more. */
export interface Road {
  readonly about: string;
  readonly options?: (number: number) => BulkJobOptions;
  /** Bytes that a payload has besides. */
  readonly extraBytes?: number;
  /** Whether each fifth job fails at its first attempt. */
  readonly failsOnce?: boolean;
  /** Of each job that has children, how many; it is worked off when they are. */
  readonly children?: number;
  readonly prepare?: (queue: Queue) => Promise<unknown>;
}

/** A limit that no bench reaches. */
const FAR = 1_000_000;

export const roads = {
  plain: { about: 'nothing more' },
  id: { about: 'a jobId', options: (number) => ({ jobId: `order-${number}` }) },
  priority: { about: 'priorities 1 to 10', options: (number) => ({ priority: 1 + (number % 10) }) },
  payload: { about: 'a payload of 4 KB', extraBytes: 4_096 },
  forgotten: { about: 'removeOnComplete: true', options: () => ({ removeOnComplete: true }) },
  attempts: { about: 'attempts: 3, a fifth fail once', options: () => ({ attempts: 3 }), failsOnce: true },
  rate: { about: 'a global rate limit, not reached', prepare: (queue) => queue.setGlobalRateLimit(FAR, 1_000) },
  kept: { about: 'removeOnComplete: { count: 1000 }', options: () => ({ removeOnComplete: { count: 1_000 } }) },
  concurrency: { about: 'a global concurrency, not reached', prepare: (queue) => queue.setGlobalConcurrency(FAR) },
  deduplication: { about: 'deduplication', options: (number) => ({ deduplication: { id: `order-${number}` } }) },
  flow: { about: 'a flow: parents of ten children each', children: 10 },
} as const satisfies Readonly<Record<string, Road>>;

export type RoadName = keyof typeof roads;

/** A body that throws at the first attempt of each fifth job. */
export function failingOnce(work: () => void): (payload: BenchPayload) => void {
  const failed = new Set<string>();
  return ({ orderId }) => {
    if (Number(orderId.slice('order-'.length)) % 5 === 0 && !failed.has(orderId)) {
      failed.add(orderId);
      throw new Error('fails once');
    }
    work();
  };
}
