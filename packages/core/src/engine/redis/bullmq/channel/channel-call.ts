// Writes a channel's requests as the arguments of the batch script, and reads the script's answer.
import { randomBytes } from 'node:crypto';
import type {
  ChannelAnswer,
  ChannelReply,
  ChannelRequest,
  Failure,
  FetchedJob,
  LeasedJob,
  QueueStatus,
  SettleOutcome,
  Settling,
} from '../../../work-queue.js';
import { isLonger, tooLong, requireArgument } from '../../connection/redis-script.js';
import { BrokerReplyError, StaleRecordError, UnwritableCallError } from '../../../broker-errors.js';
import { wellFormed } from '../../../../foreign-text/foreign-text.js';
import { errorReason } from '../../../../foreign-text/error-text.js';
import { CONSTANTS, type ChannelArguments } from '../scripts/built-scripts.js';
import { storedOptions } from '../sending/send-call.js';
import {
  readLeasedJob,
  ticketOf,
  unreadableJob,
  type BullmqTicket,
  type SettlingOptions,
  readJobText,
} from './leased-record.js';
import type { JobReply } from './withheld.js';

/**
 * Separates the parts of a fetched job. A client that has not seen this process's calls cannot know it, and JSON never contains its first
 * character unescaped.
 */
export const SEPARATOR = `\x1f${randomBytes(3).toString('base64url')}`;

/** What a call is written with. */
export interface CallWriting {
  /** The most bytes that the server takes in one text. */
  readonly maxTextBytes: number;
  readonly targetOf: (queue: string) => SendTarget;
  /** Whether acked jobs that another client sent are kept unless they say otherwise themselves. */
  readonly keepsOthers: boolean;
}

/** Where jobs go that are sent with a settlement. */
export interface SendTarget {
  /** What the keys of the queue begin with. */
  readonly prefix: string;
  /** For a queue in another slot of the cluster: the name of its outbox, which is the queue's own as its keys have it. Undefined in the same slot. */
  readonly outbox: string | undefined;
}

/** The requests of one call, written. */
export interface WrittenCall {
  /** Flat: each a word and its arguments ({@link ChannelArguments}). A request with both parts makes two entries. */
  readonly entries: readonly (string | number)[];
  /** The jobs that are sent with settlements, flat: `ENTRIES.send` in `protocol.mjs`. */
  readonly sends: readonly (string | number)[];
  /** The records that are written with settlements, flat: `ENTRIES.write`. */
  readonly writes: readonly (string | number)[];
  /** The turns of keys that may end with settlements, flat: `ENTRIES.turn`. */
  readonly turns: readonly (string | number)[];
  /** The settlements that could not be written, and why: the call goes without them. Undefined when all could. */
  readonly unwritable: ReadonlyMap<ChannelRequest, Error> | undefined;
}

/** Whether it brings a job that may have to be withheld. */
export function isJudged(reply: ChannelReply): reply is JobReply {
  if (reply.fetched?.kind !== 'job') return false;
  const { slot, expiresAtMs } = reply.fetched.job.record;
  return slot !== undefined || expiresAtMs !== undefined;
}

/** Writes each request by itself, so that one with a settlement that cannot be written holds up none of the others. Never throws. */
export function writeCall(requests: readonly ChannelRequest[], writing: CallWriting): WrittenCall {
  const entries: (string | number)[] = [];
  const sends: (string | number)[] = [];
  const writes: (string | number)[] = [];
  const turns: (string | number)[] = [];
  let unwritable: Map<ChannelRequest, Error> | undefined;
  let count = 0;
  for (const request of requests) {
    const from = entries.length;
    const sendsFrom = sends.length;
    try {
      if (request.settle) {
        writeSettlement(entries, request.settle, writing);
        requireWritable(entries, from, writing.maxTextBytes);
        writeSends(sends, count + 1, { settle: request.settle, writing });
        writeRecord(writes, count + 1, { settle: request.settle, writing });
        count += 1;
        writeTurn(turns, count, request.settle);
      }
    } catch (cause) {
      entries.length = from;
      sends.length = sendsFrom;
      (unwritable ??= new Map()).set(request, asUnwritable(cause));
    }
    if (request.fetch === undefined) continue;
    entries.push('fetch', request.fetch);
    count += 1;
  }
  return { entries, sends, writes, turns, unwritable };
}

/** Of a job with a key. A retry holds its turn, and so may a dead letter; where the job is gone, the turn is, too. */
function writeTurn(turns: (string | number)[], entry: number, { job, settlement: { kind } }: Settling): void {
  const { group, id } = job.record;
  if (group === undefined) return;
  const isOver = kind === 'ack' || (kind === 'deadLetter' && !group.holdsWhenDead);
  turns.push(entry, group.key, id, group.concurrency, isOver ? '1' : '');
}

interface SendsWriting {
  readonly settle: Settling;
  readonly writing: CallWriting;
}

function writeSends(sends: (string | number)[], entry: number, { settle, writing }: SendsWriting): void {
  if (settle.settlement.sends === undefined) return;
  const from = sends.length;
  for (const { queue, job } of settle.settlement.sends) {
    const { prefix, outbox = '' } = writing.targetOf(queue);
    sends.push(entry, prefix, outbox, job.id, job.name, storedOptions(job), job.payload);
  }
  requireWritable(sends, from, writing.maxTextBytes);
}

/** One that cannot be written leaves nothing behind. */
function writeRecord(writes: (string | number)[], entry: number, { settle, writing }: SendsWriting): void {
  const { write } = settle.settlement;
  if (write === undefined) return;
  const { store, id, expected, value, labels, keptMs } = write;
  const parts = [entry, settle.job.record.id, store, id, expected, value, JSON.stringify(labels), keptMs ?? ''];
  requireWritable(parts, 0, writing.maxTextBytes);
  writes.push(...parts);
}

function requireWritable(entries: readonly unknown[], from: number, maxTextBytes: number): void {
  for (let at = from; at < entries.length; at += 1) {
    const entry = entries[at];
    requireArgument(entry);
    if (typeof entry === 'string' && isLonger(entry, maxTextBytes))
      throw new UnwritableCallError(tooLong(entry, maxTextBytes));
  }
}

function asUnwritable(cause: unknown): Error {
  if (cause instanceof UnwritableCallError) return cause;
  return new UnwritableCallError(`what cannot be written (${errorReason(cause)})`, { cause });
}

/** The call and its requests, as its answer is read with them. */
export interface AskedCall extends Pick<WrittenCall, 'unwritable'> {
  readonly requests: readonly ChannelRequest[];
  readonly queue: string;
  /** Called with the server's words for an entry that failed alone, the last one. */
  readonly noteFailure: (reply: string) => void;
}

/** Reads the answer to the requests, in their order. @throws BrokerReplyError when the answer has another shape. */
export function readAnswer(answer: unknown, { requests, queue, unwritable, noteFailure }: AskedCall): ChannelAnswer {
  if (!isRawAnswer(answer)) throw new BrokerReplyError('the channel script');
  const [entries, status] = answer;
  let entry = 0;
  let failure: string | undefined;
  const next = () => {
    const found = entries[entry++];
    if (Array.isArray(found)) failure = String(found[0]);
    return found === undefined ? MISSING_ENTRY : found;
  };
  const replies = requests.map((request) => {
    const fault = unwritable?.get(request);
    if (fault === undefined) return readReply(request, next, queue);
    return { ...readReply(request.fetch === undefined ? {} : { fetch: request.fetch }, next, queue), error: fault };
  });
  if (failure !== undefined) noteFailure(failure);
  return { replies, status: status === null ? undefined : readStatus(status) };
}

function writeSettlement(entries: (string | number)[], settling: Settling, { keepsOthers }: CallWriting): void {
  const { job, settlement, attempt } = settling;
  const ticket = ticketOf(job);
  const { own } = ticket;
  const { id, attemptsMade } = job.record;
  const generation = generationOf(job);
  if (settlement.kind === 'ack') {
    // The acks of a busy process pass here: the closure below, and its list of arguments, would cost each of them more than its text.
    const kept = keptAckedOf(own, keepsOthers);
    entries.push(kept === '' ? 'ack' : 'keep', id, job.leaseToken, generation);
    entries.push(ticket.fieldCount, attemptsMade + 1, settlement.result);
    if (kept !== '') entries.push(kept);
    return;
  }
  const write: WriteSettlement = (word: string, ...rest: readonly (string | number)[]) =>
    entries.push(word, id, job.leaseToken, generation, ...rest);
  const remembered = attempt === undefined ? '' : wellFormedJson(attempt);
  if (settlement.kind === 'requeue') {
    const { afterMs } = settlement;
    return void (afterMs === undefined
      ? write('requeue', remembered)
      : write('postpone', remembered, Math.ceil(afterMs)));
  }
  if (settlement.kind === 'waitForChildren') return void write('waitForChildren', remembered);
  const failed = [own.keptDead, remembered, ...failureArguments(ticket, settlement.failure)] as const;
  if (settlement.kind === 'deadLetter') return void write('deadLetter', ...failed, settlement.isExhausted ? '1' : '');
  write('retry', ...failed, Math.round(settlement.delayMs), own.isLifo ? 'RPUSH' : 'LPUSH');
}

/** The retention of its own that the job has once acked; '' where the queue's holds. */
function keptAckedOf({ keptAcked, isOurs }: SettlingOptions, keepsOthers: boolean): string {
  return keptAcked === '' && keepsOthers && !isOurs ? KEEP_ALL : keptAcked;
}

type WriteSettlement = (
  ...settlement: { [Word in SettlingWord]: [Word, ...AfterLease<ChannelArguments[Word]>] }[SettlingWord]
) => number;
type SettlingWord = Exclude<keyof ChannelArguments, 'fetch' | 'ack' | 'keep'>;
/** The arguments that follow the job's id, its lease token and its generation. */
type AfterLease<Arguments extends readonly unknown[]> = Arguments extends readonly [
  unknown,
  unknown,
  unknown,
  ...infer Rest,
]
  ? Rest
  : never;

/** As `removeOnComplete: false` of BullMQ says it. */
const KEEP_ALL = '{"completed":{"count":-1}}';

/** Identifies a delivery of a job: as long as both counts are the same, no other consumer has had the job. */
export function generationOf({ record: { deliveries, leasesLost } }: LeasedJob): string {
  return `${deliveries}/${leasesLost}`;
}

function failureArguments(ticket: BullmqTicket, { reason, stack }: Failure): readonly [string, string] {
  return [reason, tracesWith(ticket, stack)];
}

/** The job's stack traces with one more at the end; the oldest go first, so that a job's hash stays small. */
function tracesWith(ticket: BullmqTicket, stack: string | undefined): string {
  const most = Math.min(ticket.own.keptTraces ?? CONSTANTS.keptStacks, CONSTANTS.keptStacks);
  if (most === 0) return '[]';
  const traces = [...tracesIn(ticket.traces), ...(stack === undefined ? [] : [stack])].slice(-most);
  let roomBytes = MAX_TRACES_BYTES;
  const older = traces.findLastIndex((trace) => (roomBytes -= sizeOf(trace)) < 0);
  // The newest stays, whatever its size.
  return wellFormedJson(traces.slice(Math.min(older + 1, traces.length - 1)));
}

/** Half of a surrogate pair is written as an escape, on which cjson fails: after the settlement, so that a stored one was reported as failed. */
function wellFormedJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(text)) return text;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? wellFormed(part) : part));
}

function sizeOf(trace: unknown): number {
  return typeof trace === 'string' ? Buffer.byteLength(trace) : MAX_TRACES_BYTES;
}

/** None in what cannot be read: one job that was edited by hand must not hold up all that are settled with it. */
function tracesIn(text = '[]'): readonly unknown[] {
  try {
    const traces: unknown = JSON.parse(text);
    return Array.isArray(traces) ? traces : [];
  } catch {
    return [];
  }
}

/** Of all of them: they are written anew, and read, with every attempt. */
const MAX_TRACES_BYTES = 65_536;

function readReply({ settle, fetch }: ChannelRequest, next: () => RawEntry, queue: string): ChannelReply {
  const settled = settle && next();
  const fetched = fetch === undefined ? null : next();
  const error = errorIn(settled) ?? errorIn(fetched);
  return {
    settled: typeof settled === 'number' && refusalOf(settled) === undefined ? outcomeOf(settled) : undefined,
    fetched: fetch !== undefined && typeof fetched === 'string' ? readFetched(fetched, queue, fetch) : undefined,
    error: error === undefined ? undefined : refusalError(error),
  };
}

function refusalError(error: string): Error {
  return error === CONSTANTS.staleRecord ? new StaleRecordError() : new BrokerReplyError('the channel script', error);
}

function readFetched(text: string, queue: string, leaseToken: string): FetchedJob {
  const { hash, fieldCount, id, isWhole } = readJobText(text, SEPARATOR);
  const context = { queue, id, leaseToken, fieldCount };
  return isWhole
    ? readLeasedJob(hash, context)
    : unreadableJob(hash, context, 'the job contains what separates its parts');
}

function errorIn(entry: RawEntry | undefined): string | undefined {
  if (Array.isArray(entry)) return String(entry[0]);
  return typeof entry === 'number' ? refusalOf(entry) : undefined;
}

/** BullMQ's codes (6.7, `enums/error-code`): -1 no such job; -2, -3, -6 the lease or its place in the queue is not ours. */
function outcomeOf(code: number): SettleOutcome {
  if (code >= 0) return 'stored';
  return code === -1 ? 'gone' : 'lost';
}

/** The codes of a flow that is not complete (BullMQ 6.7: -4, -9), in words. */
function refusalOf(code: number): string | undefined {
  if (code === -4) return 'the job has children that have not ended';
  return code === -9 ? 'a child of the job has failed' : undefined;
}

function readStatus([ready, dueMs, limitedForMs, nowMs]: RawStatus): QueueStatus {
  return { ready, nextDue: dueMs === 0 ? undefined : { atMs: dueMs, inMs: dueMs - nowMs }, limitedForMs };
}

/** A settlement's code, a fetched job, what failed, or null for no job. */
type RawEntry = number | string | readonly [failure: string] | null;
type RawStatus = readonly [ready: number, dueMs: number, limitedForMs: number, nowMs: number];
type RawAnswer = readonly [entries: readonly RawEntry[], status: RawStatus | null];

const MISSING_ENTRY: RawEntry = ['the answer has fewer entries than the call'];

function isRawAnswer(answer: unknown): answer is RawAnswer {
  return Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]);
}
