// Reads the hash that BullMQ keeps for a job into Acktor's record, and keeps what only this broker needs beside it.
import type { Backoff } from '../../../../contract/retry-options.js';
import type { FetchedJob, JobRecord, LeasedJob } from '../../../work-queue.js';
import type { ToldHash } from './told-fields.js';

/** What the settlement of a leased job needs to know. */
export class BullmqTicket {
  constructor(
    /** How many fields the job's hash had when it was fetched; -1 for what is not just a plain job. */
    readonly fieldCount: number,
    /** The job's own retention, `{"completed":…,"failed":…}` as JSON; '' when the queue's holds. */
    readonly retention: string,
    /** BullMQ's `stacktrace` as stored: a JSON array of strings, or undefined. */
    readonly traces: string | undefined,
  ) {}
}

/** @throws TypeError for a job that no queue of BullMQ has handed out. */
export function ticketOf({ ticket, record }: LeasedJob): BullmqTicket {
  if (ticket instanceof BullmqTicket) return ticket;
  throw new TypeError(`expected job ${record.id} to be one that this queue has handed out, with its ticket`);
}

/** Where a record was found, and under which lease. */
export interface LeaseSeat {
  readonly queue: string;
  readonly id: string;
  readonly leaseToken: string;
  readonly fieldCount: number;
}

/** Reads a job that was fetched. Never throws: what cannot be read says why. */
export function readLeasedJob(hash: ToldHash, seat: LeaseSeat): FetchedJob {
  try {
    return readOrRefuse(hash, seat);
  } catch {
    return unreadableJob(hash, seat, 'the options stored with the job are not JSON');
  }
}

/** A job of which not enough can be told to handle it. */
export function unreadableJob(hash: ToldHash, seat: LeaseSeat, reason: string): FetchedJob {
  return { kind: 'unreadable', job: leasedJob(hash, seat, NO_WISHES), reason };
}

function readOrRefuse(hash: ToldHash, seat: LeaseSeat): FetchedJob {
  const job = leasedJob(hash, seat, wishesIn(hash.opts));
  if (hash.name === undefined) return { kind: 'unreadable', job, reason: 'the job was removed while it waited' };
  return { kind: 'job', job };
}

function leasedJob(hash: ToldHash, seat: LeaseSeat, wishes: Wishes): LeasedJob {
  return {
    record: record(hash, seat, wishes),
    leaseToken: seat.leaseToken,
    ticket: new BullmqTicket(seat.fieldCount, wishes.retention, hash.stacktrace),
  };
}

function record(hash: ToldHash, { queue, id }: LeaseSeat, { attempts, backoff, version, trace }: Wishes): JobRecord {
  return {
    id,
    queue,
    name: hash.name ?? '',
    payload: hash.data ?? '{}',
    sentAtMs: Number(hash.timestamp ?? 0),
    priority: Number(hash.priority ?? 0),
    attemptsMade: Number(hash.atm ?? 0),
    deliveries: Number(hash.ats ?? 0),
    leasesLost: Number(hash.stc ?? 0),
    suspicions: Number(hash.suspicions ?? 0),
    attempts,
    backoff,
    version,
    ...(trace !== undefined && { trace }),
    condemned: hash.defa,
    cancelled: hash.cancel,
  };
}

/** What a job's own options ask for. */
interface Wishes {
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  readonly retention: string;
  readonly version: number;
  readonly trace: string | undefined;
}

const NO_WISHES: Wishes = { attempts: undefined, backoff: undefined, retention: '', version: 1, trace: undefined };

let lastText: string | undefined;
let lastWishes = NO_WISHES;

/** Jobs of one contract have the same options to the letter, so the last text read is nearly always the next one. */
function wishesIn(text: string | undefined): Wishes {
  if (text === undefined) return NO_WISHES;
  if (text !== lastText) {
    const options = JSON.parse(text) as StoredOptions;
    const retention = ownRetention(options);
    const { attempts, payloadVersion: version = 1, tm: trace } = options;
    lastWishes = { attempts, backoff: backoffOf(options.backoff), retention, version, trace };
    lastText = text;
  }
  return lastWishes;
}

interface StoredOptions {
  readonly attempts?: number;
  readonly backoff?: number | { readonly type?: string; readonly delay?: number; readonly jitter?: number };
  readonly removeOnComplete?: StoredRetention;
  readonly removeOnFail?: StoredRetention;
  /** Acktor's own. */
  readonly payloadVersion?: number;
  /** BullMQ's telemetry (6.7): the trace of the send. */
  readonly tm?: string;
}

type StoredRetention = boolean | number | { readonly age?: number; readonly count?: number };

function backoffOf(stored: StoredOptions['backoff']): Backoff | undefined {
  if (stored === undefined) return undefined;
  if (typeof stored === 'number') return { type: 'fixed', delayMs: stored };
  const type = stored.type === 'exponential' ? 'exponential' : 'fixed';
  return { type, delayMs: stored.delay ?? 0, jitter: stored.jitter ?? 0 };
}

function ownRetention({ removeOnComplete, removeOnFail }: StoredOptions): string {
  if (removeOnComplete === undefined && removeOnFail === undefined) return '';
  return JSON.stringify({ completed: keepJobs(removeOnComplete), failed: keepJobs(removeOnFail) });
}

function keepJobs(stored: StoredRetention | undefined): { readonly age?: number; readonly count?: number } | undefined {
  if (stored === undefined) return undefined;
  if (typeof stored === 'object') return stored;
  if (typeof stored === 'number') return { count: stored };
  return { count: stored ? 0 : -1 };
}
