// 37: a client that may publish sends anything on the pub/sub channels of a fleet and its queues.
import fc from 'fast-check';
import { connectFleet, type FleetWatcher } from '@acktor/core/engine';
import { controlChannel } from '@acktor/core/internal';
import { deflateSync } from 'node:zlib';
import type { Violation } from '../checker/evidence.js';
import { QUEUE } from '../fleet/trial-job.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import { missing, within } from '../trial/time.js';
import type { Scenario } from './scenario.js';

export const forgedMessages: Scenario = {
  number: 37,
  name: 'forged, malformed and newer messages',
  about:
    'Anything is said on the channels of the fleet and its queues: it is counted and dropped, and no process ends.',
  runs: { quick: 500, usual: 5_000, all: 50_000 },
  controls: ['the look at the store for a cancel'],
  controlRuns: 50,
  async run(trial) {
    const stage = await setStage(trial);
    const without = trial.control === undefined ? [] : (['storedCancels'] as const);
    const worker = await trial.worker({ redis: stage.server.url, without }).ready();
    const { order } = await stage.sender.send({ kind: 'hold', deliveries: 1 });
    await worker.reported('started', order);
    const watched = await watch(stage, () => forge(trial, stage));
    // What was published was received by then: the job comes after it on the way to the same process.
    worker.order('release');
    await stage.sender.send({ kind: 'return' });
    const violations = [...watched, ...(await trial.judge(stage))];
    if (worker.hasExited) violations.push(missing('the worker process ended'));
    if (worker.reports.some(({ type }) => type === 'aborted')) violations.push(missing('a forged cancel was obeyed'));
    if (!worker.logs.some(({ message }) => message.includes('were dropped')))
      violations.push(missing('the worker did not say that it dropped messages'));
    return { violations };
  },
};

/** Watches the fleet meanwhile, in this process, as a dashboard does: what is thrown out of a listener would end it. */
async function watch({ server }: Stage, forging: () => Promise<void>): Promise<readonly Violation[]> {
  await using fleet = await connectFleet({ redis: server.url });
  const ending = new AbortController();
  let received = 0;
  const receive = () => void (received += 1);
  const watcher: FleetWatcher = { onReport: receive, onFrame: receive, onGone: receive, onConnection: receive };
  const watching = fleet.watch(watcher, ending.signal);
  await forging();
  const before = received;
  const goesOn = async () => {
    while (received === before) await new Promise((resolve) => setTimeout(resolve, 50));
    return true;
  };
  const isAlive = await within(LIMIT_MS, goesOn());
  const workers = (await fleet.workers()).length;
  ending.abort();
  await watching;
  const violations = isAlive ? [] : [missing('the watch received nothing any more')];
  if (fleet.droppedMessages === 0) violations.push(missing('no message was counted as dropped'));
  return workers === 1 ? violations : [...violations, missing(`${workers} workers answer, expected the one there is`)];
}

/** Publishes on every channel that there is, in batches. */
async function forge(trial: Trial, { view: { client } }: Stage): Promise<void> {
  const seed = trial.random.whole(0, 1_000_000);
  const messages = fc.sample(message, { seed, numRuns: trial.runs });
  const channels = [...((await client.pubsub('CHANNELS', 'bull:fleet:*')) as string[]), controlChannel('bull', QUEUE)];
  for (let from = 0; from < messages.length; from += BATCH) {
    trial.log(`${from} of ${messages.length}`);
    const batch = messages.slice(from, from + BATCH);
    await Promise.all(batch.flatMap((each) => channels.map((channel) => client.publish(channel, each))));
  }
}

const BATCH = 50;
const LIMIT_MS = 10_000;

/** Values that fields have, and such as no field may have. */
const value = fc.oneof(
  fc.constantFrom<unknown>('host-1-a', 'notes', 'running', 1, -1, 1e300, null, true, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);

/** Shaped as a message of the fleet or a cancel, its fields drawn each for itself. */
const shaped = fc.record(
  {
    type: fc.constantFrom('frame', 'joined', 'report', 'machine', 'watch', 'teleported', '__proto__'),
    workerId: value,
    ask: value,
    to: value,
    sequence: value,
    atMs: value,
    eventLoop: value,
    changes: fc.oneof(
      value,
      fc.record({ consumers: value, gone: value, steps: value, totals: value }, { requiredKeys: [] }),
    ),
    report: fc.oneof(value, fc.record({ workerId: value, consumers: value, totals: value }, { requiredKeys: [] })),
    definition: value,
  },
  { requiredKeys: ['type'] },
);

/** Of a job that runs and was not cancelled. */
const cancel = fc.constant({ cancel: 'order-1', why: 'forged', fence: 1 });

const message = fc.oneof(
  shaped.map((each) => JSON.stringify(each)),
  cancel.map((each) => JSON.stringify(each)),
  shaped.map((each) => deflateSync(JSON.stringify(each))),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '{"type":'.repeat(depth)),
);
