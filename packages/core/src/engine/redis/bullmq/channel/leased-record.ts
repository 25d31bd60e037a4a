// Reads the hash that BullMQ keeps for a job into Acktor's record; its ticket keeps what only this broker needs.
import type { Backoff } from '../../../../contract/backoff.js';
import type { JobGroup } from '../../../../contract/groups.js';
import { readMeta, type Meta } from '../../../../contract/meta.js';
import type { PublishedBy } from '../../../send-terms.js';
import type { FetchedJob, JobRecord, LeasedJob, ScheduleSlot } from '../../../work-queue.js';
import { CONSTANTS, FIELD_PLACES, JOB_FIELDS } from '../scripts/built-scripts.js';
import { SENT_BY_ACKTOR } from '../sending/send-call.js';

/** What the settlement of a leased job needs to know. */
export class BullmqTicket {
  constructor(
    /** How many fields the job's hash had when it was fetched; -1 for what is not just a plain job. */
    readonly fieldCount: number,
    /** What is stored with the job of how it is settled. */
    readonly own: SettlingOptions,
    /** BullMQ's `stacktrace` as stored: a JSON array of strings, or undefined. */
    readonly traces: string | undefined,
  ) {}
}

/** The stored options by which a delivery is settled. */
export interface SettlingOptions {
  /** The job's own retention as an acked one, `{"completed":…}` as JSON; '' when the queue's holds. */
  readonly keptAcked: string;
  /** The same as a dead letter, `{"failed":…}`. */
  readonly keptDead: string;
  /** How many stack traces are kept, where a BullMQ client has stored that. */
  readonly keptTraces: number | undefined;
  /** All stored options of a run of a schedule, as JSON: the next run gets them, too. Undefined for any other job. */
  readonly scheduled: string | undefined;
  /** Whether it comes back at the head of the queue when it is tried again at once. */
  readonly isLifo: boolean;
  /** Whether a producer of Acktor sent it. */
  readonly isOurs: boolean;
  /** Whether no dead letter is left of it when it has expired. */
  readonly isDroppedWhenExpired: boolean;
}

/** @throws TypeError for a job that no queue of BullMQ has handed out. */
export function ticketOf({ ticket, record }: LeasedJob): BullmqTicket {
  if (ticket instanceof BullmqTicket) return ticket;
  throw new TypeError(`expected job ${record.id} to be one that this queue has handed out, with its ticket`);
}

/** The same job, of which an ack leaves nothing. */
export function removedOnceAcked(job: LeasedJob): LeasedJob {
  const { fieldCount, own, traces } = ticketOf(job);
  return { ...job, ticket: new BullmqTicket(fieldCount, { ...own, keptAcked: '{"completed":{"count":0}}' }, traces) };
}

/** The same job, of which nothing is kept once it is a dead letter. */
export function forgottenOnceDead(job: LeasedJob): LeasedJob {
  const { fieldCount, own, traces } = ticketOf(job);
  return { ...job, ticket: new BullmqTicket(fieldCount, { ...own, keptDead: '{"failed":{"count":0}}' }, traces) };
}

/** The job's queue and id, and its lease. */
export interface LeaseContext {
  readonly queue: string;
  readonly id: string;
  readonly leaseToken: string;
  readonly fieldCount: number;
}

/** Reads a job that was fetched. Never throws: what cannot be read says why. */
export function readLeasedJob(hash: JobFields, context: LeaseContext): FetchedJob {
  try {
    return readOrRefuse(hash, context);
  } catch {
    return unreadableJob(hash, context, 'the options stored with the job are not JSON');
  }
}

/** A job that cannot be read well enough to be handled. */
export function unreadableJob(hash: JobFields, context: LeaseContext, reason: string): FetchedJob {
  return { kind: 'unreadable', job: leasedJob(hash, context, NO_OPTIONS), reason };
}

function readOrRefuse(hash: JobFields, context: LeaseContext): FetchedJob {
  const job = leasedJob(hash, context, ownOptionsIn(hash.opts));
  if (hash.name === undefined) return { kind: 'unreadable', job, reason: 'the job was removed while it waited' };
  return { kind: 'job', job };
}

function leasedJob(hash: JobFields, context: LeaseContext, own: OwnOptions): LeasedJob {
  return {
    record: record(hash, context, own),
    leaseToken: context.leaseToken,
    ticket: new BullmqTicket(context.fieldCount, own, hash.stacktrace),
  };
}

function record(hash: JobFields, { queue, id }: LeaseContext, own: OwnOptions): JobRecord {
  const { attempts, backoff, unknownBackoff, keptLogLines, version, trace, meta, scheduled, group, flow } = own;
  const sentAtMs = Number(hash.timestamp ?? 0);
  return {
    id,
    queue,
    name: hash.name ?? '',
    payload: hash.data ?? '{}',
    sentAtMs,
    priority: Number(hash.priority ?? 0),
    attemptsMade: Number(hash.atm ?? 0),
    deliveries: Number(hash.ats ?? 0),
    leasesLost: Number(hash.stc ?? 0),
    suspicions: Number(hash.suspicions ?? 0),
    attempts,
    backoff,
    version,
    unknownBackoff,
    keptLogLines,
    trace,
    meta,
    expiresAtMs: own.expiresInMs === undefined ? own.expiresAtMs : sentAtMs + own.expiresInMs,
    computedFor: own.computedFor,
    published: own.published,
    slot: scheduled === undefined && !own.isBackfilled ? undefined : slotOf(id),
    group,
    flow,
    poisoned: hash.defa,
    cancelled: hash.cancel,
  };
}

/** The options that are stored with a job. */
interface OwnOptions extends SettlingOptions {
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  readonly unknownBackoff: string | undefined;
  readonly keptLogLines: number | undefined;
  readonly version: number;
  readonly trace: string | undefined;
  readonly group: JobGroup | undefined;
  readonly flow: string | undefined;
  readonly meta: Meta | undefined;
  readonly published: PublishedBy | undefined;
  /** Whether it is a run of a schedule that was sent beside it. */
  readonly isBackfilled: boolean;
  readonly computedFor: string | undefined;
  /** From its send, or by the clock. */
  readonly expiresInMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

const NO_OPTIONS = optionsIn({});

let lastText: string | undefined;
let lastOptions = NO_OPTIONS;

/** Jobs of one contract have exactly the same options, so the last text is nearly always the next one, too. */
function ownOptionsIn(text: string | undefined): OwnOptions {
  if (text === undefined) return NO_OPTIONS;
  if (text !== lastText) {
    lastOptions = optionsIn(JSON.parse(text) as StoredOptions, text);
    lastText = text;
  }
  return lastOptions;
}

function optionsIn(options: StoredOptions, text = ''): OwnOptions {
  const { payloadVersion: version = 1, tm: trace, kl, stackTraceLimit, lifo } = options;
  const repeats = options.repeat !== undefined;
  const backoff = backoffOf(options.backoff);
  return {
    // BullMQ tries a run of a schedule once where its template does not say more: its worker writes 0, its queue nothing.
    attempts: repeats ? Math.max(1, options.attempts ?? 0) : options.attempts,
    scheduled: repeats ? text : undefined,
    backoff,
    unknownBackoff: backoff === undefined ? typeOf(options.backoff) : undefined,
    keptLogLines: isCount(kl) && kl > 0 ? kl : undefined,
    keptTraces: isCount(stackTraceLimit) ? stackTraceLimit : undefined,
    isLifo: lifo === true,
    isOurs: options[SENT_BY_ACKTOR] === 1,
    ...ownIn(options),
    keptAcked: ownRetention('completed', options.removeOnComplete),
    keptDead: ownRetention('failed', options.removeOnFail),
    version,
    trace,
    group: groupIn(options),
    flow: typeof options.flow === 'string' ? options.flow : undefined,
  };
}

function groupIn({ key, turns, holds }: StoredOptions): JobGroup | undefined {
  if (typeof key !== 'string') return undefined;
  return { key, concurrency: isCount(turns) && turns > 0 ? turns : 1, holdsWhenDead: holds === 1 };
}

/** What no other client stores. */
function ownIn({ meta, xi, xa, xr, sl, sd, pb }: StoredOptions) {
  return {
    meta: meta === undefined ? undefined : readMeta(meta),
    published: pb === undefined ? undefined : publishedIn(pb),
    expiresInMs: isCount(xi) ? xi : undefined,
    expiresAtMs: isCount(xa) ? xa : undefined,
    isDroppedWhenExpired: xr === 1,
    isBackfilled: sl === 1,
    computedFor: typeof sd === 'string' ? sd : undefined,
  };
}

/** Any client may have written it. */
function publishedIn(stored: unknown): PublishedBy | undefined {
  const [exchange, routingKey] = Array.isArray(stored) ? (stored as readonly unknown[]) : [];
  return typeof exchange === 'string' && typeof routingKey === 'string' ? { exchange, routingKey } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

interface StoredOptions {
  readonly attempts?: number;
  readonly backoff?: StoredBackoff;
  readonly removeOnComplete?: StoredRetention;
  readonly removeOnFail?: StoredRetention;
  /** BullMQ's name for `keepLogs` in Redis. */
  readonly kl?: unknown;
  readonly stackTraceLimit?: unknown;
  readonly lifo?: unknown;
  readonly [SENT_BY_ACKTOR]?: unknown;
  /** When the scheduler runs. */
  readonly repeat?: unknown;
  /** Acktor's own. */
  readonly payloadVersion?: number;
  readonly key?: unknown;
  readonly turns?: unknown;
  readonly holds?: unknown;
  readonly flow?: unknown;
  /** Acktor's own; another client's may be anything. */
  readonly meta?: unknown;
  /** Acktor's own: when it expires, in so many milliseconds or at a time; and 1 where it is removed then. */
  readonly xi?: unknown;
  readonly xa?: unknown;
  readonly xr?: unknown;
  /** Acktor's own: 1 for a run of a schedule that was sent beside it; and the name of a schedule whose payload is computed. */
  readonly sl?: unknown;
  readonly sd?: unknown;
  /** Acktor's own: by which exchange it came, and under which routing key. */
  readonly pb?: unknown;
  /** BullMQ's telemetry (6.7): the trace of the send. */
  readonly tm?: string;
}

/** A backoff as BullMQ stores it. */
export type StoredBackoff =
  number | { readonly type?: string; readonly delay?: number; readonly jitter?: number } | null;

/** The ids of runs are `repeat:<scheduler>:<ms>`, and a scheduler's may hold colons, too. */
function slotOf(id: string): ScheduleSlot | undefined {
  const [from, to] = [id.indexOf(':'), id.lastIndexOf(':')];
  const atMs = Number(id.slice(to + 1));
  return from > 0 && to > from && Number.isSafeInteger(atMs) ? { schedule: id.slice(from + 1, to), atMs } : undefined;
}

type StoredRetention = boolean | number | { readonly age?: number; readonly count?: number };

/** Undefined for none, and for one of a type that BullMQ itself does not know: a strategy that a worker has under that name. */
export function backoffOf(stored: StoredBackoff | undefined): Backoff | undefined {
  if (typeof stored === 'number') return { type: 'fixed', delayMs: stored };
  const type = typeOf(stored);
  if (typeof stored !== 'object' || stored === null || (type !== 'fixed' && type !== 'exponential')) return undefined;
  return { type, delayMs: stored.delay ?? 0, jitter: stored.jitter ?? 0 };
}

function typeOf(stored: StoredOptions['backoff']): string | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  return String(stored.type).slice(0, LONGEST_TYPE);
}

/** Any client writes it, and it is logged. */
const LONGEST_TYPE = 100;

function ownRetention(of: 'completed' | 'failed', stored: StoredRetention | undefined): string {
  return stored === undefined ? '' : JSON.stringify({ [of]: keepJobs(stored) });
}

function keepJobs(stored: StoredRetention): { readonly age?: number; readonly count?: number } {
  if (typeof stored === 'object') return stored;
  if (typeof stored === 'number') return { count: stored };
  return { count: stored ? 0 : -1 };
}

/** The job fields that a fetch returns. A field that the hash does not have is undefined. */
export type JobFields = { readonly [Field in (typeof JOB_FIELDS)[number]]?: string | undefined };

/** A fetched job's text, read. */
export interface JobText {
  readonly hash: JobFields;
  /** How many fields the hash has, returned or not; -1 for what is more than a plain job, or less. */
  readonly fieldCount: number;
  readonly id: string;
  /** False when the job itself contains the separator: only its id and its count are known, unless the separator is in the id. */
  readonly isWhole: boolean;
}

/** Reads the text that the script answers for a fetched job. */
export function readJobText(text: string, separator: string): JobText {
  const parts = text.split(separator);
  const id = parts.pop() ?? '';
  const count = parts.pop();
  const isNew = count === CONSTANTS.newJobMark;
  const isWhole = parts.length === (isNew ? NEW_JOB_PARTS : JOB_FIELDS.length);
  const fieldCount = isNew ? CONSTANTS.newJobFields : Number(count);
  if (!isWhole) return { hash: {}, fieldCount, id, isWhole };
  return { hash: isNew ? hashOfNew(parts) : hashOf(parts), fieldCount, id, isWhole };
}

/** Most jobs: a plain one that is fetched for the first time. */
function hashOfNew([name, data, opts, timestamp, priority]: readonly string[]): JobFields {
  return {
    name,
    data,
    opts,
    timestamp,
    priority,
    atm: undefined,
    ats: '1',
    stc: undefined,
    defa: undefined,
    stacktrace: undefined,
    cancel: undefined,
    suspicions: undefined,
  };
}

/** The values of {@link hashOfNew}. */
const NEW_JOB_PARTS = 5;

function hashOf(parts: readonly string[]): JobFields {
  const field = (place: number) => (parts[place] === ABSENT ? undefined : parts[place]);
  // Written out, as above, so that all of them have one shape.
  return {
    name: field(FIELD_PLACES.name),
    data: field(FIELD_PLACES.data),
    opts: field(FIELD_PLACES.opts),
    timestamp: field(FIELD_PLACES.timestamp),
    priority: field(FIELD_PLACES.priority),
    atm: field(FIELD_PLACES.atm),
    ats: field(FIELD_PLACES.ats),
    stc: field(FIELD_PLACES.stc),
    defa: field(FIELD_PLACES.defa),
    stacktrace: field(FIELD_PLACES.stacktrace),
    cancel: field(FIELD_PLACES.cancel),
    suspicions: field(FIELD_PLACES.suspicions),
  };
}

const ABSENT = '\0';
