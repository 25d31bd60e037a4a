// The dead letters of one queue in memory.
import type { DeadLetterStore, DeadRecord, DeadSpan, DeadSummary, Death } from '@acktor/core/engine';
import { NO_META } from '@acktor/core/internal';
import { redriven } from './family.js';
import { remember, type StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

/** The {@link DeadLetterStore} in memory. */
export class MemoryDeadLetters implements DeadLetterStore {
  readonly #queue: StoredQueue;

  constructor(queue: StoredQueue) {
    this.#queue = queue;
  }

  count(): Promise<number> {
    return Promise.resolve(this.#queue.dead.size);
  }

  nowMs(): Promise<number> {
    return Promise.resolve(this.#queue.clock.now());
  }

  async *scan({ sinceMs, untilMs, order }: DeadSpan): AsyncGenerator<readonly DeadSummary[]> {
    const isMeant = ({ endedAtMs = 0 }: StoredJob) => endedAtMs >= sinceMs && endedAtMs <= untilMs;
    // As they are now: later ones do not come, and those that went meanwhile are left out page by page.
    const meant = [...this.#queue.dead].filter(isMeant).map((job) => ({ job, deliveries: job.deliveries }));
    if (order === 'newest') meant.reverse();
    for (let from = 0; from < meant.length; from += PAGE) {
      const isStill = ({ job, deliveries }: (typeof meant)[number]) =>
        this.#queue.dead.has(job) && job.deliveries === deliveries;
      const page = meant.slice(from, from + PAGE).filter(isStill);
      if (page.length > 0) yield await Promise.resolve(page.map(({ job }) => deadSummaryOf(job)));
    }
  }

  read(ids: readonly string[]): Promise<readonly (DeadRecord | undefined)[]> {
    return Promise.resolve(ids.map((id) => this.#dead(id)).map((job) => job && deadRecordOf(job)));
  }

  redrive(deaths: readonly Death[], payload?: string): Promise<readonly boolean[]> {
    return this.#each(deaths, (job) => {
      if (payload !== undefined) job.sent = { ...job.sent, payload };
      startAfresh(job, this.#queue.clock.now());
      redriven(job);
      this.#queue.join(job);
    });
  }

  purge(deaths: readonly Death[]): Promise<readonly boolean[]> {
    return this.#each(deaths, (job) => {
      this.#queue.remove(job);
      this.#queue.publish(job, { kind: 'removed' });
    });
  }

  #each(deaths: readonly Death[], act: (job: StoredJob) => void): Promise<readonly boolean[]> {
    return Promise.resolve(
      deaths.map(({ id, deliveries }) => {
        const job = this.#dead(id);
        if (job?.deliveries !== deliveries) return false;
        act(job);
        return true;
      }),
    );
  }

  #dead(id: string): StoredJob | undefined {
    const job = this.#queue.jobs.get(id);
    return job?.place === 'deadLettered' ? job : undefined;
  }
}

/** Attempts begin anew; the fence goes on growing, and why the job died moves to its history. */
function startAfresh(job: StoredJob, nowMs: number): void {
  if (job.history.at(-1)?.fence !== job.deliveries) {
    const { attemptsMade: attempt, deliveries: fence, workerId: worker = '', reason = '' } = job;
    remember(job, { attempt, fence, worker, end: 'threw', reason }, job.endedAtMs ?? nowMs);
  }
  job.redrives += 1;
  Object.assign(job, {
    attemptsMade: 0,
    leasesLost: 0,
    suspicions: 0,
    spared: 0,
    poisoned: undefined,
    cancelled: undefined,
    workerId: undefined,
    startedAtMs: undefined,
    endedAtMs: undefined,
    reason: undefined,
    stacks: [],
  } satisfies Partial<StoredJob>);
}

function deadSummaryOf({ sent, reason = '', endedAtMs = 0, deliveries }: StoredJob): DeadSummary {
  return { id: sent.id, jobName: sent.name, reason, deadAtMs: endedAtMs, deliveries };
}

function deadRecordOf(job: StoredJob): DeadRecord {
  const { sent, sentAtMs, attemptsMade, leasesLost, redrives, stacks, history } = job;
  const { payload, version = 1, meta = NO_META, priority } = sent;
  const counts = { attemptsMade, leasesLost, priority, redrives };
  const texts = { stacks: JSON.stringify(stacks), history: JSON.stringify(history) };
  return { ...deadSummaryOf(job), payload, version, meta, sentAtMs, ...counts, ...texts };
}

const PAGE = 100;
