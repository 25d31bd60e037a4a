// 29: the same queue, ids and cancels in two databases of one server, and in two namespaces of one database.
import { Producer, type Receipt } from '@acktor/core';
import { connectFleet } from '@acktor/core/engine';
import type { Violation } from '../checker/evidence.js';
import { trialJob } from '../fleet/trial-job.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { Trial } from '../trial/trial.js';
import { missing, within } from '../trial/time.js';
import type { Scenario } from './scenario.js';

export const separatePlaces: Scenario = {
  number: 29,
  name: 'same ids, two databases, two namespaces',
  about: 'The same ids run in two databases and two namespaces, and are cancelled in one: nothing crosses.',
  runs: { quick: 10, usual: 50, all: 500 },
  lanes: 2,
  controls: ['channels that name their database, and the look at the store for a cancel'],
  controlRuns: 2,
  async run(trial) {
    const { url } = await trial.server();
    const places = await Promise.all(PLACES.map((place) => settle(trial, { ...place, redis: url + place.path })));
    const violations: Violation[] = await seeOthers(places);
    for (let run = 1; run <= trial.runs; run += 1) {
      trial.log(`${run} of ${trial.runs}`);
      violations.push(...(await cancelOne(trial, places, run)));
    }
    return { violations };
  },
};

const PLACES = [
  { name: 'database 0', path: '/0', namespace: 'bull' },
  { name: 'database 1', path: '/1', namespace: 'bull' },
  { name: 'namespace other', path: '/0', namespace: 'other' },
] as const;

interface Place {
  readonly name: string;
  readonly redis: string;
  readonly namespace: string;
}

interface Settled extends Place {
  readonly producer: Producer;
  readonly worker: WorkerProcess;
}

/** A producer and a worker of a place. */
async function settle(trial: Trial, place: Place): Promise<Settled> {
  const { redis, namespace } = place;
  const producer = trial.keep(await Producer.connect({ redis, namespace }));
  const without = trial.control === undefined ? [] : (['channelNames', 'storedCancels'] as const);
  const worker = await trial.worker({ redis, options: { namespace }, without }).ready();
  return { ...place, producer, worker };
}

/** A view of a place shows its own worker alone. */
async function seeOthers(places: readonly Settled[]): Promise<Violation[]> {
  const seen = places.map(async ({ name, redis, namespace }) => {
    await using fleet = await connectFleet({ redis, namespace });
    const { length } = await fleet.workers();
    return length === 1 ? [] : [missing(`the view of ${name} shows ${length} workers, expected its own`)];
  });
  return (await Promise.all(seen)).flat();
}

/** The same id runs everywhere, and is cancelled in one place drawn at random. */
async function cancelOne(trial: Trial, places: readonly Settled[], order: number): Promise<readonly Violation[]> {
  const id = `same-${order}`;
  const payload = { order, plan: { kind: 'hold', deliveries: 1 } } as const;
  const receipts = await Promise.all(places.map(({ producer }) => producer.send(trialJob, payload, { id })));
  const started = places.map(({ worker }) => worker.reported('started', order));
  if ((await within(LIMIT_MS, Promise.all(started))) === undefined)
    return [missing(`job ${id} did not start everywhere`)];
  const at = trial.random.whole(0, places.length - 1);
  const cancelled = places[at];
  await cancelled?.producer.cancel(trialJob, id);
  const aborted = await within(LIMIT_MS, cancelled?.worker.reported('aborted', order) ?? Promise.resolve(undefined));
  for (const { worker } of places) worker.order('release');
  const violations =
    aborted === undefined ? [missing(`job ${id} was cancelled in ${cancelled?.name}, and ran on`)] : [];
  const others = places.flatMap((place, i) => (i === at ? [] : [spared(place, { id, order, receipt: receipts[i] })]));
  const crossings = await Promise.all(others);
  return [...violations, ...crossings.flat()];
}

interface Spared {
  readonly id: string;
  readonly order: number;
  readonly receipt: Receipt<typeof trialJob> | undefined;
}

/** Nothing of a cancel elsewhere reached this place: the job was delivered once, not aborted, and is acked. */
async function spared({ name, worker }: Settled, { id, order, receipt }: Spared): Promise<readonly Violation[]> {
  const result = await receipt?.result({ timeoutMs: LIMIT_MS }).catch((error: unknown) => String(error));
  const isAborted = worker.reports.some((report) => report.type === 'aborted' && report.order === order);
  if (typeof result === 'object' && result.fence === 1 && !isAborted) return [];
  return [
    missing(`a cancel elsewhere reached job ${id} of ${name}: ${isAborted ? 'aborted' : JSON.stringify(result)}`),
  ];
}

const LIMIT_MS = 10_000;
