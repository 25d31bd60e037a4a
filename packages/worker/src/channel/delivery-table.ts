// The deliveries of a channel: which consumer asks for one, which holds one, which are cancelled, and how many ended in each way.
import type {
  AnsweredTokens,
  CancelRequest,
  ChannelRequest,
  LeasedJob,
  QueueTotals,
  SettleOutcome,
  Settling,
} from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

/**
 * What a consumer holds and what it has asked for; or an unowned job, which the channel settles itself. Its state follows from these two:
 *
 * | | no job | a job |
 * |---|---|---|
 * | **no request** | idle | holding |
 * | **a request** | fetching | settling |
 *
 * Changed in place: each delivery reads and writes it several times.
 */
export interface DeliveryRow {
  /** Undefined for an unowned job. */
  readonly consumer: ConsumerRef | undefined;
  /** What is held under a lease, until its settlement is answered. */
  job: LeasedJob | undefined;
  /** Since when, in milliseconds since the epoch. */
  heldSinceMs: number;
  /** The pending request: not answered yet, and perhaps not sent yet. */
  request: ChannelRequest | undefined;
  /** Whether the consumer has left and waits for no answer. */
  hasLeft: boolean;
}

/**
 * A row for each consumer, with one delivery and one pending request at most, and one for each unowned job. A request for a delivery has a
 * lease token, `process|n`, that none had before.
 *
 * A consumer keeps its row until it has left. A `Map` that entries are added to and deleted from with each delivery grows a new table every
 * so often, and V8 (Node 20) chains the tables: once one of them is old, all that come after it live until the next full collection, with
 * every delivery that was in them. A delivery cost a worker 23 µs of processor time so, and costs 18 without (40,000 no-ops, 50 consumers).
 */
export class DeliveryTable {
  readonly #process: string;
  readonly #onRelease: (job: LeasedJob) => void;
  readonly #rows = new Map<ConsumerRef, DeliveryRow>();
  readonly #unowned = new Set<DeliveryRow>();
  #lastToken = 0;

  /**
   * @param process what the lease tokens begin with.
   * @param onRelease called with each job that a consumer no longer holds.
   */
  constructor(process: string, onRelease: (job: LeasedJob) => void) {
    this.#process = process;
    this.#onRelease = onRelease;
  }

  /** Gives the consumer a pending request: to settle what it holds, for the next delivery, or both. Returns its row. */
  ask(consumer: ConsumerRef, settle: Settling | undefined, wantsNext: boolean): DeliveryRow {
    const row = this.#rows.get(consumer) ?? this.#add(consumer);
    row.request = this.#request(settle, wantsNext);
    return row;
  }

  /**
   * Renews a request whose call failed, under a lease token of its own: what that call has leased, or leases late, is not what is asked for
   * now. Returns false, and drops the request, when the consumer has left.
   */
  askAgain(row: DeliveryRow): boolean {
    if (row.consumer === undefined) return true;
    if (row.hasLeft) this.answered(row);
    else row.request = this.#request(row.request?.settle, row.request?.fetch !== undefined);
    return !row.hasLeft;
  }

  /** Adds a job that no consumer has, to be held until its settlement is answered. Returns its row. */
  addUnowned(settle: Settling): DeliveryRow {
    const row = newRow(undefined);
    row.job = settle.job;
    row.request = { settle };
    this.#unowned.add(row);
    return row;
  }

  /** The row's request is no longer pending. An unowned job is no longer held. */
  answered(row: DeliveryRow): void {
    row.request = undefined;
    if (row.consumer === undefined) this.#unowned.delete(row);
    else if (row.hasLeft) this.#forgetIfIdle(row, row.consumer);
  }

  hold(row: DeliveryRow, job: LeasedJob, nowMs: number): void {
    row.job = job;
    row.heldSinceMs = nowMs;
  }

  /** The row's consumer no longer holds its job. Returns the job. */
  release(row: DeliveryRow): LeasedJob | undefined {
    const { job, consumer } = row;
    row.job = undefined;
    if (job) this.#onRelease(job);
    if (row.hasLeft && consumer) this.#forgetIfIdle(row, consumer);
    return job;
  }

  /** The consumer has left. Its row stays until it is idle. */
  leave(consumer: ConsumerRef): DeliveryRow | undefined {
    const row = this.#rows.get(consumer);
    if (row === undefined) return undefined;
    row.hasLeft = true;
    this.#forgetIfIdle(row, consumer);
    return row;
  }

  find(consumer: ConsumerRef): DeliveryRow | undefined {
    return this.#rows.get(consumer);
  }

  /** Since when the consumer holds what it holds, in milliseconds since the epoch. */
  heldSinceMs(consumer: ConsumerRef): number | undefined {
    const row = this.#rows.get(consumer);
    return row?.job && row.heldSinceMs;
  }

  /** All jobs that are held, the unowned ones included. */
  held(): readonly LeasedJob[] {
    return [...this.inHands(), ...jobsOf(this.#unowned)];
  }

  /** The jobs that consumers hold. */
  inHands(): readonly LeasedJob[] {
    return jobsOf(this.#rows.values());
  }

  /** The jobs that consumers have held since before then and are not about to settle, but for those under tokens of these numbers. */
  heldSince(ms: number, exceptNumbers: ReadonlySet<number>): readonly LeasedJob[] {
    return [...this.#rows.values()].flatMap(({ job, heldSinceMs, request }) => {
      const isMeant = job && heldSinceMs < ms && request?.settle === undefined;
      return isMeant && !exceptNumbers.has(numberOf(job.leaseToken)) ? [job] : [];
    });
  }

  /** The consumers that hold a delivery that `isIt`. */
  holdersOf(isIt: (job: LeasedJob) => boolean): readonly ConsumerRef[] {
    return [...this.#rows.values()].flatMap(({ consumer, job }) => (consumer && job && isIt(job) ? [consumer] : []));
  }

  /** The tokens before the first that is not answered: requests go to the server in the order of their tokens. */
  get answeredTokens(): AnsweredTokens {
    let last = this.#lastToken;
    for (const { request } of this.#rows.values())
      if (request?.fetch !== undefined) last = Math.min(last, numberOf(request.fetch) - 1);
    return { process: this.#process, last };
  }

  #request(settle: Settling | undefined, wantsNext: boolean): ChannelRequest {
    if (!wantsNext) return settle ? { settle } : {};
    this.#lastToken += 1;
    const fetch = `${this.#process}|${this.#lastToken}`;
    return settle ? { settle, fetch } : { fetch };
  }

  #add(consumer: ConsumerRef): DeliveryRow {
    const row = newRow(consumer);
    this.#rows.set(consumer, row);
    return row;
  }

  #forgetIfIdle({ job, request }: DeliveryRow, consumer: ConsumerRef): void {
    if (job === undefined && request === undefined) this.#rows.delete(consumer);
  }
}

function newRow(consumer: ConsumerRef | undefined): DeliveryRow {
  return { consumer, job: undefined, heldSinceMs: 0, request: undefined, hasLeft: false };
}

function jobsOf(rows: Iterable<DeliveryRow>): readonly LeasedJob[] {
  return [...rows].flatMap(({ job }) => job ?? []);
}

function numberOf(token: string): number {
  return Number(token.slice(token.lastIndexOf('|') + 1));
}

/** A cancel, as the channel of its queue gets it. */
export type JobCancel = Omit<CancelRequest, 'queue'>;

/** Whether it is this delivery that is cancelled: a later one of the job may be wanted again. */
export function isCancelled({ record }: LeasedJob, { jobId, fence }: JobCancel): boolean {
  return record.id === jobId && (fence ?? record.deliveries) === record.deliveries;
}

/**
 * The cancels of jobs that no consumer here holds, for as long as an answer that brings one of them may take. Every worker gets every
 * cancel, so most are of jobs that are elsewhere.
 */
export class EarlyCancels {
  readonly #byJob = new Map<string, JobCancel & { readonly untilMs: number }>();

  /** Remembers one that says which delivery it is of; another could be taken for a later delivery's. */
  remember(cancel: JobCancel, nowMs: number): void {
    if (cancel.fence === undefined) return;
    for (const [jobId, { untilMs }] of this.#byJob) {
      if (untilMs > nowMs && this.#byJob.size < MOST_REMEMBERED) break;
      this.#byJob.delete(jobId);
    }
    this.#byJob.set(cancel.jobId, { ...cancel, untilMs: nowMs + REMEMBERED_FOR_MS });
  }

  /** Returns, once, the cancel of this very delivery. */
  take(job: LeasedJob): JobCancel | undefined {
    const cancel = this.#byJob.size > 0 ? this.#byJob.get(job.record.id) : undefined;
    if (cancel === undefined || !isCancelled(job, cancel)) return undefined;
    this.#byJob.delete(cancel.jobId);
    return cancel;
  }
}

/** No answer takes longer: the connection counts as dead then. */
const REMEMBERED_FOR_MS = 15_000;
const MOST_REMEMBERED = 1_000;

/** How the deliveries of one job ended; those of more than a thousand names are counted together, as `(other jobs)`. */
export interface JobTotals extends Omit<QueueTotals, 'queue'> {
  readonly job: string;
}

const OTHER_JOBS = '(other jobs)';

/** How many deliveries ended in each way since the process started. Always counted: a counter costs less than to ask whether to count. */
export class Totals {
  readonly #queue: string;
  readonly #jobs = new Map<string, Counts>();

  constructor(queue: string) {
    this.#queue = queue;
  }

  /** Counts what an answer brought: the outcome of a settlement, the next delivery, or both. */
  count(settle: Settling | undefined, outcome: SettleOutcome | undefined, next: LeasedJob | undefined): void {
    if (settle && outcome === 'stored') this.#of(settle.job)[OUTCOME_OF[settle.settlement.kind]] += 1;
    if (settle && outcome === 'lost') this.leaseLost(settle.job);
    if (next && next.record.leasesLost > 0) this.#of(next).redelivered += 1;
  }

  /** Counts a lease that was lost while its job was held. */
  leaseLost(job: LeasedJob | undefined): void {
    if (job) this.#of(job).leasesLost += 1;
  }

  report(): QueueTotals {
    const sum: Counts = { ...NOTHING };
    for (const counts of this.#jobs.values()) for (const key of COUNTED) sum[key] += counts[key];
    return { queue: this.#queue, ...sum };
  }

  byJob(): readonly JobTotals[] {
    return [...this.#jobs].map(([job, counts]) => ({ job, ...counts }));
  }

  #of({ record }: LeasedJob): Counts {
    const known = this.#jobs.get(record.name);
    if (known) return known;
    // Any client may give each of its jobs another name.
    const name = this.#jobs.size < MOST_NAMES ? record.name : OTHER_JOBS;
    const counts: Counts = this.#jobs.get(name) ?? { ...NOTHING };
    this.#jobs.set(name, counts);
    return counts;
  }
}

type Counts = { -readonly [End in keyof Omit<QueueTotals, 'queue'>]: number };

const NOTHING: Readonly<Counts> = {
  acked: 0,
  retried: 0,
  requeued: 0,
  deadLettered: 0,
  leasesLost: 0,
  redelivered: 0,
};

const MOST_NAMES = 1_000;

const COUNTED = Object.keys(NOTHING) as readonly (keyof Counts)[];

/** What a settlement counts as, in totals and in events. */
export const OUTCOME_OF = {
  ack: 'acked',
  retry: 'retried',
  requeue: 'requeued',
  waitForChildren: 'requeued',
  deadLetter: 'deadLettered',
} as const;
