// What a doctor checks on the queues and their workers: whether a worker takes what waits.
import type { Kept } from '@acktor/core/engine';
import { bullmqVersion } from '@acktor/core/internal';
import { duration } from '../output/durations.js';
import { counted } from '../output/output.js';
import { shellWord } from '../output/printable.js';
import { ok, warn, type Check, type Findings, type QueueFindings } from './examination.js';

/** Whether active jobs have no holder: a worker that runs gives them back within seconds. */
const leasesCheck: Check = {
  name: 'leases',
  judge: ({ queues }) => {
    const stuck = queues.filter(({ unleased }) => unleased > 0);
    const active = queues.reduce((sum, queue) => sum + queue.active, 0);
    if (stuck.length === 0) return ok(active === 0 ? 'nothing is held' : `active jobs: ${active}, all held`);
    const found = `active jobs without a lease: ${stuck.map(({ queue, unleased }) => `${unleased} of ${queue}`).join(', ')}`;
    return warn(found, 'start a worker for the queue: it gives them back within seconds');
  },
};

/** Whether what deliveries have sent to other slots of a cluster gets there: it waits while its queue's server is away or takes nothing. */
const outboxesCheck: Check = {
  name: 'outboxes',
  judge: ({ queues }) => {
    const backedUp = queues.filter(({ unforwarded }) => unforwarded >= MANY_UNFORWARDED);
    if (backedUp.length === 0) return ok('nothing waits to be forwarded for long');
    const listed = backedUp.map(({ queue, unforwarded }) => `${unforwarded} of ${queue}`).join(', ');
    return warn(
      `jobs that deliveries have sent wait to be forwarded: ${listed}`,
      'see that a worker of the queue runs, and that the servers of the queues that they are for are there and have memory',
    );
  },
};

/** Some hundreds are forwarded in a second. */
const MANY_UNFORWARDED = 100;

/** Whether every queue with waiting jobs has a worker, and whether the workers keep up with their own timers. */
const workersCheck: Check = {
  name: 'workers',
  judge: (findings) => {
    const { workers } = findings;
    const [unattended] = unattendedOf(findings);
    if (unattended !== undefined)
      return warn(`${unattended} has jobs that wait, and no worker`, 'start one: acktor work <files>');
    const late = workers.toSorted((one, other) => latenessOf(other) - latenessOf(one))[0];
    if (late !== undefined && latenessOf(late) > LATE_MS) return warn(lateWords(late), MORE_PROCESSES);
    return ok(
      workers.length === 0 ? 'none, and nothing waits' : counted(workers.length, 'process runs', 'processes run'),
    );
  },
};

function unattendedOf({ queues, workers }: Findings): readonly string[] {
  const attended = new Set(workers.flatMap(({ consumers }) => consumers.map(({ queue }) => queue)));
  return queues.filter(({ queue, waiting }) => waiting > 0 && !attended.has(queue)).map(({ queue }) => queue);
}

type Worker = Findings['workers'][number];

function latenessOf({ eventLoop }: Worker): number {
  return Math.max(eventLoop.blockedForMs, eventLoop.lagP99Ms);
}

function lateWords({ workerId, host, eventLoop: { blockedForMs, lagP99Ms } }: Worker): string {
  const lateness =
    blockedForMs > LATE_MS ? `has not moved for ${duration(blockedForMs)}` : `is ${duration(lagP99Ms)} late at times`;
  return `the main thread of ${workerId} on ${host} ${lateness}`;
}

const LATE_MS = 1_000;
const MORE_PROCESSES = 'its handlers compute for too long: give them fewer consumers and more processes (--processes)';

/** Whether a queue is paused, and perhaps forgotten. */
const pausedCheck: Check = {
  name: 'paused',
  judge: ({ queues }) => {
    const paused = queues.filter(({ isPaused }) => isPaused).map(({ queue }) => queue);
    if (paused.length === 0) return ok('no queue is');
    return warn(paused.join(', '), `acktor resume ${shellWord(paused[0] ?? '').toString()}`);
  },
};

/** Whether plain BullMQ clients of another kind share the queues: their scripts may keep jobs in another form. */
const clientsCheck: Check = {
  name: 'clients',
  judge: ({ queues }) => {
    const ours = majorOf(bullmqVersion());
    const strangers = queues.filter(({ client }) => client !== undefined && majorOf(client) !== ours);
    if (strangers.length === 0)
      return ok(`Acktor runs the scripts of BullMQ ${bullmqVersion()}; no other client left its mark`);
    const listed = strangers.map(({ queue, client }) => `${queue} (${client})`).join(', ');
    return warn(`other clients share queues: ${listed}`, `use BullMQ ${ours} there, as Acktor does`);
  },
};

/** Of `6.7.0`, and of what BullMQ writes: `bullmq:6.7.0`. */
function majorOf(version: string | undefined): string {
  return /(\d+)\./.exec(version ?? '')?.[1] ?? 'unknown';
}

/** What the next acks and dead letters forget of what is kept now: most of a history, where a bound was set on a queue that had none. */
const retentionCheck: Check = {
  name: 'retention',
  judge: ({ queues, retention: { acked, dead, isForAllClients } }) => {
    const losses = queues.flatMap((depth) => [
      ...(isForAllClients ? lossesOfAcked(depth, acked) : []),
      ...lossOf(depth.queue, { what: 'dead letters', kept: depth.deadLetters, most: dead.count }),
    ]);
    if (losses.length > 0) return warn(`workers will forget: ${losses.join(', ')}`, KEEP_MORE);
    const others = queues.filter(({ ackedByOthers }) => ackedByOthers > 0 && !isForAllClients);
    if (others.length === 0) return ok('nothing is kept that workers would forget');
    const listed = others.map(({ queue, ackedByOthers }) => `${queue} (${ackedByOthers} of the oldest hundred)`);
    return ok(`acked jobs of other clients stay as they kept them: ${listed.join(', ')}`);
  },
};

function lossesOfAcked(depth: QueueFindings, { ageSeconds, count }: Kept): readonly string[] {
  const { queue, acked, oldestAckedAtMs = Infinity, readAtMs } = depth;
  const ageMs = ageSeconds * 1_000;
  const isAged = oldestAckedAtMs < readAtMs - ageMs - SLACK_MS;
  const aged = isAged ? [`${queue}: acked jobs older than ${duration(ageMs)}`] : [];
  return [...lossOf(queue, { what: 'acked jobs', kept: acked, most: count }), ...aged];
}

interface KeptNow {
  readonly what: string;
  readonly kept: number;
  readonly most: number;
}

function lossOf(queue: string, { what, kept, most }: KeptNow): readonly string[] {
  const lost = kept - most;
  return lost <= 0 ? [] : [`${queue}: ${lost.toLocaleString('en')} of ${kept.toLocaleString('en')} ${what}`];
}

/** A queue at work keeps some that are about to go. */
const SLACK_MS = 60_000;
const KEEP_MORE =
  'to keep them, leave out ackedCount and ackedAgeSeconds (jobs of other clients are not forgotten then), or set them to all and forever; and deadCount, deadAgeSeconds';

/** In the order in which they are printed. */
export const workerChecks: readonly Check[] = [
  leasesCheck,
  outboxesCheck,
  workersCheck,
  pausedCheck,
  retentionCheck,
  clientsCheck,
];
