// Writes a batch of jobs as the arguments of the send script, and reads the script's answer.
import { readMeta, type Meta } from '../../../../contract/meta.js';
import { type ScriptClient, isLonger, noteDenial, tooLong } from '../../connection/redis-script.js';
import { BrokerReplyError } from '../../../broker-errors.js';
import type { JobGroup } from '../../../../contract/groups.js';
import type { SendDuplicate, SendOutcome, SendRefusal } from '../../../broker.js';
import type { OutgoingJob } from '../../../work-queue.js';
import type { Dedup, Expiry } from '../../../send-terms.js';
import type { QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';

/** What is to be added, and where. */
export interface SendCall {
  readonly keys: QueueKeys;
  readonly jobs: readonly OutgoingJob[];
  /** Whether an ordinary call may take a shorter path with the same effect and the same answer. */
  readonly fastPath: boolean;
  /** The most bytes that the server takes in one text. */
  readonly maxTextBytes: number;
}

/**
 * Adds the jobs to the queue in one call, without those that are too long for the server, which are refused. @throws BrokerReplyError when
 * the answer has an unknown form.
 */
export async function addJobs(client: ScriptClient, call: SendCall): Promise<readonly (SendOutcome | SendRefusal)[]> {
  const { jobs, maxTextBytes } = call;
  const isTooLong = ({ payload }: OutgoingJob) => isLonger(payload, maxTextBytes);
  if (!jobs.some(isTooLong)) return addAll(client, call);
  const sendable = jobs.filter((job) => !isTooLong(job));
  const outcomes = sendable.length === 0 ? [] : await addAll(client, { ...call, jobs: sendable });
  let at = 0;
  return jobs.map((job) => {
    if (isTooLong(job)) return { refused: `it has ${tooLong(job.payload, maxTextBytes)}` };
    return outcomes[at++] ?? { refused: 'the server gave no answer for this job' };
  });
}

async function addAll(
  client: ScriptClient,
  { keys, jobs, fastPath }: SendCall,
): Promise<readonly (SendOutcome | SendRefusal)[]> {
  const head = [keys.prefix, fastPath ? '1' : '0'];
  const outcomes = await scripts.send.run(client, keys.send, [...head, ...writeJobs(jobs)]);
  if (outcomes === ALL_ACCEPTED) return jobs.map(() => 'accepted');
  if (!Array.isArray(outcomes) || outcomes.length !== jobs.length) throw new BrokerReplyError('the send script');
  for (const outcome of outcomes) if (typeof outcome === 'string') noteDenial(client, outcome);
  return outcomes.map(readOutcome);
}

const ALL_ACCEPTED = 1;

/** The jobs as the script takes them: the options that successive jobs have in common are written once. */
export function writeJobs(jobs: readonly OutgoingJob[]): (string | number)[] {
  const entries: (string | number)[] = [];
  for (const run of runsOf(jobs)) {
    entries.push(run.length, run[0].name, sentOptions(run[0]));
    for (const { id, payload } of run) entries.push(id, payload);
  }
  return entries;
}

/** What is stored, and what is of the send alone. */
export function sentOptions(job: OutgoingJob): string {
  const stored = storedOptions(job);
  if (job.maxLength === undefined) return stored;
  const { jobs, whenFull } = job.maxLength;
  return `${stored.slice(0, -1)},"ml":[${jobs},${whenFull === 'dropOldest' ? 1 : 0}]}`;
}

type Run = [OutgoingJob, ...OutgoingJob[]];

function runsOf(jobs: readonly OutgoingJob[]): readonly Run[] {
  const runs: Run[] = [];
  for (const job of jobs) {
    const run = runs.at(-1);
    if (run && isSentAlike(run[0], job)) run.push(job);
    else runs.push([job]);
  }
  return runs;
}

/** Whether both have the same name, the same {@link storedOptions} and the same bound. */
function isSentAlike(one: OutgoingJob, other: OutgoingJob): boolean {
  return (
    one.name === other.name &&
    one.attempts === other.attempts &&
    one.backoff === other.backoff &&
    one.delayMs === other.delayMs &&
    one.priority === other.priority &&
    one.version === other.version &&
    one.reuse === other.reuse &&
    one.trace === other.trace &&
    one.maxLength === other.maxLength &&
    areExtrasAlike(one, other)
  );
}

function areExtrasAlike(one: OutgoingJob, other: OutgoingJob): boolean {
  return (
    one.meta === other.meta &&
    one.dedup === other.dedup &&
    one.computedFor === other.computedFor &&
    one.published === other.published &&
    (one.slot === undefined) === (other.slot === undefined) &&
    isOfGroup(one, other.group) &&
    one.flow === other.flow &&
    isExpiryAlike(one.expiry, other.expiry)
  );
}

function isOfGroup({ group: one }: OutgoingJob, other: JobGroup | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const { key, concurrency, holdsWhenDead } = other;
  return one.key === key && one.concurrency === concurrency && one.holdsWhenDead === holdsWhenDead;
}

function isExpiryAlike(one: Expiry | undefined, other: Expiry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.afterMs === other.afterMs && one.atMs === other.atMs && one.whenExpired === other.whenExpired;
}

export function readOutcome(outcome: unknown): SendOutcome | SendRefusal {
  if (outcome === 1) return 'accepted';
  if (Array.isArray(outcome)) {
    const [place, standIn] = outcome as readonly (string | number | undefined)[];
    if (place === 'full') return { refused: 'the queue is full', full: { waiting: Number(standIn) } };
    const duplicateOf = place as SendDuplicate['duplicateOf'];
    return standIn === undefined ? { duplicateOf } : { duplicateOf, standIn: String(standIn) };
  }
  return { refused: String(outcome) };
}

/** The version of a job's payload, as the options stored with it say: 1 where they say none, or cannot be read. */
export function storedVersion(options: string | undefined): number {
  try {
    return (JSON.parse(options ?? '{}') as { readonly payloadVersion?: number }).payloadVersion ?? 1;
  } catch {
    return 1;
  }
}

/** The headers of a job, as the options stored with it have them; undefined for none. */
export function storedMeta(options: string | undefined): Meta | undefined {
  try {
    return readMeta((JSON.parse(options ?? '{}') as { readonly meta?: unknown } | null)?.meta);
  } catch {
    return undefined;
  }
}

/** Marks, in the stored options, a job that a producer of Acktor sent. Short: it is in every job's hash. */
export const SENT_BY_ACKTOR = 'ak';

/** The options of a job as JSON. What is undefined here is left out there. */
export function storedOptions(job: OutgoingJob): string {
  const { attempts, backoff, delayMs, priority, version = 1, trace, reuse, flow, dedup } = job;
  const waitMs = dedup?.mode === 'debounce' ? dedup.ttlMs : delayMs;
  return JSON.stringify({
    attempts,
    backoff: backoff && { type: backoff.type, delay: backoff.delayMs, jitter: backoff.jitter ?? 0 },
    delay: waitMs === 0 ? undefined : waitMs,
    priority: priority > 0 ? priority : undefined,
    de: dedup && storedDedup(dedup),
    // BullMQ keeps what it does not know. Its own clients write none, so theirs are of version 1.
    payloadVersion: version > 1 ? version : undefined,
    // What BullMQ's own telemetry calls it.
    tm: trace,
    reuse,
    flow,
    ...storedGroup(job.group),
    ...storedExtras(job),
    // By which a worker knows that the retention of acked jobs holds for this one: other clients' are kept as they say.
    [SENT_BY_ACKTOR]: 1,
  });
}

/** The key of a job, and how many of that may be under way. */
function storedGroup(group: JobGroup | undefined): object | undefined {
  if (group === undefined) return undefined;
  const { key, concurrency, holdsWhenDead } = group;
  return { key, turns: concurrency === 1 ? undefined : concurrency, holds: holdsWhenDead ? 1 : undefined };
}

/** Headers, expiry, by which exchange and key it came, and of which schedule it is a run: by its id (`sl`), or for its payload, which its contract computes (`sd`). */
function storedExtras({ meta, expiry, slot, computedFor, published }: OutgoingJob): object {
  const xr = expiry?.whenExpired === 'remove' ? 1 : undefined;
  const pb = published && [published.exchange, published.routingKey];
  return { meta, xi: expiry?.afterMs, xa: expiry?.atMs, xr, sl: slot && 1, sd: computedFor, pb };
}

/** As BullMQ has it (6.7). */
function storedDedup({ key, mode, ttlMs }: Dedup): object {
  switch (mode) {
    case 'once':
      return { id: key };
    case 'throttle':
      return { id: key, ttl: ttlMs };
    case 'debounce':
      return { id: key, ttl: ttlMs, extend: true, replace: true };
    case 'keepLast':
      return { id: key, keepLastIfActive: true };
  }
}
