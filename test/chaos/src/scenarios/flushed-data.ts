// 25: all data of the server are deleted under a running worker.
import { nowMs, missing, within } from '../trial/time.js';
import type { Violation } from '../checker/evidence.js';
import type { WorkerProcess } from '../fleet/worker-process.js';
import { setStage, type Stage } from '../trial/stage.js';
import type { Trial } from '../trial/trial.js';
import type { Scenario } from './scenario.js';

export const flushedData: Scenario = {
  number: 25,
  name: 'FLUSHALL under a running worker',
  about: 'All data are deleted under a worker that is idle, or at work: it says so within 5 s, and goes on.',
  runs: { quick: 1, usual: 5, all: 20 },
  lanes: 2,
  controls: ['the look at what the server remembers'],
  async run(trial) {
    const stage = await setStage(trial);
    const without = trial.control === undefined ? [] : (['memoryOfTheServer'] as const);
    const worker = await trial.worker({ redis: stage.server.url, options: { leaseMs: 1_000 }, without }).ready();
    const violations: Violation[] = [];
    const saidMs: number[] = [];
    for (let run = 1; run <= trial.runs; run += 1) {
      for (const isAtWork of [false, true]) {
        trial.log(`${isAtWork ? 'at work' : 'idle'}, ${run} of ${trial.runs}`);
        saidMs.push(await flush(trial, stage, { worker, isAtWork }));
        violations.push(...(await goesOn(stage, worker)));
      }
    }
    const figure = { name: 'flush to word of it', unit: 'ms', samples: saidMs };
    return { figures: [figure], violations: [...violations, ...trial.missed(figure, { max: 5_000 })] };
  },
};

interface Scene {
  readonly worker: WorkerProcess;
  readonly isAtWork: boolean;
}

/** How long until the worker said it. */
async function flush(trial: Trial, { view, sender }: Stage, { worker, isAtWork }: Scene): Promise<number> {
  if (isAtWork) {
    const { order } = await sender.send({ kind: 'hold', deliveries: 1 });
    await worker.reported('started', order);
  }
  trial.ledger.write({ what: 'fault', fault: 'FLUSHALL', mayRedeliver: 0 });
  const flushedAtMs = nowMs();
  await view.client.flushall();
  const said = () => worker.logs.find(({ atMs, message }) => atMs > flushedAtMs && message.includes('lost its data'));
  await within(
    LIMIT_MS,
    worker.until(() => said() !== undefined),
  );
  if (isAtWork) worker.order('release');
  return (said()?.atMs ?? Number.POSITIVE_INFINITY) - flushedAtMs;
}

async function goesOn({ sender }: Stage, worker: WorkerProcess): Promise<readonly Violation[]> {
  const { order } = await sender.send({ kind: 'return' });
  const started = await within(LIMIT_MS, worker.reported('started', order));
  return started === undefined ? [missing('the worker consumed nothing after the flush')] : [];
}

const LIMIT_MS = 8_000;
