// Reads the hash that BullMQ keeps for a job into Acktor's record; its ticket keeps what only this broker needs.
import type { Backoff } from '../../../../contract/backoff.js';
import type { FetchedJob, JobRecord, LeasedJob } from '../../../work-queue.js';

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
  /** The job's own retention, `{"completed":…,"failed":…}` as JSON; '' when the queue's holds. */
  readonly retention: string;
  /** How many stack traces are kept, where a BullMQ client has stored that. */
  readonly keptTraces: number | undefined;
}

/** @throws TypeError for a job that no queue of BullMQ has handed out. */
export function ticketOf({ ticket, record }: LeasedJob): BullmqTicket {
  if (ticket instanceof BullmqTicket) return ticket;
  throw new TypeError(`expected job ${record.id} to be one that this queue has handed out, with its ticket`);
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

function record(
  hash: JobFields,
  { queue, id }: LeaseContext,
  { attempts, backoff, unknownBackoff, keptLogLines, version, trace }: OwnOptions,
): JobRecord {
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
    ...(unknownBackoff !== undefined && { unknownBackoff }),
    ...(keptLogLines !== undefined && { keptLogLines }),
    ...(trace !== undefined && { trace }),
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
}

const NO_OPTIONS = optionsIn({});

let lastText: string | undefined;
let lastOptions = NO_OPTIONS;

/** Jobs of one contract have exactly the same options, so the last text is nearly always the next one, too. */
function ownOptionsIn(text: string | undefined): OwnOptions {
  if (text === undefined) return NO_OPTIONS;
  if (text !== lastText) {
    lastOptions = optionsIn(JSON.parse(text) as StoredOptions);
    lastText = text;
  }
  return lastOptions;
}

function optionsIn(options: StoredOptions): OwnOptions {
  const { attempts, payloadVersion: version = 1, tm: trace, kl, stackTraceLimit } = options;
  const backoff = backoffOf(options.backoff);
  return {
    attempts,
    backoff,
    unknownBackoff: backoff === undefined ? typeOf(options.backoff) : undefined,
    keptLogLines: isCount(kl) && kl > 0 ? kl : undefined,
    keptTraces: isCount(stackTraceLimit) ? stackTraceLimit : undefined,
    retention: ownRetention(options),
    version,
    trace,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

interface StoredOptions {
  readonly attempts?: number;
  readonly backoff?: number | { readonly type?: string; readonly delay?: number; readonly jitter?: number } | null;
  readonly removeOnComplete?: StoredRetention;
  readonly removeOnFail?: StoredRetention;
  /** BullMQ's name for `keepLogs` in Redis. */
  readonly kl?: unknown;
  readonly stackTraceLimit?: unknown;
  /** Acktor's own. */
  readonly payloadVersion?: number;
  /** BullMQ's telemetry (6.7): the trace of the send. */
  readonly tm?: string;
}

type StoredRetention = boolean | number | { readonly age?: number; readonly count?: number };

/** Undefined for none, and for one of a type that BullMQ itself does not know: a strategy that a worker has under that name. */
function backoffOf(stored: StoredOptions['backoff']): Backoff | undefined {
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

/** The fields of BullMQ's job hash that Acktor reads (6.7: `atm` attempts made, `ats` started, `stc` stalls); the last two are its own. */
export const JOB_FIELDS = [
  'name',
  'data',
  'opts',
  'timestamp',
  'priority',
  'atm',
  'ats',
  'stc',
  'defa',
  'stacktrace',
  'cancel',
  'suspicions',
] as const;

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

const NO_FIELDS = [...JOB_FIELDS.map(() => `'\\0'`), 'false', 'false'].join(', ');

/**
 * Defines `placeOf`: where each job field stands in a fetched job's text; 0 for the fields that make a job more than a plain one. The count
 * and the id, which are no fields, are written last.
 */
export const places = `
local placeOf = { ${JOB_FIELDS.map((field, i) => `${field} = ${i + 1}`).join(', ')}, parentKey = 0, parent = 0, deid = 0,
  count = ${JOB_FIELDS.length + 1}, id = ${JOB_FIELDS.length + 2} }`;

/**
 * Defines `told`, the job fields out of `fields` without the count and the id, and `isPlain`, whether the job is a complete plain one. Joined
 * by the separator they make one text, which costs both ends much less than twenty; each byte of it counts, because Lua hashes them all.
 */
export const readFields = `
local told, hasFamily = { ${NO_FIELDS} }, false
for i = 1, #fields, 2 do
  local place = placeOf[fields[i]]
  if place == 0 then hasFamily = true
  elseif place then told[place] = fields[i + 1] end
end
local isPlain = told[placeOf.name] ~= '\\0' and not hasFamily`;

/** The fields of a plain job before its first fetch, in the order in which BullMQ's scripts store them (6.7: `storeJob`). */
const STORED_FIELDS: readonly string[] = ['name', 'data', 'opts', 'timestamp', 'delay', 'priority'];

/** The number of fields of such a job once it was fetched: these, and when, by which worker and how often it was started. */
const COUNT_ONCE_FETCHED = STORED_FIELDS.length + 3;

const isStored = (field: string) => STORED_FIELDS.includes(field);
const valueInFields = (field: string) => `fields[${2 * STORED_FIELDS.indexOf(field) + 2}]`;

/** Whether `fields` are those of a plain job before its first fetch. A hash in another order is read as any other. */
export const isNew = [
  `#fields == ${2 * STORED_FIELDS.length}`,
  ...STORED_FIELDS.map((field, i) => `fields[${2 * i + 1}] == '${field}'`),
].join(' and ');

/** The text of such a job without its id, which follows: the values that it has, and `restOfNew`. */
export const newText = `${JOB_FIELDS.filter(isStored).map(valueInFields).join(' .. separator .. ')} .. restOfNew`;

/** Defines `restOfNew`, the part that is the same for all such jobs: the fields that they do not have, the first start, and the count. */
export const restOfNew = `
local restOfNew = table.concat({ '', ${JOB_FIELDS.filter((field) => !isStored(field))
  .map((field) => (field === 'ats' ? `'1'` : `'\\0'`))
  .join(', ')}, '${COUNT_ONCE_FETCHED}', '' }, separator)`;

/** Reads the text that the script answers for a fetched job. */
export function readJobText(text: string, separator: string): JobText {
  const parts = text.split(separator);
  const isWhole = parts.length === JOB_FIELDS.length + 2;
  const [fieldCount, id = ''] = parts.slice(-2);
  return { hash: isWhole ? hashOf(parts) : {}, fieldCount: Number(fieldCount), id, isWhole };
}

function hashOf(parts: readonly string[]): JobFields {
  const field = (i: number) => (parts[i] === ABSENT ? undefined : parts[i]);
  // Written out, so that all of them have one shape.
  return {
    name: field(0),
    data: field(1),
    opts: field(2),
    timestamp: field(3),
    priority: field(4),
    atm: field(5),
    ats: field(6),
    stc: field(7),
    defa: field(8),
    stacktrace: field(9),
    cancel: field(10),
    suspicions: field(11),
  };
}

const ABSENT = '\0';
