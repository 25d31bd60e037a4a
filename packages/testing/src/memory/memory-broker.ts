// The broker in memory: what producers and workers of this process ask of it.
import { ClosedError, ConfirmUnsupportedError, type CancelOutcome, type Confirm } from '@acktor/core';
import {
  onAbort,
  type Broker,
  type DeadProcess,
  type ReleasedJobs,
  type ConfirmDemand,
  type DeadLetterStore,
  type ExchangeStore,
  type FlowChange,
  type FlowChangeOutcome,
  type FlowStore,
  type JobAddress,
  type StoredFlow,
  type JobEnd,
  type KeyStore,
  type OutgoingJob,
  type QueueAdmin,
  type QueueWatcher,
  type RecordStore,
  type Retention,
  type ScheduleStore,
  type SendAnswer,
  type WorkQueue,
} from '@acktor/core/engine';
import { releaseDead } from './deliveries.js';
import { childrenOf } from './family.js';
import { MemoryDeadLetters } from './memory-dead-letters.js';
import { MemoryExchanges } from './memory-exchanges.js';
import { MemoryAdmin } from './memory-admin.js';
import { MemorySchedules } from './memory-schedules.js';
import type { MemoryStore } from './memory-store.js';
import { MemoryWorkQueue } from './memory-work-queue.js';
import type { StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

/** The {@link Broker} in memory. */
export class MemoryBroker implements Broker {
  readonly #store: MemoryStore;
  readonly #retention: Retention;
  readonly #workQueues = new Set<WorkQueue>();
  readonly #follows = new Set<() => void>();
  readonly #closing = new AbortController();

  constructor(store: MemoryStore, retention: Retention) {
    this.#store = store;
    this.#retention = retention;
  }

  async send(queue: string, jobs: readonly OutgoingJob[], demand?: ConfirmDemand): Promise<readonly SendAnswer[]> {
    this.#requireOpen();
    if (demand) this.requireConfirm(demand.confirm);
    const stored = this.#store.queue(queue);
    return Promise.resolve(jobs.map((job) => stored.send(job)));
  }

  requireConfirm(confirm: Confirm): void {
    if (confirm !== 'accepted')
      throw new ConfirmUnsupportedError(confirm, 'an engine in memory has no disk and no replicas');
  }

  connected(_queue: string, _confirm: Confirm, signal: AbortSignal): Promise<void> {
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
  }

  async ended(queue: string, jobId: string, signal: AbortSignal): Promise<JobEnd> {
    this.#requireOpen();
    signal.throwIfAborted();
    const stored = this.#store.peek(queue);
    return new Promise((resolve, reject) => {
      const stops: (() => void)[] = [];
      const stop = () => stops.forEach((each) => each());
      const check = () => {
        const end = endOf(stored.jobs.get(jobId));
        if (end === undefined) return;
        stop();
        resolve(end);
      };
      for (const limit of [signal, this.#closing.signal])
        stops.push(
          onAbort(limit, () => {
            stop();
            reject(limit.reason as Error);
          }),
        );
      stops.push(stored.onEnd(jobId, check));
      check();
    });
  }

  async expectEnd(queue: string, jobId: string, signal: AbortSignal): Promise<() => Promise<JobEnd>> {
    this.#requireOpen();
    signal.throwIfAborted();
    return Promise.resolve(() => this.ended(queue, jobId, signal));
  }

  async cancel(queue: string, jobId: string, why: string): Promise<CancelOutcome> {
    this.#requireOpen();
    const stored = this.#store.peek(queue);
    const job = stored.jobs.get(jobId);
    if (job === undefined) return Promise.resolve('notFound');
    if (job.place === 'acked' || job.place === 'deadLettered') return 'ended';
    if (job.place !== 'active') {
      const isAlone = childrenOf(job).open > 0;
      stored.remove(job);
      stored.publish(job, { kind: 'removed' });
      return isAlone ? 'removedAlone' : 'removed';
    }
    stored.cancelActive(job, why);
    return 'signalled';
  }

  deadLetters(queue: string): DeadLetterStore {
    this.#requireOpen();
    return new MemoryDeadLetters(this.#store.queue(queue));
  }

  schedules(queue: string): ScheduleStore {
    this.#requireOpen();
    return new MemorySchedules(this.#store.queue(queue));
  }

  keys(queue: string): KeyStore {
    this.#requireOpen();
    return keysOf(this.#store.queue(queue));
  }

  flows(queue: string): FlowStore {
    this.#requireOpen();
    return new MemoryFlows(this.#store.peek(queue));
  }

  exchanges(): ExchangeStore {
    this.#requireOpen();
    return new MemoryExchanges(this.#store, (confirm) => this.requireConfirm(confirm));
  }

  records(queue: string): RecordStore {
    this.#requireOpen();
    return this.#store.queue(queue).records;
  }

  admin(): QueueAdmin {
    this.#requireOpen();
    return new MemoryAdmin(this.#store);
  }

  workQueue(name: string): WorkQueue {
    this.#requireOpen();
    const onClose = () => void this.#workQueues.delete(queue);
    const queueOf = (other: string) => this.#store.queue(other);
    const deps = { retention: this.#retention, send: this.#store.send, queueOf, onClose };
    const queue: WorkQueue = new MemoryWorkQueue(this.#store.queue(name), deps);
    this.#workQueues.add(queue);
    return queue;
  }

  onConnection(): () => void {
    return () => undefined;
  }

  async follow(queue: string, watcher: QueueWatcher): Promise<() => void> {
    this.#requireOpen();
    const { watchers } = this.#store.queue(queue);
    const stop = () => void watchers.delete(watcher);
    watchers.add(watcher);
    this.#follows.add(stop);
    return Promise.resolve(() => {
      this.#follows.delete(stop);
      stop();
    });
  }

  async releaseDead(queue: string, dead: DeadProcess): Promise<ReleasedJobs> {
    this.#requireOpen();
    return Promise.resolve(releaseDead(this.#store.queue(queue), dead));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new ClosedError('broker'));
    for (const stop of this.#follows) stop();
    await Promise.all([...this.#workQueues].map((queue) => queue.close()));
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw new ClosedError('broker');
  }
}

function endOf(job: StoredJob | undefined): JobEnd | undefined {
  if (job === undefined) return { kind: 'gone' };
  if (job.place === 'acked') return { kind: 'acked', result: job.result ?? 'null' };
  return job.place === 'deadLettered' ? { kind: 'deadLettered', reason: job.reason ?? '' } : undefined;
}

function keysOf(queue: StoredQueue): KeyStore {
  const { groups } = queue;
  const settled = (admitted: readonly StoredJob[]) => Promise.resolve(queue.admit(admitted));
  return {
    page: () => Promise.resolve({ keys: groups.states(), cursor: undefined }),
    limit: (key, change) => settled(groups.limit(key, change)),
    pause: (key) => Promise.resolve(groups.pause(key)),
    resume: (key) => settled(groups.resume(key)),
    purge: (key, { most, isLast }) => {
      const { line, turns } = groups.waitingOf(key);
      const removed = [...line.slice(0, most), ...(line.length <= most || isLast ? turns : [])];
      for (const job of removed) {
        queue.remove(job);
        queue.publish(job, { kind: 'removed' });
      }
      return Promise.resolve({ removed: removed.length, left: groups.waitingOf(key).line.length });
    },
  };
}

/** The {@link FlowStore} in memory: what is kept of a flow lies with its job. */
class MemoryFlows implements FlowStore {
  readonly #queue: StoredQueue;

  constructor(queue: StoredQueue) {
    this.#queue = queue;
  }

  read(id: string): Promise<StoredFlow | undefined> {
    const job = this.#queue.jobs.get(id);
    if (job === undefined) return Promise.resolve(undefined);
    const { sent, sentAtMs, flowRecord: record, flowChanges: changes } = job;
    const { name, payload, version = 1 } = sent;
    return Promise.resolve({ id, name, payload, version, sentAtMs, record, changes });
  }

  results(id: string, steps: readonly JobAddress[]): Promise<readonly (string | undefined)[]> {
    const kept = this.#queue.jobs.get(id)?.stepResults;
    return Promise.resolve(steps.map((step) => kept?.get(keyOf(step))));
  }

  change({ flow, record, progress, result }: FlowChange): Promise<FlowChangeOutcome> {
    const job = this.#queue.jobs.get(flow.id);
    if (job?.sentAtMs !== flow.sentAtMs) return Promise.resolve('gone');
    if (job.flowChanges !== flow.changes) return Promise.resolve('stale');
    if (result) job.stepResults.set(keyOf(result), result.json);
    job.flowRecord = record;
    job.flowChanges += 1;
    job.progress = progress;
    this.#queue.publish(job, { kind: 'progress', progress });
    return Promise.resolve('changed');
  }
}

/** No name of a queue holds a colon. */
function keyOf({ queue, id }: JobAddress): string {
  return `${queue}:${id}`;
}
