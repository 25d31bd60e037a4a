// 23: whatever a user may send: payloads, ids and names drawn at random.
import fc from 'fast-check';
import { AcktorError, job, Producer, type Receipt } from '@acktor/core';
import { connectBroker } from '@acktor/core/internal';
import type { Violation } from '../checker/evidence.js';
import { echoJob, QUEUE } from '../fleet/trial-job.js';
import { setStage, type Stage } from '../trial/stage.js';
import { missing } from '../trial/time.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const randomInput: Scenario = {
  number: 23,
  name: 'random payloads, ids and names',
  about: 'Payloads, ids and names drawn at random: each is handled or refused in words, and the queue lives on.',
  runs: { quick: 5_000, usual: 20_000, all: 100_000 },
  controls: ['the check of ids'],
  controlRuns: 1,
  async run(trial) {
    const stage = await setStage(trial);
    const worker = await trial.worker({ redis: stage.server.url, options: { consumers: 20 } }).ready();
    const violations: Violation[] = trial.control === undefined ? await sendAnything(trial, stage) : [];
    if (trial.control !== undefined) await sendUnchecked(stage);
    const isAlive = await stage.sender.send({ kind: 'return' }).then(
      () => true,
      () => false,
    );
    if (!isAlive) violations.push(missing('the queue takes no job any more'));
    if (worker.hasExited) violations.push(missing('the worker process ended'));
    violations.push(...(await trial.judge({ ...stage, settleMs: 3_000 })));
    if (trial.control !== undefined) violations.push(...(await unhandled(stage)));
    return { violations };
  },
};

const BATCH = 250;

const input = fc.record({
  payload: fc.oneof(fc.jsonValue(), fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true })),
  id: fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('active', 'meta', 'wait', '0', '__proto__'))),
  name: fc.string({ unit: 'grapheme' }),
});

type Input = typeof input extends fc.Arbitrary<infer Value> ? Value : never;

async function sendAnything(trial: Trial, { server }: Stage): Promise<Violation[]> {
  const seed = trial.random.whole(0, 1_000_000);
  const inputs = fc.sample(input, { seed, numRuns: trial.runs });
  await using producer = await Producer.connect({ redis: server.url });
  const violations: Violation[] = [];
  for (let from = 0; from < inputs.length; from += BATCH) {
    trial.log(`${from} of ${inputs.length}`);
    const batch = inputs.slice(from, from + BATCH);
    violations.push(...batch.flatMap(nameIt));
    violations.push(...(await Promise.all(batch.map((each) => sendOne(producer, each)))).flat());
  }
  return violations;
}

/** A name is taken or refused in words. */
function nameIt({ name }: Input): readonly Violation[] {
  try {
    job(name, { queue: QUEUE, data: echoJob.data });
    return [];
  } catch (error) {
    return complaint('the name', name, error);
  }
}

/** A job is handled, or refused in words. */
async function sendOne(producer: Producer, { payload, id }: Input): Promise<readonly Violation[]> {
  let receipt: Receipt<typeof echoJob>;
  try {
    receipt = await producer.send(echoJob, payload, id === null ? {} : { id });
  } catch (error) {
    return complaint('the payload', payload, error);
  }
  try {
    await receipt.result({ timeoutMs: 20_000 });
    return [];
  } catch (error) {
    return [missing(`an accepted payload was not handled: ${fc.stringify(payload)}: ${String(error)}`)];
  }
}

function complaint(what: string, value: unknown, error: unknown): readonly Violation[] {
  if (error instanceof AcktorError) return [];
  return [missing(`${what} ${fc.stringify(value)} was refused without a word of ours: ${String(error)}`)];
}

/** The queue lives on with such a job in the place of one of its keys: it is moved out of the way. But the job itself is not handled. */
async function unhandled({ view }: Stage): Promise<readonly Violation[]> {
  const { jobs } = await view.census([PART, `${PART}-misplaced`]);
  const isHandled = [...jobs.values()].some(({ kind }) => kind === 'acked');
  return isHandled ? [] : [missing(`job ${PART} was accepted and is not handled`)];
}

/** The name of one of the queue's own keys. */
const PART = 'marker';

/** An id that is the name of one of the queue's own keys, past the check at the door. */
async function sendUnchecked({ server }: Stage): Promise<void> {
  const options = { namespace: 'bull', durability: 'off', connectTimeoutMs: 5_000, ackedAgeSeconds: 60 } as const;
  const connected = await connectBroker({
    ...options,
    ackedCount: 10,
    redis: server.url,
    name: 'acktor-producer',
  });
  const rest = { name: 'echo', payload: '1', delayMs: 0, priority: 0, attempts: undefined, backoff: undefined };
  await connected.broker.send(QUEUE, [{ ...rest, id: PART }]);
  await connected.close();
}
