// Says where the three ways differ, and what of that is meant.
//
// Acktor's own, beside BullMQ's scripts:
// - a `history` in the hash of a job whose delivery ended without an ack;
// - a job that is to wait for children of which none is left is given back at once, where a BullMQ worker goes on with it;
// - after a requeue, the marker that wakes a worker: BullMQ sets none for a prioritized job;
// - an entry that BullMQ's script would fail halfway is refused before, with nothing changed, or the job's record is mended and the job
//   poisoned: where a job lies in the place of a part of the queue, or its deliveries are no number, only the fast path and the
//   full one are compared;
// - what a fetch answers: the fields that Acktor reads (what it leaves is compared whole), and how many there are;
// - a job in the place of the jobs with a priority: the fast path goes on for as long as nothing reads these, and the full one moves it out of the
//   way. Nothing is compared where the fast path has left it;
// - a list of our own acked jobs, and what that has forgotten: where something may have to go by it, only the fast path and the full one are
//   compared;
// - the time for which a rate limit holds is answered once, with the status, and not by a requeue;
// - a settlement with the right fence that finds its lease expired, or the delivery settled already, succeeds. Where BullMQ refused
//   a settlement that had the right fence, only the fast path and the full one are compared.
import { isDeepStrictEqual } from 'node:util';
import { readJobText, JOB_FIELDS, type JobFields } from './core-inside.js';
import type { ReadKey } from './database.js';
import type { PlainCall } from './plain-call.js';
import { PREFIX } from './state-draft.js';
import type { Trial, TrialOutcomes } from './trial.js';
import { SETTINGS } from './trial-settings.js';

/** One thing that is not equal. */
export interface Difference {
  readonly where: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** How a trial came out. `isAgainstBullmq`: whether BullMQ's calls were compared too. */
export interface Verdict {
  readonly differences: readonly Difference[];
  readonly isAgainstBullmq: boolean;
}

const NOT_COMPARED: Verdict = { differences: [], isAgainstBullmq: false };

export function judge(trial: Trial, outcomes: TrialOutcomes): Verdict {
  const { plain, full, fast } = outcomes;
  if (fast.left.includes(`["${PREFIX}prioritized","hash"`)) return NOT_COMPARED;
  const slowReplies = repliesOf(full.answer);
  const fastReplies = repliesOf(fast.answer);
  const ofFast = [
    ...compared('failure of the full path', undefined, slowReplies.failure),
    ...comparedEach('of the fast path', slowReplies.entries, fastReplies.entries),
    ...compared('failure of the fast path', undefined, fastReplies.failure),
    ...compared('the status of the fast path', slowReplies.status, fastReplies.status),
    ...comparedKeys('left by the fast path', full.left, { left: fast.left }),
  ];
  const expected = trial.plain.map((call, i) => plainReply(call, plain.answers[i]));
  const isAgainstBullmq = !isForgiven(trial, expected);
  if (!isAgainstBullmq) return { differences: ofFast, isAgainstBullmq };
  const hasRequeue = trial.plain.some(isRequeue);
  const ofBullmq = [
    ...comparedEach('of the full path', expected, slowReplies.entries.map(asBullmq)),
    ...comparedKeys('left by the full path', plain.left, {
      left: full.left,
      only: hasRequeue ? withoutOwn : withoutHistory,
    }),
    ...limitDifference(plain.answers, slowReplies.status),
  ];
  return { differences: [...ofBullmq, ...ofFast], isAgainstBullmq };
}

/** One entry's reply: how it went, or what it fetched. */
interface Reply {
  readonly code: number | undefined;
  readonly id: string | undefined;
  readonly fields: Readonly<Record<string, string>> | undefined;
  /** Of BullMQ's answers none is told. */
  readonly fieldCount: number | undefined;
  readonly error: string | undefined;
}

interface Replies {
  readonly entries: readonly Reply[];
  /** Ready, next due, and the limit in steps of 100 s. */
  readonly status: readonly number[] | undefined;
  /** Why the call failed as a whole, which none may. */
  readonly failure: string | undefined;
}

function repliesOf(answer: PromiseSettledResult<unknown>): Replies {
  if (answer.status === 'rejected') return { entries: [], status: undefined, failure: String(answer.reason) };
  const [entries, status] = answer.value as [RawEntry[], [number, number, number] | null];
  return {
    entries: entries.map(channelReply),
    status: status === null ? undefined : [status[0], status[1], steps(status[2])],
    failure: undefined,
  };
}

type RawEntry = number | string | null | readonly [failure: string];

function channelReply(entry: RawEntry): Reply {
  if (entry === null) return { ...NOTHING, code: 0 };
  if (typeof entry === 'number') return { ...NOTHING, code: entry };
  if (typeof entry !== 'string') return { ...NOTHING, error: entry[0] };
  const { hash, fieldCount, id } = readJobText(entry, SETTINGS.separator);
  return { ...NOTHING, code: 0, id, fields: told(hash), fieldCount };
}

const NOTHING: Reply = { code: undefined, id: undefined, fields: undefined, fieldCount: undefined, error: undefined };

function plainReply({ kind }: PlainCall, answer: PromiseSettledResult<unknown> | undefined): Reply {
  if (answer?.status !== 'fulfilled') return { ...NOTHING, error: 'an error' };
  if (kind === 'settle') return { ...NOTHING, code: Math.min(Number(answer.value), 0) };
  const [fields, id] = answer.value as [string[] | number, string];
  return Array.isArray(fields)
    ? { ...NOTHING, code: 0, id, fields: told(Object.fromEntries(pairsOf(fields))) }
    : { ...NOTHING, code: 0 };
}

function asBullmq(reply: Reply): Reply {
  const error = reply.error === undefined ? undefined : 'an error';
  return { ...reply, error, fieldCount: undefined };
}

/** Whether BullMQ's scripts fail halfway on the queue, where Acktor's refuse before they write: a part of it is something else, or no number. */
export function isUnsound({ commands }: Pick<Trial['state'], 'commands'>): boolean {
  return commands.some(([name, , field, value]) => {
    return name === 'DEL' || (field === 'opts.maxLenEvents' && !/^\d{1,15}$/.test(String(value)));
  });
}

/** Whether Acktor may have gone on where BullMQ refuses or fails halfway, and so come to another state. */
function isForgiven({ state, call, plain }: Trial, replies: readonly Reply[]): boolean {
  if (isUnsound(state) || state.retention.mayForgetOwn) return true;
  const isUncountable = state.commands.some(([name, , field, value]) => {
    return name === 'HSET' && field === 'ats' && !/^(0|-?[1-9]\d{0,14})$/.test(String(value));
  });
  if (isUncountable && plain.some(({ kind }) => kind === 'fetch')) return true;
  // BullMQ's script has ended the lease of a job when it finds that it is in no list; Acktor's looks first.
  if (plain.some(({ script }, i) => script === 'moveToWaitingChildren' && replies[i]?.code === NOT_ACTIVE)) return true;
  const knowsFence = call.requests.some(({ settle }) => settle !== undefined && settle.job.record.deliveries < 1_000);
  return knowsFence && plain.some(({ kind }, i) => kind === 'settle' && (replies[i]?.code ?? 0) < 0);
}

const NOT_ACTIVE = -3;

function isRequeue({ script }: PlainCall): boolean {
  return script === 'moveJobFromActiveToWait';
}

/** BullMQ says with each fetch how long a rate limit holds; the channel with its status. */
function limitDifference(answers: TrialOutcomes['plain']['answers'], status: Replies['status']): Difference[] {
  if (status === undefined) return [];
  const limits = answers.map((answer) => {
    const value: unknown = answer.status === 'fulfilled' ? answer.value : undefined;
    return Array.isArray(value) && value[0] === 0 ? steps(Number(value[2])) : 0;
  });
  return compared('the rate limit in the status', Math.max(0, ...limits), status[2]);
}

/** No difference, or one. */
export function compared(where: string, expected: unknown, got: unknown): Difference[] {
  return isDeepStrictEqual(expected, got) ? [] : [{ where, expected, got }];
}

function comparedEach(where: string, expected: readonly Reply[], got: readonly Reply[]): Difference[] {
  const places = expected.length >= got.length ? expected : got;
  return places.flatMap((_, i) => compared(`reply ${i} ${where}`, expected[i], got[i]));
}

/** Compares what was left, or `only` what that makes of each key. */
export function comparedKeys(
  where: string,
  expected: string,
  got: { readonly left: string; readonly only?: KeyView },
): Difference[] {
  const { left, only = (key) => key } = got;
  if (expected === left) return [];
  const wanted = keysOf(expected, only);
  const found = keysOf(left, only);
  const names = [...new Set([...wanted.keys(), ...found.keys()])];
  return names.flatMap((name) => compared(`${name}, ${where}`, wanted.get(name), found.get(name)));
}

type KeyView = (key: ReadKey) => ReadKey;

function keysOf(left: string, only: KeyView): ReadonlyMap<string, ReadKey> {
  // Lua writes an empty table as {}: no key, then.
  const read = JSON.parse(left) as ReadKey[] | Record<string, never>;
  const keys = Array.isArray(read) ? read.map(only) : [];
  return new Map(keys.filter(([, , , value]) => !Array.isArray(value) || value.length > 0).map((key) => [key[0], key]));
}

function withoutHistory([name, type, ttl, value]: ReadKey): ReadKey {
  if (type !== 'hash') return [name, type, ttl, value];
  return [name, type, ttl, (value as [string, string][]).filter(([field]) => field !== 'history')];
}

function withoutOwn(key: ReadKey): ReadKey {
  const [name, type, ttl, value] = withoutHistory(key);
  if (name !== `${PREFIX}marker`) return [name, type, ttl, value];
  return [name, type, ttl, (value as [string, string][]).filter(([member]) => member !== '0')];
}

/** Of a job's hash what the channel tells of it. What was fetched without a name, or with less, is told all the same. */
function told(hash: JobFields): Readonly<Record<string, string>> {
  return Object.fromEntries(JOB_FIELDS.flatMap((field) => (hash[field] === undefined ? [] : [[field, hash[field]]])));
}

function pairsOf(fields: readonly string[]): [string, string][] {
  return Array.from({ length: fields.length / 2 }, (_, i) => [fields[2 * i] ?? '', fields[2 * i + 1] ?? '']);
}

function steps(durationMs: number): number {
  return durationMs <= 0 ? 0 : Math.ceil(durationMs / 100_000);
}
