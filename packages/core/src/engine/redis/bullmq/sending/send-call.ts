// Writes a batch of jobs as the arguments of the send script, and reads the script's answer.
import { type ScriptClient, isLonger, noteDenial, tooLong } from '../../connection/redis-script.js';
import { BrokerReplyError } from '../../../broker-errors.js';
import type { SendOutcome, SendRefusal } from '../../../broker.js';
import type { JobGroup } from '../../../../contract/groups.js';
import type { OutgoingJob } from '../../../work-queue.js';
import type { JobPlace } from '../../../../operator/queue-admin.js';
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
    entries.push(run.length, run[0].name, storedOptions(run[0]));
    for (const { id, payload } of run) entries.push(id, payload);
  }
  return entries;
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

/** Whether both have the same name and the same {@link storedOptions}. */
function isSentAlike(one: OutgoingJob, other: OutgoingJob): boolean {
  return (
    one.name === other.name &&
    one.attempts === other.attempts &&
    one.backoff === other.backoff &&
    one.delayMs === other.delayMs &&
    one.priority === other.priority &&
    one.version === other.version &&
    one.reuse === other.reuse &&
    isOfGroup(one, other.group) &&
    one.flow === other.flow &&
    one.trace === other.trace
  );
}

function isOfGroup({ group: one }: OutgoingJob, other: JobGroup | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const { key, concurrency, holdsWhenDead } = other;
  return one.key === key && one.concurrency === concurrency && one.holdsWhenDead === holdsWhenDead;
}

function readOutcome(outcome: unknown): SendOutcome | SendRefusal {
  if (outcome === 1) return 'accepted';
  if (Array.isArray(outcome)) return { duplicateOf: outcome[0] as JobPlace };
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

/** Marks, in the stored options, a job that a producer of Acktor sent. Short: it is in every job's hash. */
export const SENT_BY_ACKTOR = 'ak';

/** The options of a job as JSON. What is undefined here is left out there. */
export function storedOptions({
  attempts,
  backoff,
  delayMs,
  priority,
  version = 1,
  trace,
  reuse,
  group,
  flow,
}: OutgoingJob): string {
  return JSON.stringify({
    attempts,
    backoff: backoff && { type: backoff.type, delay: backoff.delayMs, jitter: backoff.jitter ?? 0 },
    delay: delayMs > 0 ? delayMs : undefined,
    priority: priority > 0 ? priority : undefined,
    // BullMQ keeps what it does not know. Its own clients write none, so theirs are of version 1.
    payloadVersion: version > 1 ? version : undefined,
    // What BullMQ's own telemetry calls it.
    tm: trace,
    reuse,
    key: group?.key,
    turns: group === undefined || group.concurrency === 1 ? undefined : group.concurrency,
    holds: group?.holdsWhenDead ? 1 : undefined,
    flow,
    // By which a worker knows that the retention of acked jobs holds for this one: other clients' are kept as they say.
    [SENT_BY_ACKTOR]: 1,
  });
}
