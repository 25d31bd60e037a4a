// Consumers that no worker is made of: by the engine's port, for what a handler cannot do.
import type { Engine, JobRecord, LeasedJob, SettleOutcome, WorkQueue } from '@acktor/core/engine';
import { randomUUID } from 'node:crypto';
import { until } from '../signals/until.js';

interface Place {
  readonly engine: Engine;
  readonly namespace: string;
}

/** A process that holds a job. `close` ends it as SIGKILL does: its connections are gone, and nothing is given back. */
interface DoomedHolder {
  readonly record: JobRecord;
  readonly close: () => Promise<void>;
}

/** Appears as a process of its own, and takes the next job of the queue. */
export async function doomedIn({ engine, namespace }: Place, queue: string): Promise<DoomedHolder> {
  const process = `doomed-${randomUUID()}`;
  const opening = { namespace, process, queues: [queue], connectTimeoutMs: 10_000, holdOffMs: 100 };
  const liveness = await engine.openLiveness(opening);
  await liveness.appear(() => undefined);
  const { broker, close } = await openedBy(engine, namespace);
  const { record } = await taken(broker.workQueue(queue), `${process}|1`);
  const end = async () => {
    await liveness.close();
    await close();
  };
  let ended: Promise<void> | undefined;
  return { record, close: () => (ended ??= end()) };
}

/** Takes the next job, and acks it twice, or under the lease of another consumer; gives it back in that case. */
export async function ackOddly(
  { engine, namespace }: Place,
  { queue, how }: { readonly queue: string; readonly how: 'twice' | 'fromAnother' },
): Promise<'taken' | 'refused'> {
  const { broker, close } = await openedBy(engine, namespace);
  try {
    const work = broker.workQueue(queue);
    const process = randomUUID();
    const held = await taken(work, `${process}|1`);
    if (how === 'twice') await settled(work, held, 'ack');
    const other = { ...held, leaseToken: `${process}|2` };
    const outcome = await settled(work, how === 'twice' ? held : other, 'ack');
    if (how === 'fromAnother') await settled(work, held, 'requeue');
    return outcome === 'lost' ? 'refused' : 'taken';
  } finally {
    await close();
  }
}

async function openedBy(engine: Engine, namespace: string) {
  const connected = await engine.openBroker({ namespace, name: 'acktor-test', connectTimeoutMs: 10_000 });
  return { broker: connected.broker, close: () => connected.close() };
}

/** The worker is the process of the token: by that a repeat is known. */
const callBy = (token: string) => ({
  leaseMs: 60_000,
  worker: token.slice(0, token.lastIndexOf('|')),
  wantsStatus: false,
});

/** The next job, as soon as there is one. */
async function taken(work: WorkQueue, token: string): Promise<LeasedJob> {
  let job: LeasedJob | undefined;
  await until('there is a job to take', async () => {
    const [reply] = (await work.settleAndFetch([{ fetch: token }], callBy(token))).replies;
    if (reply?.fetched?.kind === 'job') ({ job } = reply.fetched);
    return job !== undefined;
  });
  return job as LeasedJob;
}

async function settled(work: WorkQueue, job: LeasedJob, how: 'ack' | 'requeue'): Promise<SettleOutcome | undefined> {
  const settlement = how === 'ack' ? ({ kind: 'ack', result: 'null' } as const) : ({ kind: 'requeue' } as const);
  const [reply] = (await work.settleAndFetch([{ settle: { job, settlement } }], callBy(job.leaseToken))).replies;
  if (reply?.error) throw reply.error;
  return reply?.settled;
}
