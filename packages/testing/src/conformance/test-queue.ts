// The words that tests use of a queue, over the engine's port and nothing of any one engine.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Broker,
  ChannelReply,
  FetchedJob,
  Lease,
  LeasedJob,
  OutgoingJob,
  OwnEnd,
  QueueStatus,
  SettleAndFetchOptions,
  Settlement,
  SettleOutcome,
  WorkQueue,
} from '@acktor/core/engine';

/** One queue of a broker, by default named `trial`. */
export class TestQueue {
  readonly broker: Broker;
  readonly queue: WorkQueue;
  #lastToken = 0;

  constructor(broker: Broker, name = 'trial') {
    this.broker = broker;
    this.queue = broker.workQueue(name);
  }

  /** Resolves when `ms` milliseconds of the engine's time have passed; by default of the machine's. */
  async pass(ms: number): Promise<void> {
    await sleep(ms);
  }

  /** Sends jobs that are named by their ids, all ordinary but for what is said. */
  send(...jobs: readonly Partial<OutgoingJob>[]): ReturnType<Broker['send']> {
    return this.broker.send(this.queue.name, jobs.map(outgoing));
  }

  async fetchAny(
    token = this.newToken(),
    options: Partial<SettleAndFetchOptions> = {},
  ): Promise<FetchedJob | undefined> {
    return (await this.askOne({ fetch: token }, options)).fetched;
  }

  /** The next readable job; undefined when none is ready. */
  async fetch(token = this.newToken(), options: Partial<SettleAndFetchOptions> = {}): Promise<LeasedJob | undefined> {
    const fetched = await this.fetchAny(token, options);
    return fetched?.kind === 'job' ? fetched.job : undefined;
  }

  /** The next job, which must be there. */
  async take(token = this.newToken(), options: Partial<SettleAndFetchOptions> = {}): Promise<LeasedJob> {
    const job = await this.fetch(token, options);
    if (job === undefined) throw new Error('expected a job to be ready, but the queue is empty');
    return job;
  }

  /** The ids of all that can be fetched now, in the order in which it is handed out. */
  async takeAll(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let job = await this.fetch(); job !== undefined; job = await this.fetch()) ids.push(job.record.id);
    return ids;
  }

  async settle(job: LeasedJob, settlement: Settlement): Promise<SettleOutcome | undefined> {
    const { settled, error } = await this.askOne({ settle: { job, settlement } });
    if (error) throw error;
    return settled;
  }

  async askOne(
    request: Parameters<WorkQueue['settleAndFetch']>[0][number],
    options: Partial<SettleAndFetchOptions> = {},
  ): Promise<ChannelReply> {
    const { replies } = await this.queue.settleAndFetch([request], { ...ORDINARY_CALL, ...options });
    const [reply] = replies;
    if (reply === undefined) throw new Error('expected a reply for the request');
    return reply;
  }

  async status(): Promise<QueueStatus> {
    const { status } = await this.queue.settleAndFetch([], { ...ORDINARY_CALL, wantsStatus: true });
    if (status === undefined) throw new Error('expected a status, for it was wanted');
    return status;
  }

  /** Resolves when the next delayed job is due, by the server's clock. */
  async untilDue(): Promise<void> {
    for (;;) {
      const { nextDue } = await this.status();
      if (nextDue === undefined || nextDue.inMs <= 0) return;
      await this.pass(nextDue.inMs);
    }
  }

  /** Takes every delivery from a process that is known to be dead, and gives its jobs back. Returns their ids. */
  async releaseDead(process: string, deliveryLimit = 20): Promise<readonly string[]> {
    return (await this.broker.releaseDead(this.queue.name, { process, deliveryLimit })).returned;
  }

  /** The same of a process that ended itself. Returns the ids of the jobs that it suspects. */
  async releaseOwnEnd(process: string, ownEnd: Partial<OwnEnd> = {}, deliveryLimit = 20): Promise<readonly string[]> {
    const end = {
      trials: { suspects: [], isAlone: false },
      poisonLimit: 3,
      how: 'it exited with code 1',
      lastLines: '',
      ...ownEnd,
    };
    return (await this.broker.releaseDead(this.queue.name, { process, deliveryLimit, ownEnd: end })).suspected;
  }

  newToken(process = 'here'): string {
    this.#lastToken += 1;
    return `${process}|${this.#lastToken}`;
  }
}

export const ack: Settlement = { kind: 'ack', result: '{"ok":true}' };
export const requeue: Settlement = { kind: 'requeue' };
export const deadLetter: Settlement = { kind: 'deadLetter', failure: { reason: 'it cannot be', stack: 'Error: at x' } };

export function retry(delayMs: number): Settlement {
  return { kind: 'retry', delayMs, failure: { reason: 'not yet', stack: 'Error: at y' } };
}

/** Every way to settle, for tests that hold for each. */
export const settlements: readonly (readonly [words: string, settlement: Settlement])[] = [
  ['an ack', ack],
  ['a dead letter', deadLetter],
  ['a retry at once', retry(0)],
  ['a retry later', retry(5_000)],
  ['a requeue', requeue],
  ['a requeue for later', { kind: 'requeue', afterMs: 5_000 }],
  ['a wait for children', { kind: 'waitForChildren' }],
];

export function leaseOf({ record, leaseToken }: LeasedJob): Lease {
  return { jobId: record.id, leaseToken };
}

const ORDINARY_CALL: SettleAndFetchOptions = { leaseMs: 10_000, worker: 'here', wantsStatus: false };

/** A job that is ordinary but for what is said. */
export function outgoing(job: Partial<OutgoingJob>): OutgoingJob {
  return {
    id: `job-${randomUUID()}`,
    name: 'note',
    payload: '{"text":"hello"}',
    delayMs: 0,
    priority: 0,
    attempts: undefined,
    backoff: undefined,
    ...job,
  };
}
