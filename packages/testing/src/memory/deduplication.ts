// Which jobs of a queue in memory stand for others, by their keys: as BullMQ has it on Redis.
import type { Dedup, OutgoingJob, SendDuplicate, SendRefusal } from '@acktor/core/engine';
import { fullFor, removeFor, type RoomyQueue } from './making-room.js';
import type { StoredJob } from './stored-job.js';

interface Standing {
  readonly jobId: string;
  /** Until when it stands; undefined for as long as its job has not ended. */
  readonly untilMs: number | undefined;
  /** What comes after its job, which is begun. */
  next: OutgoingJob | undefined;
}

/** What of a queue is needed. */
export interface DedupQueue extends RoomyQueue {
  readonly jobs: ReadonlyMap<string, StoredJob>;
  send(job: OutgoingJob): unknown;
}

/** The jobs of one queue that stand for others. */
export class Deduplication {
  readonly #queue: DedupQueue;
  readonly #standing = new Map<string, Standing>();

  constructor(queue: DedupQueue) {
    this.#queue = queue;
  }

  /** Why a job is not added: there is no room, or another stands for it. Undefined for one that is to be added. */
  refusalOf(sent: OutgoingJob, earlier: StoredJob | undefined): SendDuplicate | SendRefusal | undefined {
    const { dedup, maxLength } = sent;
    const needsRoom = earlier === undefined && !(dedup && this.has(dedup.key));
    const refusal = maxLength && needsRoom ? fullFor(this.#queue, maxLength) : undefined;
    return refusal ?? (dedup && this.admit(sent, dedup));
  }

  /** The answer for a job for which another stands; undefined for one that is to be added, and stands for those to come. */
  admit(sent: OutgoingJob, dedup: Dedup): SendDuplicate | undefined {
    const { key, mode, ttlMs } = dedup;
    const standing = this.#standingBy(key);
    const job = standing && this.#queue.jobs.get(standing.jobId);
    const isReplaced = mode === 'debounce' && job?.place === 'delayed';
    if (standing !== undefined && !isReplaced) {
      if (mode === 'keepLast' && job) keepLast(standing, job, sent);
      return { duplicateOf: job?.place ?? 'forgotten', standIn: standing.jobId };
    }
    // With its key, which is that of the new one from now on.
    if (isReplaced) removeFor(this.#queue, job);
    const untilMs = ttlMs === undefined ? undefined : this.#queue.clock.now() + ttlMs;
    this.#standing.set(key, { jobId: sent.id, untilMs, next: undefined });
    return undefined;
  }

  /** Whether a job stands for those of the key. */
  has(key: string): boolean {
    return this.#standingBy(key) !== undefined;
  }

  /** The job is acked or dead-lettered. */
  ended({ sent }: StoredJob): void {
    const standing = this.#of(sent);
    if (sent.dedup === undefined || standing === undefined) return;
    if (standing.untilMs === undefined) this.#standing.delete(sent.dedup.key);
    if (standing.next) this.#queue.send(standing.next);
  }

  /** The job is gone: what was to come after it, too. The key of one that was acked stays for its time. */
  removed({ sent, place }: StoredJob): void {
    if (place !== 'acked' && sent.dedup && this.#of(sent)) this.#standing.delete(sent.dedup.key);
  }

  #of({ id, dedup }: OutgoingJob): Standing | undefined {
    const standing = dedup && this.#standing.get(dedup.key);
    return standing?.jobId === id ? standing : undefined;
  }

  #standingBy(key: string): Standing | undefined {
    const standing = this.#standing.get(key);
    if (standing?.untilMs === undefined || standing.untilMs > this.#queue.clock.now()) return standing;
    this.#standing.delete(key);
    return undefined;
  }
}

/** One that is begun is followed by the last; one that is not gets what the last one has, and stays where it is. */
function keepLast(standing: Standing, job: StoredJob, sent: OutgoingJob): void {
  const { id, delayMs, priority } = job.sent;
  if (job.deliveries > 0) standing.next = sent;
  else job.sent = { ...sent, id, delayMs, priority };
}
