// How a queue in memory stays bounded: what a send of a bounded queue finds, and what goes for it. As on Redis.
import type { EngineClock, MaxLength, OutgoingJob, SendRefusal } from '@acktor/core/engine';
import type { DueList } from './due-list.js';
import { expiresAtMsOf, type StoredJob } from './stored-job.js';

/** What of a queue decides it. */
export interface RoomyQueue {
  readonly clock: EngineClock;
  readonly waiting: number;
  readonly delayed: DueList<StoredJob>;
  waitingJobs(): readonly StoredJob[];
  remove(job: StoredJob): void;
  publish(job: StoredJob, happened: { readonly kind: 'removed' }): void;
}

/** The answer to a job for which there is no room, and none is to be made; undefined for one that may be added. */
export function fullFor(queue: RoomyQueue, { jobs, whenFull }: MaxLength): SendRefusal | undefined {
  const waiting = () => queue.waiting + queue.delayed.size;
  let drops = 0;
  // More than one where the bound was higher before; a queue that is far above it comes down send by send, and refuses none that has dropped.
  for (; waiting() >= jobs && whenFull === 'dropOldest' && drops < MOST_DROPPED; drops += 1) {
    const oldest = oldestOf(queue);
    if (oldest === undefined) break;
    removeFor(queue, oldest);
  }
  return drops > 0 || waiting() < jobs ? undefined : { refused: 'the queue is full', full: { waiting: waiting() } };
}

/** The same answer to a job before which so many others come, with nothing removed. */
export function wouldBeFull(queue: RoomyQueue, { jobs, whenFull }: MaxLength, coming: number): SendRefusal | undefined {
  const waiting = queue.waiting + queue.delayed.size + coming;
  if (waiting < jobs || (whenFull === 'dropOldest' && oldestOf(queue) !== undefined)) return undefined;
  return { refused: 'the queue is full', full: { waiting } };
}

/** Of what waits the oldest; of what has a priority the last to be fetched; of what is delayed the first that is due. No run of a schedule, and none with a key. */
function oldestOf(queue: RoomyQueue): StoredJob | undefined {
  const isDroppable = ({ slot, sent }: StoredJob) =>
    (slot === undefined || sent.slot !== undefined) && sent.group === undefined;
  const waiting = queue.waitingJobs();
  const ordinary = waiting.find((job) => job.sent.priority === 0 && isDroppable(job));
  return ordinary ?? waiting.findLast(isDroppable) ?? [...queue.delayed].find(isDroppable);
}

/** Removes what has expired, was never begun and is to leave no dead letter, two of each place at most: the first, until one stays. */
export function sweepFor(queue: RoomyQueue, { expiry }: OutgoingJob): void {
  if (expiry?.whenExpired !== 'remove') return;
  const waiting = queue.waitingJobs();
  const isOrdinary = ({ sent }: StoredJob) => sent.priority === 0;
  sweep(queue, waiting.filter(isOrdinary));
  sweep(
    queue,
    waiting.filter((job) => !isOrdinary(job)),
  );
  sweep(queue, [...queue.delayed]);
}

function sweep(queue: RoomyQueue, jobs: readonly StoredJob[]): void {
  for (const job of jobs.slice(0, MOST_SWEPT)) {
    const { sent, deliveries } = job;
    const isOver = (expiresAtMsOf(job) ?? Infinity) <= queue.clock.now() && deliveries === 0;
    if (!isOver || sent.expiry?.whenExpired !== 'remove' || sent.dedup || sent.group) return;
    removeFor(queue, job);
  }
}

/** Removes a job for another. */
export function removeFor(queue: RoomyQueue, job: StoredJob): void {
  queue.remove(job);
  queue.publish(job, { kind: 'removed' });
}

const MOST_DROPPED = 20;
const MOST_SWEPT = 2;
