// One queue in memory as a worker's channel uses it.
import { ClosedError } from '@acktor/core';
import {
  BrokerReplyError,
  type AnsweredTokens,
  type ChannelAnswer,
  type ChannelReply,
  type ChannelRequest,
  type ChildOutcome,
  type ChildRef,
  type JobChildren,
  type SettleAndFetchOptions,
  type Lease,
  type LeasedJob,
  type NewChild,
  type QueueStatus,
  type Settling,
  type StoredStep,
  type WorkQueue,
  type WakeSignal,
} from '@acktor/core/engine';
import { fetch, isLeased, limitOf, renew, settle, type SettleDeps } from './deliveries.js';
import { addChild, childrenOf } from './family.js';
import type { StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

export interface MemoryWorkQueueDeps extends SettleDeps {
  /** Another queue of the same namespace. */
  readonly queueOf: (name: string) => StoredQueue;
  readonly onClose: () => void;
}

/** The {@link WorkQueue} in memory. */
export class MemoryWorkQueue implements WorkQueue {
  readonly name: string;
  readonly #queue: StoredQueue;
  readonly #deps: MemoryWorkQueueDeps;
  readonly #closing = new AbortController();

  constructor(queue: StoredQueue, deps: MemoryWorkQueueDeps) {
    this.name = queue.name;
    this.#queue = queue;
    this.#deps = deps;
    queue.isUsed = true;
    queue.consumers += 1;
    queue.changed();
  }

  settleAndFetch(requests: readonly ChannelRequest[], options: SettleAndFetchOptions): Promise<ChannelAnswer> {
    const replies = requests.map((request) => this.#reply(request, options));
    const isEmpty = requests.some(({ fetch: token }, i) => token !== undefined && replies[i]?.fetched === undefined);
    // The consumer that was woken took one job: the next one that waits is woken for the next.
    if (this.#queue.ready > 0) this.#queue.wakeSignals.ready();
    return Promise.resolve({ replies, status: options.wantsStatus || isEmpty ? this.#status(options) : undefined });
  }

  /** All queues are in this process. */
  requireSendTo(): void {}

  addChild(lease: Lease, child: NewChild): Promise<ChildOutcome> {
    const parent = this.#held(lease);
    if (parent === undefined) return Promise.resolve('lost');
    return Promise.resolve(addChild({ parent, queue: this.#queue, target: this.#deps.queueOf(child.queue) }, child));
  }

  children(lease: Lease): Promise<JobChildren | undefined> {
    const parent = this.#held(lease);
    return Promise.resolve(parent && childrenOf(parent));
  }

  childNames(children: readonly ChildRef[]): Promise<readonly (string | undefined)[]> {
    return Promise.resolve(children.map(({ queue, id }) => this.#deps.queueOf(queue).jobs.get(id)?.sent.name));
  }

  deathListeners(names: readonly string[]): Promise<readonly string[]> {
    const { deathListeners: known, clock } = this.#queue;
    for (const name of names) known.set(name, clock.now());
    for (const [name, saidAtMs] of known) if (saidAtMs < clock.now() - DAY_MS) known.delete(name);
    return Promise.resolve([...known.keys()]);
  }

  async waitForWork(timeoutMs: number): Promise<WakeSignal> {
    this.#queue.promoteDue();
    return this.#queue.wakeSignals.wait(timeoutMs, this.#closing.signal);
  }

  async passOn(wakeSignal: WakeSignal): Promise<void> {
    if (wakeSignal.kind === 'ready') this.#queue.wakeSignals.ready();
    if (wakeSignal.kind === 'due') this.#queue.wakeSignals.due(wakeSignal.due.atMs);
    return Promise.resolve();
  }

  progress(lease: Lease, progress: string): Promise<boolean> {
    return this.#write(lease, (job) => {
      job.progress = progress;
      this.#queue.publish(job, { kind: 'progress', progress });
    });
  }

  log(lease: Lease, line: string, keptLines: number): Promise<boolean> {
    return this.#write(lease, (job) => (job.log = [...job.log, line].slice(-keptLines)));
  }

  storeStep(leased: LeasedJob, { name, result }: StoredStep): Promise<boolean> {
    const job = this.#lastDelivered(leased);
    const { deliveries: fence } = leased.record;
    if (job !== undefined && !job.steps.has(name))
      job.steps.set(name, { name, result, fence, storedAtMs: this.#queue.clock.now() });
    return Promise.resolve(job !== undefined);
  }

  steps(leased: LeasedJob): Promise<readonly StoredStep[] | undefined> {
    const job = this.#lastDelivered(leased);
    return Promise.resolve(job && [...job.steps.values()]);
  }

  renew(held: readonly LeasedJob[], leaseMs: number): Promise<readonly string[]> {
    return Promise.resolve(renew(this.#queue, held, leaseMs));
  }

  reconcile({ process, last }: AnsweredTokens, held: readonly LeasedJob[]): Promise<readonly string[]> {
    const known = new Set(held.map(({ leaseToken }) => leaseToken));
    const isOrphan = (job: StoredJob) => {
      const { token = '' } = job.lease ?? {};
      if (!isLeased(this.#queue, job) || known.has(token) || !token.startsWith(`${process}|`)) return false;
      return Number(token.slice(process.length + 1)) <= last;
    };
    const orphans = [...this.#queue.active].filter(isOrphan).toReversed();
    for (const job of orphans) {
      this.#queue.wait(job, 'head');
      this.#queue.publish(job, { kind: 'requeued', reason: undefined });
    }
    return Promise.resolve(orphans.map(({ sent }) => sent.id));
  }

  close(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    this.#closing.abort(new ClosedError('queue'));
    this.#deps.onClose();
    this.#queue.consumers -= 1;
    this.#queue.changed();
    return Promise.resolve();
  }

  #reply({ settle: settling, fetch: token }: ChannelRequest, options: SettleAndFetchOptions): ChannelReply {
    const error = settling && this.#refusalOf(settling);
    return {
      settled: settling && !error ? settle(this.#queue, settling, this.#deps) : undefined,
      fetched: token === undefined ? undefined : fetch(this.#queue, token, options),
      error,
    };
  }

  #refusalOf({ job: { record, leaseToken }, settlement }: Settling): Error | undefined {
    const job = this.#held({ jobId: record.id, leaseToken });
    const isActive = this.#queue.jobs.get(record.id)?.place === 'active';
    const stale = isActive && settlement.write && this.#queue.records.refusalOf(settlement.write);
    if (stale) return stale;
    if (settlement.kind !== 'ack' || job === undefined) return undefined;
    const { open, fatal } = childrenOf(job);
    if (open > 0) return new BrokerReplyError('the queue', 'the job has children that have not ended');
    return fatal.length > 0 ? new BrokerReplyError('the queue', 'a child of the job has failed') : undefined;
  }

  #status({ limit }: SettleAndFetchOptions): QueueStatus {
    const { ready, delayed, clock } = this.#queue;
    const atMs = delayed.first?.dueAtMs;
    const limitedForMs = this.#queue.limitedForMs(limitOf(this.#queue, limit));
    const nextDue = atMs === undefined ? undefined : { atMs, inMs: atMs - clock.now() };
    return { ready: limitedForMs > 0 ? 0 : ready, nextDue, limitedForMs };
  }

  /** The job, unless it has ended, or a later delivery of it has begun. */
  #lastDelivered({ record: { id, deliveries } }: LeasedJob): StoredJob | undefined {
    const job = this.#queue.jobs.get(id);
    const hasEnded = job?.place === 'acked' || job?.place === 'deadLettered';
    return job?.deliveries === deliveries && !hasEnded ? job : undefined;
  }

  #write(lease: Lease, write: (job: StoredJob) => void): Promise<boolean> {
    const job = this.#held(lease);
    if (job) write(job);
    return Promise.resolve(job !== undefined);
  }

  #held({ jobId, leaseToken }: Lease): StoredJob | undefined {
    const job = this.#queue.jobs.get(jobId);
    return job?.lease?.token === leaseToken && isLeased(this.#queue, job) ? job : undefined;
  }
}

const DAY_MS = 86_400_000;
