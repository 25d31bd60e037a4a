// The same requests as BullMQ's own client would make them: its shipped scripts, one call each, with the arguments that its
// RedisQueueBackend writes (6.7).
import { createRequire } from 'node:module';
import { writeEntries, type BullmqScriptName, type ChannelRequest } from './core-inside.js';
import type { QueueState } from './random-state.js';
import { PREFIX } from './state-draft.js';
import type { CallSettings } from './trial-settings.js';

/** One call of one of BullMQ's scripts. */
export interface PlainCall {
  readonly script: BullmqScriptName;
  readonly kind: 'settle' | 'fetch';
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

/** The calls for the requests, in order: a request that settles and fetches is two. */
export function plainCalls(
  requests: readonly ChannelRequest[],
  state: QueueState,
  settings: CallSettings,
): PlainCall[] {
  return requests.flatMap(({ settle, fetch }) => [
    ...(settle ? [settlementCall(settle, state, settings)] : []),
    ...(fetch === undefined ? [] : [fetchCall(fetch, state, settings)]),
  ]);
}

function fetchCall(token: string, { now, limit }: QueueState, { leaseMs, worker }: CallSettings): PlainCall {
  const limiter = limit && { max: limit.max, duration: limit.durationMs };
  const names = [
    'wait',
    'active',
    'prioritized',
    'events',
    'stalled',
    'limiter',
    'delayed',
    'paused',
    'meta',
    'pc',
    'marker',
  ];
  const options = pack({ token, lockDuration: leaseMs, limiter, name: worker });
  return { script: 'moveToActive', kind: 'fetch', keys: names.map(key), args: [PREFIX, now, options] };
}

type Settle = NonNullable<ChannelRequest['settle']>;

function settlementCall(settle: Settle, state: QueueState, settings: CallSettings): PlainCall {
  const { kind } = settle.settlement;
  if (kind === 'requeue') return requeueCall(settle);
  if (kind === 'waitForChildren') return waitCall(settle, state);
  if (kind !== 'retry') return finishCall(settle, state, settings);
  return settle.settlement.delayMs > 0 ? delayCall(settle, state) : retryCall(settle, state);
}

function finishCall({ job, settlement }: Settle, state: QueueState, { leaseMs, worker }: CallSettings): PlainCall {
  const isAck = settlement.kind === 'ack';
  const [target, property] = isAck ? ['completed', 'returnvalue'] : ['failed', 'failedReason'];
  const names = ['wait', 'active', 'prioritized', 'events', 'stalled', 'limiter', 'delayed', 'paused', 'meta', 'pc'];
  const { id } = job.record;
  const keys = [...names, target, id, `metrics:${target}`, 'marker'].map(key);
  const [value, fields] = isAck ? [settlement.result, ''] : failureOf({ job, settlement });
  const options = pack({
    token: job.leaseToken,
    name: worker,
    keepJobs: keepJobsOf(id, isAck, state),
    limiter: undefined,
    lockDuration: leaseMs,
    // Whether they are used up is for the worker to say.
    attempts: settlement.kind === 'deadLetter' && settlement.isExhausted ? 0 : 1_000,
    maxMetricsSize: '',
    fpof: false,
    cpof: false,
    idof: false,
    rdof: false,
  });
  const args = [id, state.now, property, value, target, 0, PREFIX, options, fields];
  return { script: 'moveToFinished', kind: 'settle', keys, args };
}

function delayCall({ job, settlement }: Settle, { now }: QueueState): PlainCall {
  const { id } = job.record;
  const names = [
    'marker',
    'active',
    'prioritized',
    'delayed',
    id,
    'events',
    'meta',
    'stalled',
    'wait',
    'limiter',
    'pc',
  ];
  const [, fields] = failureOf({ job, settlement });
  const delayMs = settlement.kind === 'retry' ? settlement.delayMs : 0;
  const args = [PREFIX, now, id, job.leaseToken, delayMs, '0', fields, 0, ''];
  return { script: 'moveToDelayed', kind: 'settle', keys: names.map(key), args };
}

function retryCall({ job, settlement }: Settle, state: QueueState): PlainCall {
  const { now } = state;
  const { id } = job.record;
  const names = ['active', 'wait', 'paused', id, 'meta', 'events', 'delayed', 'prioritized', 'pc', 'marker', 'stalled'];
  const [, fields] = failureOf({ job, settlement });
  const args = [PREFIX, now, isLifo(id, state) ? 'RPUSH' : 'LPUSH', id, job.leaseToken, fields];
  return { script: 'retryJob', kind: 'settle', keys: names.map(key), args };
}

function requeueCall({ job }: Settle): PlainCall {
  const { id } = job.record;
  const names = ['active', 'wait', 'stalled', 'paused', 'meta', 'limiter', 'prioritized', 'marker', 'events'];
  const args = [id, job.leaseToken, key(id)];
  return { script: 'moveJobFromActiveToWait', kind: 'settle', keys: names.map(key), args };
}

/** A BullMQ worker asks first whether there is anything to wait for, and goes on when there is not; ours gives the job back then. */
function waitCall(settle: Settle, state: QueueState): PlainCall {
  const { id } = settle.job.record;
  if (!state.waitsForChildren.has(id)) return requeueCall(settle);
  const names = ['active', 'waiting-children', id, `${id}:dependencies`, `${id}:unsuccessful`, 'stalled', 'events'];
  const args = [settle.job.leaseToken, '', state.now, id, PREFIX];
  return { script: 'moveToWaitingChildren', kind: 'settle', keys: names.map(key), args };
}

/** What is written when a delivery failed. The traces' text is the channel's own: it says the same, and its test is elsewhere. */
function failureOf({ job, settlement }: Settle): [reason: string, fields: Buffer] {
  const [word, , , , , , reason = '', traces = ''] = writeEntries([{ settle: { job, settlement } }]);
  if (word === 'ack' || word === 'requeue') throw new Error(`expected a failure, got ${word}`);
  return [String(reason), pack(['failedReason', reason, 'stacktrace', traces])];
}

function isLifo(id: string, state: QueueState): boolean {
  return storedOptions(id, state)['lifo'] === true;
}

function storedOptions(id: string, { held, waiting }: QueueState): Readonly<Record<string, unknown>> {
  return JSON.parse([...held, ...waiting].find((job) => job.id === id)?.fields.opts ?? '{}') as Record<string, unknown>;
}

/** `RedisQueueBackend#getKeepJobs`, with the worker's options as Acktor's defaults have them. */
function keepJobsOf(id: string, isAck: boolean, state: QueueState): KeepJobs {
  const { retention } = state;
  const { removeOnComplete, removeOnFail } = storedOptions(id, state) as Readonly<
    Record<string, boolean | number | KeepJobs>
  >;
  const own = isAck ? removeOnComplete : removeOnFail;
  if (typeof own === 'object') return own;
  if (typeof own === 'number') return { count: own };
  if (own !== undefined) return { count: own ? 0 : -1 };
  // Our own list says what goes of our own jobs, and those of others are kept.
  if (!isAck || retention.keepsOthers) return { count: -1 };
  return { age: retention.ackedAgeSeconds, count: retention.ackedCount };
}

interface KeepJobs {
  readonly age?: number;
  readonly count?: number;
}

/** The key of that name in the queue under trial. */
export function key(name: string): string {
  return PREFIX + name;
}

// The packer that BullMQ packs with, as it sets it up.
const bullmq = createRequire(createRequire(import.meta.url).resolve('bullmq'));
const { Packr } = bullmq('msgpackr') as { readonly Packr: new (options: object) => { pack(value: unknown): Buffer } };
const packer = new Packr({ useRecords: false, encodeUndefinedAsNil: true });

/** As BullMQ packs what its scripts unpack. */
export function pack(value: unknown): Buffer {
  return Buffer.from(packer.pack(value));
}
