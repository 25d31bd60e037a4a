// A queue as a whole, in one atomic call each: how full it is, signs that something is wrong with it, pausing it and promoting a job.
import type { ScriptClient } from '../../connection/redis-script.js';
import type { LimitChange, QueueDepth, QueueLimits, QueueSymptoms } from '../../../../operator/queue-admin.js';
import type { QueueKeys } from '../queue-keys.js';
import { CONSTANTS } from '../scripts/built-scripts.js';
import { scripts } from '../scripts/scripts.js';

export async function readDepth(client: ScriptClient, { queue, keys }: QueueContext): Promise<QueueDepth> {
  const answer = (await scripts.depth.run(client, keys.channel, [keys.prefix])) as DepthAnswer;
  const [isPaused, waiting, waitingForChildren, delayed, active, acked, deadLetters, oldest, nextDue, readAtMs] =
    answer;
  return {
    queue,
    isPaused: isPaused === 1,
    waiting,
    waitingForChildren,
    delayed,
    active,
    acked,
    deadLetters,
    oldestWaitingAtMs: oldest === null ? undefined : Number(oldest),
    nextDueAtMs: nextDue === null ? undefined : Math.floor(Number(nextDue) / CONSTANTS.dueUnitsPerMs),
    readAtMs,
  };
}

type DepthAnswer = readonly [
  isPaused: number,
  waiting: number,
  waitingForChildren: number,
  delayed: number,
  active: number,
  acked: number,
  deadLetters: number,
  oldestWaitingAtMs: string | null,
  nextDueScore: string | null,
  readAtMs: number,
];

/** A queue and its keys. */
export interface QueueContext {
  readonly queue: string;
  readonly keys: QueueKeys;
}

export async function readSymptoms(
  client: ScriptClient,
  { keys }: QueueContext,
): Promise<Omit<QueueSymptoms, 'faults'>> {
  const answer = await scripts.symptoms.run(client, keys.channel, [keys.prefix, MOST_ACTIVE]);
  const [unleased, mark, unforwarded, ackedByOthers, oldest] = answer as SymptomsAnswer;
  const oldestAckedAtMs = oldest === null ? undefined : Number(oldest);
  return { unleased, unforwarded, client: mark ?? undefined, ackedByOthers, oldestAckedAtMs };
}

type SymptomsAnswer = readonly [
  unleased: number,
  mark: string | null,
  unforwarded: number,
  ackedByOthers: number,
  oldest: string | null,
];

/** The oldest are checked: those that lost their lease are among them. */
const MOST_ACTIVE = 1_000;

/** No BullMQ client fetches from the queue from now on. */
export async function pauseQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  await scripts.pause.run(client, keys.channel, [keys.prefix, 'paused']);
}

/** Wakes waiting consumers when there is work. */
export async function resumeQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  // A queue that an old BullMQ paused keeps its jobs apart, and brings them back some thousands at a time.
  while (Number(await scripts.pause.run(client, keys.channel, [keys.prefix, 'resumed'])) > 0);
}

/** What BullMQ's `setGlobalConcurrency` and `setGlobalRateLimit` (6.7) have stored, and {@link limitQueue}. */
export async function readLimits(
  client: { hmget(key: string, ...fields: string[]): Promise<(string | null)[]> },
  { prefix }: QueueKeys,
): Promise<QueueLimits> {
  const stored = await client.hmget(`${prefix}meta`, 'concurrency', 'max', 'duration');
  const [concurrency, max, durationMs] = stored.map((text) => (Number(text) > 0 ? Number(text) : undefined));
  return { concurrency, rate: max === undefined || durationMs === undefined ? undefined : { max, durationMs } };
}

export async function limitQueue(client: ScriptClient, keys: QueueKeys, change: LimitChange): Promise<void> {
  const { concurrency, rate } = change;
  const [max, durationMs] = rate === null ? [0, 0] : [rate?.max ?? '', rate?.durationMs ?? ''];
  const args = [concurrency === null ? 0 : (concurrency ?? ''), max, durationMs];
  await scripts.limitQueue.run(client, keys.channel, args);
}

/** Resolves with whether the job was delayed. One that waits for the rate of its key uses its token early. */
export async function makeDue(client: ScriptClient, keys: QueueKeys, id: string): Promise<boolean> {
  return (await scripts.promote.run(client, keys.channel, [keys.prefix, id, ''])) === 0;
}

/** Resolves with `left` for a job that waits for the rate of its key, and `gone` for one that is not delayed. */
export async function makeDueByRate(
  client: ScriptClient,
  keys: QueueKeys,
  id: string,
): Promise<'due' | 'left' | 'gone'> {
  const code = await scripts.promote.run(client, keys.channel, [keys.prefix, id, '1']);
  if (code === 0) return 'due';
  return code === -4 ? 'left' : 'gone';
}
